import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { openTunnel } from '../proxy/open-tunnel.ts'
import { type AllowList, parseTarget, type Target } from './allow-list.ts'
import { forwardRequest } from './forward-request.ts'
import { openAny } from './open-any.ts'
import { type ProxyFor, type Resolve, type WayOut, WaysOut } from './way-out.ts'

// To import node:http as a module reads all that it exports, and WebSocket among it loads a second HTTP client: 13 MB.
const { createServer } = process.getBuiltinModule('node:http')

const connectionsMax = 64
const idleMsMax = 5 * 60_000
const connectMsMax = 10_000
const headerBytesMax = 8 * 1024
/** Of the places that tunnels led to. */
const reachedMax = 4

export type GuardOptions = {
  /** Unix socket that it listens on; closed to other users. */
  path: string
  allowed: AllowList
  /** Gets one sentence for each refusal and failure. */
  report: (text: string) => void
  proxyFor?: ProxyFor
  resolve?: Resolve
}

/** Where clients that know only proxies of TCP find the guard. On a loopback that others share, the password keeps it for this execution. */
export type GuardPort = { host: '127.0.0.1'; port: number; credentials?: { username: string; password: string } }

/**
 * The only way out for one execution (S7): a proxy on a Unix socket, for CONNECT and for requests in absolute form. What was checked
 * is what is connected to. Where a proxy of the site leads out, the guard is what dials it (D30), so that no app needs its password.
 */
export class EgressGuard {
  readonly #server: Server
  readonly #path: string
  readonly #ways: WaysOut
  readonly #report: (text: string) => void
  readonly #sockets = new Set<Duplex>()
  readonly #others = new Set<NetServer>()
  readonly #reached = new Set<string>()
  /** Came over a loopback that others share, and what they must show there. */
  readonly #shared = new WeakMap<Duplex, string>()
  #isClosed = false
  #connections = 0

