import { edgeProtocols } from '@postern/protocol'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { EdgeLimits } from './edge-limits.ts'
import { helloOf } from './test-client-hello.ts'
import { createTestEdge } from './test-edge.ts'
import { closed } from './test-server-link.ts'

const hello = await helloOf([edgeProtocols.mqtt])
const stalled: Socket[] = []

afterEach(() => {
  for (const socket of stalled.splice(0)) socket.destroy()
})

/** An edge of this test alone. */
async function edgeWith(limits: Partial<EdgeLimits>) {
  const at = await createTestEdge(limits)
  onTestFinished(async () => {
    for (const socket of stalled) socket.destroy()
    await at.closeConnections()
    await at.close()
  })
  return at
}

/** Begins a handshake, and says no more. */
function stall({ port }: { port: number }, localAddress: string): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  socket.on('error', () => {})
  socket.resume()
  socket.write(hello)
  stalled.push(socket)
  return socket
}

test('D15: servers that come back in one instant take their turns, and all of them come in', async () => {
  const at = await edgeWith({ authenticationMs: 30_000, handshakesMax: 2, handshakesPerAddressMax: 1 })
  const servers = await Promise.all(Array.from({ length: 20 }, () => at.enrol()))
  expect(await Promise.all(servers.map((server) => at.refusal(server, {})))).toEqual(servers.map(() => 'connected'))
  expect(at.edge.connectedServers().toSorted()).toEqual(servers.map(({ serverXid }) => serverXid).toSorted())
})

test('S8: who begins a handshake and stops keeps nobody of another address out', async () => {
  const at = await edgeWith({ authenticationMs: 60_000, turnMs: 60_000, handshakesMax: 3, handshakesPerAddressMax: 2 })
  for (let n = 0; n < 5; n += 1) stall(at.edge, '127.0.0.2')
  await vi.waitFor(() => expect(at.edge.unauthenticated()).toBe(5))
  expect(await at.refusal(await at.enrol(), {})).toBe('connected')
  expect(at.edge.unauthenticated()).toBe(5)
})

test('S8: the place of who stops in its handshake is the next one’s when the time is up', async () => {
  const at = await edgeWith({ authenticationMs: 1000, handshakesMax: 1 })
  const end = closed(stall(at.edge, '127.0.0.2'))
  await vi.waitFor(() => expect(at.edge.unauthenticated()).toBe(1))
  const server = await at.enrol()
  // On a busy machine its own handshake may take longer than what a handshake has here.
  await vi.waitFor(async () => expect(await at.refusal(server, {})).toBe('connected'))
  await end
})

test('S8: nobody waits in line for longer than may be', async () => {
  const at = await edgeWith({ authenticationMs: 60_000, turnMs: 500, handshakesMax: 1 })
  const both = [stall(at.edge, '127.0.0.2'), stall(at.edge, '127.0.0.3')]
  await Promise.race(both.map((socket) => closed(socket)))
  await vi.waitFor(() => expect(at.edge.unauthenticated()).toBe(1))
  expect(both.filter(({ destroyed }) => destroyed)).toHaveLength(1)
})
