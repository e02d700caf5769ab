import { expect, test } from 'vitest'
import type { ServerMessage } from './broker.ts'
import { MessageQueue } from './message-queue.ts'

const message = (protocolVersion: number): ServerMessage => ({ kind: 'connection-lost', protocolVersion })

test('ES-15: messages of one server are handled in order, those of others meanwhile', async () => {
  const order: string[] = []
  const holds = new Map<string, () => void>()
  const queue = new MessageQueue(async (serverXid, { protocolVersion }) => {
    order.push(`${serverXid}:${protocolVersion}`)
    if (serverXid === 'slow') await new Promise<void>((resolve) => holds.set(`slow:${protocolVersion}`, resolve))
  })
  for (const number of [1, 2, 3]) queue.add('slow', message(number))
  for (const number of [1, 2, 3]) queue.add('quick', message(number))
  await expect.poll(() => order).toEqual(['slow:1', 'quick:1', 'quick:2', 'quick:3'])
  holds.get('slow:1')?.()
  await expect.poll(() => order.at(-1)).toBe('slow:2')
  holds.get('slow:2')?.()
  await expect.poll(() => order.at(-1)).toBe('slow:3')
})

test('ES-15: when too many wait, the newest is dropped and the sender told', () => {
  const queue = new MessageQueue(() => new Promise<void>(() => {}))
  let taken = 0
  while (queue.add('1000', message(1)) && taken < 20_000) taken += 1
  // One is being handled, ten thousand wait.
  expect(taken).toBe(10_001)
})