  private constructor({ path, allowed, report, proxyFor = () => undefined, resolve }: GuardOptions) {
    this.#path = path
    this.#ways = new WaysOut(allowed, proxyFor, resolve)
    this.#report = report
    this.#server = createServer(
      { maxHeaderSize: headerBytesMax, requestTimeout: idleMsMax, headersTimeout: connectMsMax },
      (request, response) => void this.#forward(request, response),
    )
    this.#server.maxConnections = connectionsMax
    this.#server.on('connection', (socket) => this.#track(socket))
    this.#server.on(
      'connect',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#connect(request, socket, head),
    )
  }

  static async listen(options: GuardOptions): Promise<EgressGuard> {
    const guard = new EgressGuard(options)
    guard.#server.listen(options.path)
    await once(guard.#server, 'listening')
    chmodSync(options.path, 0o600)
    return guard
  }

  /** Opens the guard on a port of this machine's loopback as well, for apps that share the machine's network. */
  async openPort(): Promise<GuardPort> {
    const [username, password] = ['postern', randomBytes(18).toString('base64url')]
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const server = createNetServer({ noDelay: true })
    server.on('connection', (socket) => this.#shared.set(socket, authorization))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.serve(server)
    // listen() on a port gives an address with one.
    const { port } = server.address() as AddressInfo
    return { host: '127.0.0.1', port, credentials: { username, password } }
  }

  /** Also serves what connects to this socket, which listens already, and which nobody but this execution's app can reach. */
  serve(listening: NetServer): void {
    if (this.#isClosed) return void listening.close()
    this.#others.add(listening)
    listening.maxConnections = connectionsMax
    listening.on('connection', (socket) => this.#server.emit('connection', socket))
    // Nothing but an accept that failed; the next may work.
    listening.on('error', (error) => this.#report(`The egress guard's port failed: ${error.message}.`))
  }

  /** Where tunnels led to, the last ones. */
  get reached(): readonly string[] {
    return [...this.#reached]
  }

  /** Cuts what is open. May be called again. */
  close(): void {
    this.#isClosed = true
    this.#server.close()
    for (const other of this.#others) other.close()
    this.#others.clear()
    for (const socket of this.#sockets) socket.destroy()
    rmSync(this.#path, { force: true })
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const authority = request.url ?? ''
    const target = parseTarget(authority)
    const refuse = (status: number, reason: string) => {
      const body = this.#refusal(authority, reason)
      socket.end(`HTTP/1.1 ${status} ${statusTexts[status] ?? 'Refused'}\r\n${headersOf(status, body)}\r\n${body}`)
    }
    if (!this.#isKnown(request)) return refuse(407, wrongCredentials)
    if (!target) return refuse(400, 'it is not host:port')
    await this.#withWay(target, socket, refuse, async (way, signal) => {
      const outgoing =
        'proxy' in way
          ? await openTunnel(way.proxy, target.host, target.port, signal)
          : await openAny(way.addresses, target.port, signal)
      this.#track(outgoing)
      this.#reached.add(authority)
      if (this.#reached.size > reachedMax) this.#reached.delete([...this.#reached][0] ?? '')
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (head.length > 0) outgoing.write(head)
      join(socket, outgoing)
    })
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = absoluteUrl(request.url ?? '')
    const refuse = (status: number, reason: string) => {
      const body = this.#refusal(url?.host ?? 'what is no address', reason)
      const headers = { ...(status === 407 && challenge), 'content-type': 'text/plain', connection: 'close' }
      if (response.headersSent) response.destroy()
      else response.writeHead(status, headers).end(body)
    }
    if (!this.#isKnown(request)) return refuse(407, wrongCredentials)
    const target = url && parseTarget(`${url.hostname}:${url.port || 80}`)
    if (!url || !target)
      return refuse(405, 'the egress guard knows CONNECT, and requests for http:// with a whole address')
    await this.#withWay(target, request.socket, refuse, async (way, signal) => {
      if ('proxy' in way) return await forwardRequest(request, response, url, way, signal)
      const outgoing = await openAny(way.addresses, target.port, signal)
      this.#track(outgoing)
      outgoing.setTimeout(idleMsMax, () => outgoing.destroy())
      await forwardRequest(request, response, url, { socket: outgoing }, signal)
    })
  }

  /** Finds the way to the target and goes it; says no where there is none. Ends with the client. */
  async #withWay(
    target: Target,
    client: Duplex,
    refuse: (status: number, reason: string) => void,
    go: (way: Exclude<WayOut, { refused: string }>, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.#connections >= connectionsMax) return refuse(503, `there are ${connectionsMax} connections already`)
    this.#connections += 1
    const gone = new AbortController()
    client.once('close', () => {
      this.#connections -= 1
      gone.abort()
    })
    const way = await this.#ways.to(target)
    if (gone.signal.aborted) return
    if ('refused' in way) return refuse(403, way.refused)
    try {
      await go(way, gone.signal)
    } catch (error) {
      if (!gone.signal.aborted)
        refuse(502, `it does not answer (${error instanceof Error ? error.message : String(error)})`)
    }
  }

  /** Who came over a shared loopback shows what this execution alone was given. */
  #isKnown({ socket, headers }: IncomingMessage): boolean {
    const wanted = this.#shared.get(socket)
    if (wanted === undefined) return true
    const shown = Buffer.from(headers['proxy-authorization'] ?? '')
    return shown.length === wanted.length && timingSafeEqual(shown, Buffer.from(wanted))
  }

  /** Reports it, and gives the body of the answer: the reason as one sentence. */
  #refusal(authority: string, reason: string): string {
    this.#report(`The egress guard refused a connection to ${authority.slice(0, 300)}: ${reason}.`)
    return `${reason}\n`
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

const wrongCredentials = "these are not this execution's own credentials for the guard"
const challenge = { 'proxy-authenticate': 'Basic realm="egress guard"' }
const statusTexts: Record<number, string> = { 403: 'Forbidden', 407: 'Proxy Authentication Required' }

function headersOf(status: number, body: string): string {
  const authenticate = status === 407 ? `proxy-authenticate: ${challenge['proxy-authenticate']}\r\n` : ''
  return `${authenticate}content-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`
}

/** RFC 9112, 3.2.2. Credentials in an address are for nobody to see. */
function absoluteUrl(target: string): URL | undefined {
  if (!/^http:\/\//i.test(target) || !URL.canParse(target)) return undefined
  const url = new URL(target)
  return url.username === '' && url.password === '' ? url : undefined
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
