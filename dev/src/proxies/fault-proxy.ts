import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'
import { connect as connectTls, TLSSocket } from 'node:tls'
import type { Authority, Identity } from '../fake-hub/authority.ts'

/**
 * Goes wrong in the ways of proxies: ends each tunnel after so many bytes; ends TLS at itself and reads; or reads along, as the
 * inspection of a company does, and passes on to whom a CA of this PEM vouches for.
 */
export type ProxyFault = { cutAfterBytes: number } | 'open' | { readAlongTo: string } | undefined

/** A proxy for CONNECT whose faults a test chooses, from one tunnel to the next. */
export class FaultProxy implements AsyncDisposable {
  fault: ProxyFault
  /** Tunnels that it opened, and those that it cut. */
  opened = 0
  cut = 0
  /** Bytes that it read inside of TLS. */
  readAlong = 0
  readonly #server: Server
  readonly #identity: Identity
  readonly #sockets = new Set<Duplex>()

  private constructor(identity: Identity) {
    this.#identity = identity
    this.#server = createServer()
    this.#server.on('connect', ({ url = '' }, socket: Duplex) => this.#tunnel(url, socket))
  }

  /** @param authority who issues what it shows where it opens TLS */
  static async start(authority: Authority): Promise<FaultProxy> {
    const proxy = new FaultProxy(await authority.serverIdentity())
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    // listen() on a port gives an address with one.
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts every tunnel that there is. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    this.cutAll()
    await closed
  }

  #tunnel(authority: string, near: Duplex): void {
    const { fault } = this
    const [host = '', port] = authority.split(':')
    const far = connect({ host, port: Number(port) })
    for (const socket of [near, far]) this.#keep(socket)
    far.once('connect', () => {
      this.opened += 1
      near.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (fault === 'open') {
        // What lies behind it is of no matter: who checks certificates says no word to it.
        far.destroy()
        return void this.#open(near)
      }
      if (fault !== undefined && 'readAlongTo' in fault) return this.#readAlong(near, far, host, fault.readAlongTo)
      join(near, far)
      if (fault !== undefined) this.#cutAfter(fault.cutAfterBytes, near, far)
    })
  }

  #cutAfter(bytesMax: number, near: Duplex, far: Socket): void {
    let bytes = 0
    for (const socket of [near, far]) {
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= bytesMax || near.destroyed) return
        this.cut += 1
        near.destroy()
        far.destroy()
      })
    }
  }

  /** The far end gets to see no certificate of the near one's. */
  #readAlong(near: Duplex, far: Socket, host: string, ca: string): void {
    const onward = connectTls({ socket: far, host, ca })
    this.#keep(onward)
    join(this.#open(near), onward)
  }

  #open(near: Duplex): TLSSocket {
    const { certificate, privateKey } = this.#identity
    // http gives the socket that it took, by the type of any stream.
    const shown = new TLSSocket(near as Socket, { isServer: true, cert: certificate, key: privateKey })
    this.#keep(shown)
    shown.on('data', (chunk: Buffer) => (this.readAlong += chunk.length))
    return shown
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
}

function join(a: Duplex, b: Duplex): void {
  pipeline(a, b, a, () => {})
}
