import { lookup } from 'node:dns/promises'
import type { IncomingMessage, Server } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { chmodSync, rmSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { type AllowList, parseTarget, type Target } from './allow-list.ts'
import { forbiddenKind } from './forbidden-address.ts'

// To import node:http as a module reads all that it exports, and WebSocket among it loads a second HTTP client: 13 MB.
const { createServer } = process.getBuiltinModule('node:http')

const connectionsMax = 64
const idleMsMax = 5 * 60_000
const connectMsMax = 10_000
const headerBytesMax = 8 * 1024
/** Names that one execution may have resolved; each is resolved once and then pinned. */
const namesMax = 256

export type Resolve = (host: string) => Promise<string[]>

/**
 * The only way out for one execution (S7): a Unix socket that speaks HTTP CONNECT. A name is resolved once; what was checked is
 * what is connected to, so that a name that changes its mind (DNS rebinding) gains nothing.
 */
export class EgressGuard {
  readonly #server: Server
  readonly #path: string
  readonly #allowed: AllowList
  readonly #report: (text: string) => void
  readonly #resolve: Resolve
  readonly #pinned = new Map<string, Promise<string[]>>()
  readonly #sockets = new Set<Duplex>()
  #tunnels = 0

  private constructor(path: string, allowed: AllowList, report: (text: string) => void, resolve: Resolve) {
    this.#path = path
    this.#allowed = allowed
    this.#report = report
    this.#resolve = resolve
    this.#server = createServer(
      { maxHeaderSize: headerBytesMax, requestTimeout: connectMsMax },
      (_request, response) => {
        response.writeHead(405, { 'content-type': 'text/plain', connection: 'close' })
        response.end('This is the egress guard. It knows CONNECT and nothing else.\n')
      },
    )
    this.#server.maxConnections = connectionsMax
    this.#server.on('connection', (socket) => this.#track(socket))
    this.#server.on(
      'connect',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#connect(request, socket, head),
    )
  }

  /** `report` gets one sentence for each refusal and failure. */
  static async listen(
    path: string,
    allowed: AllowList,
    report: (text: string) => void,
    resolve: Resolve = resolveName,
  ): Promise<EgressGuard> {
    const guard = new EgressGuard(path, allowed, report, resolve)
    const { promise, resolve: listening, reject } = Promise.withResolvers<void>()
    guard.#server.once('error', reject).listen(path, listening)
    await promise
    chmodSync(path, 0o600)
    return guard
  }

  /** Cuts what is open. May be called again. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    rmSync(this.#path, { force: true })
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const authority = request.url ?? ''
    const target = parseTarget(authority)
    if (!target) return this.#refuse(socket, 400, authority, 'it is not host:port')
    if (this.#tunnels >= connectionsMax)
      return this.#refuse(socket, 503, authority, `there are ${connectionsMax} connections already`)
    const refusal = this.#allowed.refusal(target)
    if (refusal) return this.#refuse(socket, 403, authority, refusal)
    this.#tunnels += 1
    socket.once('close', () => (this.#tunnels -= 1))
    const addresses = await this.#addressesOf(target)
    if (typeof addresses === 'string') return this.#refuse(socket, 403, authority, addresses)
    this.#tunnel(socket, head, target, addresses, authority)
  }

  /** Checked addresses of the target, or why there are none. One forbidden address among them refuses the name as a whole. */
  async #addressesOf({ host, port }: Target): Promise<string[] | string> {
    let addresses: string[]
    try {
      addresses = await this.#pin(host)
    } catch (error) {
      return `its name cannot be resolved (${error instanceof Error ? error.message : String(error)})`
    }
    if (addresses.length === 0) return 'its name has no address'
    if (this.#allowed.mayBeAnyAddress({ host, port })) return addresses
    for (const address of addresses) {
      const kind = forbiddenKind(address)
      if (kind) return `${address} is ${kind}, which only the local policy can allow`
    }
    return addresses
  }

  #pin(host: string): Promise<string[]> {
    if (isIP(host)) return Promise.resolve([host])
    const known = this.#pinned.get(host)
    if (known) return known
    if (this.#pinned.size >= namesMax) return Promise.reject(new Error(`more than ${namesMax} names in one execution`))
    const pinned = this.#resolve(host)
    this.#pinned.set(host, pinned)
    // A failure is not pinned: the next try may find the name server back.
    pinned.catch(() => this.#pinned.delete(host))
    return pinned
  }

  #tunnel(socket: Duplex, head: Buffer, target: Target, addresses: string[], authority: string): void {
    const [address, ...others] = addresses
    if (socket.destroyed || address === undefined) return
    const outgoing = connect({ host: address, port: target.port, timeout: connectMsMax, noDelay: true })
    this.#track(outgoing)
    const gone = () => outgoing.destroy()
    socket.once('close', gone)
    const failed = (error: Error) => {
      outgoing.destroy()
      socket.off('close', gone)
      if (others.length > 0) return this.#tunnel(socket, head, target, others, authority)
      this.#refuse(socket, 502, authority, `it does not answer (${error.message})`)
    }
    outgoing.once('error', failed)
    outgoing.once('timeout', () => outgoing.destroy(new Error('time-out')))
    outgoing.once('connect', () => {
      outgoing.off('error', failed).removeAllListeners('timeout')
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (head.length > 0) outgoing.write(head)
      join(socket, outgoing)
    })
  }

  #refuse(socket: Duplex, status: number, authority: string, reason: string): void {
    this.#report(`The egress guard refused a connection to ${authority.slice(0, 300)}: ${reason}.`)
    const body = `${reason}\n`
    const statusText = status === 403 ? 'Forbidden' : 'Refused'
    socket.end(
      `HTTP/1.1 ${status} ${statusText}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    )
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

function join(a: Duplex, b: Socket): void {
  b.setTimeout(idleMsMax, () => b.destroy())
  a.on('error', () => b.destroy())
  b.on('error', () => a.destroy())
  a.once('close', () => b.destroy())
  b.once('close', () => a.destroy())
  a.pipe(b)
  b.pipe(a)
}

async function resolveName(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}
