import { createHash, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { connectPassword, MqttClient } from '@postern/environment-server/hub-link'

/** What every execute command had in protocol 1, and of which type. */
const commandFields = {
  commandId: 'string',
  serverXid: 'string',
  executionId: 'string',
  attempt: 'number',
  notBefore: 'string',
  notAfter: 'string',
  placement: 'string',
  'app.programName': 'string',
  'app.programLanguage': 'string',
  'app.programMain': 'string',
  'app.packageSha256': 'string',
  'app.packageBytes': 'number',
  'app.packageSignature.keyId': 'string',
  'app.packageSignature.signature': 'string',
  'limits.timeoutSeconds': 'number',
  'limits.memoryBytesMax': 'number',
  'limits.processesMax': 'number',
  'limits.logBytesMax': 'number',
  egress: 'object',
  sealed: 'object',
} as const

type Command = { commandId: string; executionId: string; attempt: number; app: App }
type App = { packageSha256: string; packageBytes: number; packageSignature: { signature: string } }
type Bundle = { apiURL: string; brokerHost: string; brokerPort: number; serverXid: string; enrolmentToken: string }
type Trust = { caCertificate: string; commandKeys: string[]; publisherKeys: string[] }

const beatMs = 1000
const spoken = 1

/**
 * An environment server of the first release, as a hub sees it (ES-20): what it says is written out here as protocol 1 had it, since
 * today's schemas are those of today. It runs no app: each command is fetched, checked, and answered as having succeeded.
 */
export class OlderServer implements AsyncDisposable {
  /** What came and was not of protocol 1. */
  readonly notUnderstood: string[] = []
  readonly executions: string[] = []
  readonly #bundle: Bundle
  readonly #trust: Trust
  readonly #tls = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  readonly #sealing = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }).x ?? ''
  readonly #held = new Map<string, { executionId: string; attempt: number }>()
  #deliveryToken = ''
  #client: MqttClient | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(home: string) {
    const hidden = join(home, '.postern-envsvr')
    this.#bundle = JSON.parse(readFileSync(join(hidden, 'settings.json'), 'utf8')) as Bundle
    this.#trust = JSON.parse(readFileSync(join(hidden, 'keystore', 'trust.json'), 'utf8')) as Trust
  }

  /** @param home an unzipped bundle */
  static async start(home: string): Promise<OlderServer> {
    const server = new OlderServer(home)
    const enrolment = JSON.parse((await server.#enrol()).toString('utf8')) as Record<string, string>
    server.#deliveryToken = enrolment['appDeliveryToken'] ?? ''
    await server.#connect(enrolment['certificate'] ?? '', enrolment['brokerToken'] ?? '')
    return server
  }

  get serverXid(): string {
    return this.#bundle.serverXid
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#client?.disconnect()
    await this.#client?.ended
  }

  #enrol(): Promise<Buffer> {
    const { serverXid, enrolmentToken } = this.#bundle
    const message = Buffer.from(`postern enrolment v1\n${serverXid}\n${enrolmentToken}`)
    return this.#call('POST', '/v1/enrolments', enrolmentToken, 'application/json', {
      serverXid,
      publicKey: createPublicKey(this.#tls).export({ type: 'spki', format: 'pem' }).toString(),
      proof: sign('sha256', message, this.#tls).toString('base64'),
      sealingPublicKey: Buffer.from(this.#sealing, 'base64url').toString('base64'),
      serverVersion: '0.0.1',
      protocolVersion: spoken,
      platform: 'linux-x64',
    })
  }

  async #connect(certificate: string, brokerToken: string): Promise<void> {
    const { brokerHost, brokerPort, serverXid } = this.#bundle
    const key = this.#tls.export({ type: 'pkcs8', format: 'pem' }).toString()
    const tls = {
      host: brokerHost,
      port: brokerPort,
      ca: this.#trust.caCertificate,
      cert: certificate,
      key,
      ALPNProtocols: ['mqtt'],
    }
    const client = await MqttClient.connect(
      {
        open: async () => connect(tls),
        clientId: serverXid,
        password: () => connectPassword(serverXid, brokerToken, key, Date.now()),
        will: {
          topic: `servers/${serverXid}/connection-lost`,
          payload: JSON.stringify({ kind: 'connection-lost', protocolVersion: spoken }),
        },
        subscriptions: [`servers/${serverXid}/commands`, `servers/${serverXid}/heartbeat-answer`],
      },
      new AbortController().signal,
    )
    client.on('message', (topic, payload) => this.#receive(topic, payload))
    this.#client = client
    this.#beat()
    this.#timer = setInterval(() => this.#beat(), beatMs)
  }

  #beat(): void {
    const { serverXid } = this.#bundle
    this.#say('heartbeat', {
      kind: 'heartbeat',
      serverVersion: '0.0.1',
      serverName: `Older ${serverXid}`,
      state: 'ready',
      tier: 'isolated',
      executors: 1,
      queued: 0,
      held: [...this.#held.values()],
    })
  }

  #receive(topic: string, payload: Buffer): void {
    const message = JSON.parse(payload.toString('utf8')) as Record<string, unknown>
    if (topic.endsWith('/heartbeat-answer')) {
      const isKnown = typeof message['hubTime'] === 'string' && Array.isArray(message['granted'])
      if (!isKnown || message['kind'] !== 'heartbeat-answer') this.notUnderstood.push(payload.toString('utf8'))
      return
    }
    const body = String(message['body'])
    const isSigned = this.#trust.commandKeys.some((key) =>
      verify(null, Buffer.from(body), key, Buffer.from(String(message['signature']), 'base64')),
    )
    const command = JSON.parse(body) as Command & Record<string, unknown>
    if (!isSigned || command['kind'] !== 'execute' || lacking(command).length > 0) {
      this.notUnderstood.push(body)
      return
    }
    if (this.executions.includes(command.executionId)) return
    this.executions.push(command.executionId)
    this.#execute(command).catch((error: unknown) => this.notUnderstood.push(String(error)))
  }

  async #execute({ commandId, executionId, attempt, app }: Command): Promise<void> {
    const event = (name: string) =>
      this.#say('execution-events', { kind: 'execution-event', commandId, executionId, attempt, event: name })
    this.#held.set(executionId, { executionId, attempt })
    event('accepted')
    const bytes = await this.#call('GET', `/v1/packages/${app.packageSha256}`)
    const signature = Buffer.from(app.packageSignature.signature, 'base64')
    const isWhole = createHash('sha256').update(bytes).digest('hex') === app.packageSha256
    if (!isWhole || !this.#trust.publisherKeys.some((key) => verify(null, bytes, key, signature)))
      throw new Error('the package is not the one that was meant')
    event('running')
    const at = new Date().toISOString()
    const line = { seq: 1, at, stream: 'stdout', level: 'info', text: 'from a server of protocol 1' }
    const path = `/v1/executions/${executionId}/attempts/${attempt}`
    await this.#call(
      'POST',
      `${path}/log`,
      this.#deliveryToken,
      'application/x-ndjson',
      gzipSync(`${JSON.stringify(line)}\n`),
    )
    await this.#call('PUT', `${path}/result`, this.#deliveryToken, 'application/json', {
      outcome: 'exited',
      exitCode: 0,
      message: 'Done.',
      results: {},
      tier: 'isolated',
      startedAt: at,
      finishedAt: new Date().toISOString(),
      usage: null,
      logSeqLast: 1,
    })
    this.#held.delete(executionId)
    event('finished')
  }

  #say(noun: string, message: Record<string, unknown>): void {
    const header = { id: randomUUID(), protocolVersion: spoken, sentAt: new Date().toISOString() }
    this.#client
      ?.publish(`servers/${this.#bundle.serverXid}/${noun}`, JSON.stringify({ ...header, ...message }))
      .catch((error: unknown) => this.notUnderstood.push(String(error)))
  }

  async #call(
    method: string,
    path: string,
    token = this.#deliveryToken,
    type?: string,
    content?: Buffer | Record<string, unknown>,
  ): Promise<Buffer> {
    const body = content === undefined || Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const headers = {
      authorization: `Bearer ${token}`,
      ...(type !== undefined && { 'content-type': type }),
      ...(Buffer.isBuffer(content) && { 'content-encoding': 'gzip' }),
      ...(body !== undefined && { 'content-length': body.length }),
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const url = new URL(path, this.#bundle.apiURL)
    const asked = request(url, { method, headers, ca: this.#trust.caCertificate, agent: false }, resolve)
    asked.on('error', reject)
    asked.end(body)
    const answer = await promise
    const bytes = await buffer(answer)
    const status = answer.statusCode ?? 0
    if (status >= 200 && status <= 299) return bytes
    throw new Error(`${method} ${path}: ${status} ${bytes.toString('utf8')}`)
  }
}

function lacking(command: Record<string, unknown>): string[] {
  return Object.entries(commandFields)
    .filter(([path, type]) => typeof valueAt(command, path) !== type)
    .map(([path]) => path)
}

function valueAt(command: Record<string, unknown>, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], command)
}
