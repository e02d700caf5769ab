import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Carries bytes to the appliance and back without understanding them: TLS goes through it as it is. */
export interface Relay extends AsyncDisposable {
  readonly port: number
  /** Calls `reached` once this many pieces more have passed, in either direction. Replaces what was asked before. */
  afterPieces(pieces: number, reached: () => void): void
  /** How many have passed since then. */
  pieces(): number
  /** When no connection is left. */
  settled(): Promise<void>
}

export async function startRelay(targetPort: number): Promise<Relay> {
  const open = new Set<Socket>()
  let passed = 0
  let wanted = Number.POSITIVE_INFINITY
  let reached = () => {}
  const count = () => {
    passed += 1
    if (passed === wanted) reached()
  }
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.once('close', () => {
        open.delete(from)
        to.destroySoon()
      })
      // A broken connection is what the other side sees too.
      from.on('error', () => to.destroySoon())
      from.on('data', count)
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    afterPieces(pieces, then) {
      passed = 0
      wanted = pieces
      reached = then
    },
    pieces: () => passed,
    async settled() {
      for (let [socket] = open; socket !== undefined; [socket] = open) await once(socket, 'close')
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
