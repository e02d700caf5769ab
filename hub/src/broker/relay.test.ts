import { topics } from '@postern/protocol'
import type { MqttClient } from 'mqtt'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { createTestEdge, heartbeat } from './test-edge.ts'
import { startExternalBroker } from './test-external-broker.ts'
import { closed, connectServer, granted } from './test-server-link.ts'

const external = await startExternalBroker()
const limits = { authenticationMs: 30_000, revocationCheckMs: 100 }
const at = await createTestEdge(limits, undefined, external.url)
const { enrol, connect, refusal, refusals, broker, heard } = at

afterEach(async () => await at.closeConnections())
afterAll(async () => {
  await at.close()
  await external.stop()
})

/** What a server hears on its topic of commands. */
async function commandsOf(client: MqttClient, serverXid: string): Promise<string[]> {
  const texts: string[] = []
  client.on('message', (_topic, payload) => void texts.push(String(payload)))
  expect(await granted(client, topics.commands(serverXid))).toBe(1)
  return texts
}

const beat = (serverXid: string) => ({ serverXid, message: expect.objectContaining({ kind: 'heartbeat' }) })

test('D46: behind an edge the external broker carries commands and answers; its topics of who is gone are given up', async () => {
  const server = await enrol()
  const client = await connect(server)
  const commands = await commandsOf(client, server.serverXid)
  expect(external.subscribed()).toContain(topics.commands(server.serverXid))
  await broker.publish(topics.commands(server.serverXid), 'do it')
  await expect.poll(() => commands).toEqual(['do it'])
  await client.publishAsync(topics.heartbeat(server.serverXid), JSON.stringify(heartbeat()), { qos: 1 })
  // Acknowledged only once the broker has it.
  await expect.poll(() => heard).toContainEqual(beat(server.serverXid))
  client.end(true)
  const lost = { serverXid: server.serverXid, message: expect.objectContaining({ kind: 'connection-lost' }) }
  await expect.poll(() => heard).toContainEqual(lost)
  await expect.poll(() => external.subscribed()).not.toContain(topics.commands(server.serverXid))
})

test('S8, S17: behind an edge nobody reaches the external broker without certificate and proof, nor topics of others, nor after a revocation', async () => {
  const [server, other] = [await enrol(), await enrol()]
  expect(await refusal(server, { password: 'wrong' })).toContain('Not authorized')
  expect(await refusal(server, { isInspected: true })).toContain('Identifier rejected')
  const client = await connect(server)
  expect(await granted(client, topics.commands(other.serverXid))).toBe(128)
  expect(await granted(client, 'servers/#')).toBe(128)
  expect(external.subscribed().filter((topic) => topic.includes(other.serverXid) || topic.includes('#'))).toEqual([])
  const told = heard.length
  client.publish(topics.heartbeat(other.serverXid), JSON.stringify(heartbeat()), { qos: 1 })
  await closed(client.stream)
  await vi.waitFor(async () =>
    // Each is written by itself, so that their order tells nothing.
    expect((await refusals(server.serverXid)).map(({ what }) => what).toSorted()).toEqual([
      'connect',
      'connect',
      `publish ${topics.heartbeat(other.serverXid)}`,
      'subscribe servers/#',
      `subscribe ${topics.commands(other.serverXid)}`,
    ]),
  )
  expect(heard.slice(told)).not.toContainEqual(beat(other.serverXid))

  const revoked = await connect(other)
  await at.environments.revoke(at.caller, at.environmentId, other.serverXid)
  await closed(revoked.stream)
  expect(await refusal(other, {})).toContain('Bad username or password')
})

test('S17: the same proof works behind an external broker, where the environment allows inspected TLS', async () => {
  const server = await enrol()
  await at.environments.change(at.caller, at.environmentId, { allowInspectedTls: true })
  const client = await connect(server, { isInspected: true })
  const commands = await commandsOf(client, server.serverXid)
  await broker.publish(topics.commands(server.serverXid), 'through inspection')
  await expect.poll(() => commands).toEqual(['through inspection'])
  await at.environments.change(at.caller, at.environmentId, { allowInspectedTls: false })
  await closed(client.stream)
})

test('D46: a server that comes to another edge is heard and reached there', async () => {
  await using second = await at.second().then((edge) => ({ edge, [Symbol.asyncDispose]: () => edge.close() }))
  const server = await enrol()
  const first = await connect(server)
  await commandsOf(first, server.serverXid)
  const moved = await connectServer({ ...at.address, port: second.edge.port }, server)
  const commands = await commandsOf(moved, server.serverXid)
  first.end(true)
  await vi.waitFor(() => expect(at.edge.connectedServers()).toEqual([]))
  await broker.publish(topics.commands(server.serverXid), 'there')
  await expect.poll(() => commands).toEqual(['there'])
  await moved.publishAsync(topics.heartbeat(server.serverXid), JSON.stringify(heartbeat()), { qos: 1 })
  await expect.poll(() => heard).toContainEqual(beat(server.serverXid))
  moved.end(true)
})

test('D46: while the external broker is away servers are cut and told to come again, and are heard once it is back', async () => {
  const server = await enrol()
  const client = await connect(server)
  await commandsOf(client, server.serverXid)
  await external.stop()
  await closed(client.stream)
  await expect.poll(async () => await refusal(server, {})).toContain('Server unavailable')
  await external.start()
  const again = await vi.waitFor(async () => await connect(server), { timeout: 30_000 })
  await expect.poll(() => broker.isConnected(), { timeout: 30_000 }).toBe(true)
  const commands = await commandsOf(again, server.serverXid)
  await broker.publish(topics.commands(server.serverXid), 'welcome')
  await expect.poll(() => commands).toEqual(['welcome'])
})
