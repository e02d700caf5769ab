import type { Authority } from '../fake-hub/authority.ts'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createNetServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What stands on the way in the lab, each with one fault. */
export type Station = { port: number; [Symbol.asyncDispose](): Promise<void> }

/** Says to CONNECT what it is told to; where it opens a tunnel, it cuts it after so many bytes. */
export async function brokenProxy(
  address: string,
  fault: { status: (target: string) => number } | { cutAfterBytes: number },
): Promise<Station> {
  const server = createHttpServer()
  server.on('connect', ({ url = '' }: IncomingMessage, near: Duplex) => {
    near.on('error', () => near.destroy())
    if ('status' in fault) return near.end(`HTTP/1.1 ${fault.status(url)} No\r\ncontent-length: 0\r\n\r\n`)
    const [host = '', port] = url.split(':')
    const far = connect({ host: host === hubName ? address : host, port: Number(port) })
    far.on('error', () => near.destroy())
    near.write('HTTP/1.1 200 OK\r\n\r\n')
    let bytes = 0
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('close', () => to.destroy())
      from.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= fault.cutAfterBytes) return to.write(chunk)
        near.destroy()
        return far.destroy()
      })
    }
  })
  return await listen(server, address)
}

export const hubName = 'hub.lab'

/** Ends TLS with a certificate of its own authority: an inspecting device, or another hub. */
export async function otherTls(address: string, port: number, authority: Authority): Promise<Station> {
  const { certificate, privateKey } = await authority.serverIdentity([{ type: 'dns', value: hubName }])
  return await listen(createHttpsServer({ cert: certificate, key: privateKey }), address, port)
}

/** The hub behind a device that takes requests for an upgrade out: they arrive as ordinary ones. */
export async function withoutUpgrades(address: string, authority: Authority): Promise<Station> {
  const { certificate, privateKey } = await authority.serverIdentity([{ type: 'dns', value: hubName }])
  const server = createHttpsServer({ cert: certificate, key: privateKey }, ({ url }, response) =>
    response.writeHead(url === '/healthz' ? 200 : 404).end(),
  )
  // Without this Node would answer the upgrade itself, by closing.
  server.on('upgrade', (_request, socket: Duplex) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'))
  return await listen(server, address)
}

/** Takes connections, and says nothing. */
export async function silent(address: string): Promise<Station> {
  return await listen(createNetServer(), address)
}

async function listen(server: Server, address: string, port = 0): Promise<Station> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  server.listen(port, address)
  await once(server, 'listening')
  return {
    // listen() on a port gives an address with one.
    port: (server.address() as { port: number }).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
