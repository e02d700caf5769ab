import {
  AttemptResult,
  clientCertificate,
  EnrolmentRequest,
  enrolmentProofMessage,
  type EnrolmentResponse,
  type KeyRevocation,
  type KeySuccession,
  type KeySuccessions,
  LockedNotice,
  LogLine,
  moveProofMessage,
  MoveRequest,
  type MoveResponse,
  paths,
  type ProblemCode,
  RenewalRequest,
  renewalProofMessage,
  type RenewalResponse,
  ServerSettingsReport,
} from '@postern/protocol'
import { createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import type { AppPackage } from './app-package.ts'
import type { Authority, Identity } from './authority.ts'
import type { EnrolledServer } from './fake-broker.ts'

export type ApiParts = {
  /** Address to listen at. */
  host: string
  /** It has the paths of protocol 1. */
  isOldest: boolean
  identity: Identity
  authority: Authority
  enrolmentTokens: Map<string, string>
  enrolled: Map<string, EnrolledServer>
  packages: ReadonlyMap<string, AppPackage>
  /** How long the certificate of an enrolment lives. */
  certificateDays: number
  successions: readonly KeySuccession[]
  revocations: readonly KeyRevocation[]
  onRenewed: (serial: string) => void
  now: () => number
  onResult: (executionId: string, attempt: number, result: AttemptResult) => void
  onLog: (executionId: string, attempt: number, lines: LogLine[]) => void
  onPackage: (sha256: string) => void
  onSettings: (serverXid: string, report: ServerSettingsReport) => void
  moveTokens: Map<string, string>
  onMove: (request: MoveRequest) => void
  onLocked: (serverXid: string, token: string) => void
}

/** Since protocol 3, and since 6. */
const newerPaths: ReadonlySet<string> = new Set([
  paths.moves,
  paths.ownSettings,
  paths.lockedNotices,
  paths.renewals,
  paths.keySuccessions,
])

/** The hub's HTTPS side, as far as an environment server needs it. */
export class FakeApi {
  /** Calls of paths that a hub of protocol 1 does not have. */
  notFound = 0
  readonly #parts: ApiParts
  readonly #server: Server
  /** Below TLS: of one whose handshake is not over HTTP knows nothing. */
  readonly #wires = new Set<Socket>()
  /** Set: every request is answered with this status, as a hub in trouble would. */
  failWith: number | undefined

  private constructor(parts: ApiParts) {
    this.#parts = parts
    this.#server = createServer(
      { cert: parts.identity.certificate, key: parts.identity.privateKey },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => {
          problem(response, 500, 'internal', String(error))
        })
      },
    )
    this.#server.on('connection', (wire: Socket) => {
      this.#wires.add(wire)
      wire.once('close', () => this.#wires.delete(wire))
    })
  }

  static async listen(parts: ApiParts, port: number): Promise<FakeApi> {
    const api = new FakeApi(parts)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    api.#server.once('error', reject).listen(port, parts.host, resolve)
    await promise
    return api
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    for (const wire of this.#wires) wire.destroy()
    await promise
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { parts, path, token, body } = await this.#read(request)
    response.setHeader('date', new Date(parts.now()).toUTCString())
    if (this.failWith !== undefined)
      return problem(response, this.failWith, 'unavailable', 'The fake hub was told to fail.')
    if (path === paths.health) return void response.end('ok')
    if (path === '/api/probe') return void response.end(JSON.stringify({ hello: 'app' }))
    if (path === paths.enrolments && request.method === 'POST') return this.#enrol(token, body, response)
    if (parts.isOldest && newerPaths.has(path)) {
      this.notFound += 1
      return problem(response, 404, 'not-found', 'There is no such path.')
    }
    if (path === paths.moves && request.method === 'POST') return this.#move(token, body, response)
    if (path === paths.lockedNotices && request.method === 'POST') {
      parts.onLocked(LockedNotice.parse(JSON.parse(body.toString())).serverXid, token)
      return void response.writeHead(204).end()
    }
    const sender = [...parts.enrolled].find(([, server]) => server.appDeliveryToken === token)?.[0]
    if (sender === undefined) return problem(response, 401, 'unauthenticated', 'The token is wrong.')
    if (path === paths.ownSettings && request.method === 'PUT') {
      parts.onSettings(sender, ServerSettingsReport.parse(JSON.parse(body.toString())))
      return void response.writeHead(204).end()
    }
    if (path === paths.renewals && request.method === 'POST') return this.#renew(sender, body, response)
    if (path === paths.keySuccessions && request.method === 'GET') {
      const answer: KeySuccessions = {
        successions: [...parts.successions],
        revocations: [...parts.revocations],
      }
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    }
    const [, , noun, id = '', , attempt = '', part] = path.split('/')
    if (noun === 'packages' && request.method === 'GET') return this.#sendPackage(id, response)
    if (noun === 'executions' && part === 'result' && request.method === 'PUT') {
      parts.onResult(id, Number(attempt), AttemptResult.parse(JSON.parse(body.toString())))
      return void response.writeHead(204).end()
    }
    if (noun === 'executions' && part === 'log' && request.method === 'POST') {
      const text = gunzipSync(body).toString().trim()
      parts.onLog(
        id,
        Number(attempt),
        text.split('\n').map((line) => LogLine.parse(JSON.parse(line))),
      )
      return void response.writeHead(204).end()
    }
    problem(response, 404, 'not-found', `There is no ${request.method} ${path}.`)
  }

  async #read(request: IncomingMessage) {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '')
    return { parts: this.#parts, path: request.url ?? '', token, body: await buffer(request) }
  }

  async #enrol(token: string, body: Buffer, response: ServerResponse): Promise<void> {
    const { enrolmentTokens, enrolled, authority, certificateDays, now } = this.#parts
    const request = EnrolmentRequest.parse(JSON.parse(body.toString()))
    const message = Buffer.from(enrolmentProofMessage(request.serverXid, token))
    const isProven = verify('sha256', message, createPublicKey(request.publicKey), Buffer.from(request.proof, 'base64'))
    if (enrolmentTokens.get(token) !== request.serverXid || !isProven) {
      return problem(
        response,
        401,
        'unauthenticated',
        'The enrolment token was used already, or has expired. Download a new bundle.',
      )
    }
    enrolmentTokens.delete(token)
    const server: EnrolledServer = {
      brokerToken: randomBytes(24).toString('base64url'),
      appDeliveryToken: randomBytes(24).toString('base64url'),
      publicKey: request.publicKey,
      sealingPublicKey: request.sealingPublicKey,
    }
    enrolled.set(request.serverXid, server)
    const answer: EnrolmentResponse = {
      certificate: await authority.clientCertificate(request.serverXid, request.publicKey, certificateDays),
      brokerToken: server.brokerToken,
      appDeliveryToken: server.appDeliveryToken,
      confirmed: true,
      hubTime: new Date(now()).toISOString(),
    }
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  async #renew(serverXid: string, body: Buffer, response: ServerResponse): Promise<void> {
    const { authority, enrolled, now, onRenewed } = this.#parts
    const { serial, proof } = RenewalRequest.parse(JSON.parse(body.toString()))
    const publicKey = enrolled.get(serverXid)?.publicKey ?? ''
    const message = Buffer.from(renewalProofMessage(serverXid, serial))
    if (!verify('sha256', message, createPublicKey(publicKey), Buffer.from(proof, 'base64')))
      return problem(response, 403, 'forbidden', 'The proof does not fit.')
    const certificate = await authority.clientCertificate(serverXid, publicKey, clientCertificate.lifeDays)
    onRenewed(new X509Certificate(certificate).serialNumber)
    const answer: RenewalResponse = {
      certificate,
      confirmed: true,
      hubTime: new Date(now()).toISOString(),
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  #move(token: string, body: Buffer, response: ServerResponse): void {
    const { moveTokens, enrolled, now, onMove } = this.#parts
    const request = MoveRequest.parse(JSON.parse(body.toString()))
    const publicKey = enrolled.get(request.serverXid)?.publicKey
    const message = Buffer.from(moveProofMessage(request.serverXid, token))
    const environmentName = moveTokens.get(token)
    const isProven =
      publicKey !== undefined &&
      verify('sha256', message, createPublicKey(publicKey), Buffer.from(request.proof, 'base64'))
    if (environmentName === undefined || !isProven)
      return problem(response, 401, 'unauthenticated', 'The token is wrong, was used already, or has expired.')
    moveTokens.delete(token)
    onMove(request)
    const answer: MoveResponse = { environmentName, hubTime: new Date(now()).toISOString() }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  #sendPackage(sha256: string, response: ServerResponse): void {
    const found = this.#parts.packages.get(sha256)
    if (!found) return problem(response, 404, 'not-found', 'There is no such package.')
    this.#parts.onPackage(sha256)
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.bytes)
  }
}

function problem(response: ServerResponse, status: number, code: ProblemCode, detail: string): void {
  const body = { type: `about:blank#${code}`, title: code, status, code, detail, requestId: 'fake' }
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body))
}
