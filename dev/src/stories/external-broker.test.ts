import { type AddressInfo, createServer } from 'node:net'
import { Aedes } from 'aedes'
import { expect, test } from 'vitest'
import { hostNames, startStory } from './story.ts'

test('D46: with an external broker the loop runs as with our own, and none but hub and edge ever connect to it', async () => {
  const aedes = await Aedes.createBroker()
  const clients = new Set<string>()
  aedes.on('client', ({ id }) => void clients.add(id.replace(/-[0-9a-f]{16}$/, '')))
  const broker = createServer((socket) => aedes.handle(socket))
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve))
  // A TCP server's address has a port.
  const { port } = broker.address() as AddressInfo
  try {
    await using story = await startStory(undefined, { POSTERN_BROKER_URL: `mqtt://127.0.0.1:${port}` })
    const hosts = hostNames(20, 'external')
    story.publish(hosts)
    expect(await story.feed()).toMatchObject({ state: 'succeeded' })
    expect((await story.export()).receipts).toMatchObject([{ state: 'in-sync', held: 20 }])
    expect(story.held()).toEqual(hosts)
  } finally {
    await new Promise<void>((resolve) => aedes.close(resolve))
    broker.close()
  }
  expect([...clients].toSorted()).toEqual(['edge', 'hub'])
})
