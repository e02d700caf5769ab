import {
  type AttemptResult,
  type BundleSettings,
  type BundleTrust,
  type ExecuteCommand,
  type ExecutionEvent,
  type Heartbeat,
  type HeartbeatAnswer,
  type HeldAttempt,
  type KeyRevocation,
  type KeySuccession,
  type LogLine,
  type MoveRequest,
  type SealedParameters,
  type ServerSettingsReport,
  SignedCommand,
  SignedEnvelope,
  serverFileMessage,
  topics,
} from '@postern/protocol'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { AppPackage } from './app-package.ts'
import { Authority, type Identity } from './authority.ts'
import { FakeApi } from './fake-api.ts'
import { FakeBroker, type EnrolledServer } from './fake-broker.ts'
import { seal } from './seal.ts'
import { SigningKey } from './signing-key.ts'

export type FakeHubOptions = {
  httpsPort?: number
  brokerPort?: number
  /** Where it listens, and is called by its bundles; the loopback unless this is given. */
  address?: string
  /** How its bundles name it instead. */
  name?: string
  /** As the first release was: it serves and takes what protocol 1 had, and nothing else. */
  isOldest?: boolean
  /** In how many days the certificate that an enrolment gives ends; not soon unless this is given. */
  certificateDays?: number
}

type Sighted<Thing> = Thing & { serverXid: string }
export type SeenResult = HeldAttempt & { result: AttemptResult; count: number }

/** What may differ from an ordinary command. */
export type CommandChanges = Partial<Omit<ExecuteCommand, 'app' | 'limits' | 'kind'>> & {
  app?: Partial<ExecuteCommand['app']>
  limits?: Partial<ExecuteCommand['limits']>
  secrets?: Partial<SealedParameters>
}

/**
 * A hub for tests of environment servers: real TLS sockets, real MQTT, real signatures, and everything parsed by `protocol/`.
 * What it remembers is public; switches make it go wrong in the ways that hubs and networks do.
 */
export class FakeHub {
  readonly authority: Authority
  readonly commandKey = new SigningKey()
  readonly publisherKey = new SigningKey()
  /** Signs server files. */
  readonly releaseKey = new SigningKey()
  readonly enrolled = new Map<string, EnrolledServer>()
  /** Enrolled servers whose identity was taken away since: the broker alone refuses them. */
  readonly revoked = new Set<string>()
  readonly packages = new Map<string, AppPackage>()
  readonly heartbeats: Sighted<Heartbeat>[] = []
  readonly events: Sighted<ExecutionEvent>[] = []
  readonly results: SeenResult[] = []
  readonly logs = new Map<string, LogLine[]>()
  readonly packageDownloads: string[] = []
  readonly lost: string[] = []
  readonly settingsReports: Sighted<ServerSettingsReport>[] = []
  readonly moves: Sighted<MoveRequest>[] = []
  /** Of the certificates that servers connected with. */
  readonly shownSerials: string[] = []
  /** Of those that it renewed. */
  readonly renewedSerials: string[] = []
  /** What its keys say of those that follow them. */
  readonly successions: KeySuccession[] = []
  /** What its keys say of themselves. */
  readonly revocations: KeyRevocation[] = []
  /** Tokens that locked servers sent last. */
  readonly lockedNotices = new Map<string, string>()
  /** Move tokens, each with the environment that it leads to. */
  readonly moveTokens = new Map<string, string>()
  /** Heartbeats are answered, with all or none of the held attempts granted. */
  answers: 'all' | 'none' | 'silence' = 'all'
  /** What heartbeat answers say of placing executions; nothing, as of a hub before protocol 9, unless it is set. */
  placement: Pick<HeartbeatAnswer, 'confirmed' | 'drained'> = {}
  /** How far the hub's clock is ahead of the machine's. */
  clockOffsetMs = 0
  readonly #enrolmentTokens = new Map<string, string>()
  api!: FakeApi
  broker!: FakeBroker

  readonly #address: string
  readonly #name: string
  readonly #isOldest: boolean
  readonly #certificateDays: number
  /** Topics that servers published to and had no right to. */
  readonly refusedTopics: string[] = []

  private constructor(
    authority: Authority,
    { address = '127.0.0.1', name = address, isOldest = false, certificateDays = 90 }: FakeHubOptions,
  ) {
    this.authority = authority
    this.#address = address
    this.#name = name
    this.#isOldest = isOldest
    this.#certificateDays = certificateDays
  }

  static async start(options: FakeHubOptions = {}): Promise<FakeHub> {
    const hub = new FakeHub(await Authority.create(), options)
    await hub.openApi(options.httpsPort)
    await hub.openBroker(options.brokerPort)
    return hub
  }

  /** Opens the HTTPS side, again on the same port if it was closed. */
  async openApi(port = 0): Promise<void> {
    const { authority, enrolled, packages } = this
    this.api = await FakeApi.listen(
      {
        host: this.#address,
        isOldest: this.#isOldest,
        identity: await this.#identity(),
        authority,
        enrolmentTokens: this.#enrolmentTokens,
        enrolled,
        packages,
        certificateDays: this.#certificateDays,
        successions: this.successions,
        revocations: this.revocations,
        onRenewed: (serial) => this.renewedSerials.push(serial),
        now: () => this.now(),
        onResult: (executionId, attempt, result) => this.#noteResult(executionId, attempt, result),
        onLog: (executionId, attempt, lines) => this.#noteLog(executionId, attempt, lines),
        onSettings: (serverXid, report) => this.settingsReports.push({ ...report, serverXid }),
        moveTokens: this.moveTokens,
        onLocked: (serverXid, token) => this.lockedNotices.set(serverXid, token),
        onMove: (request) => this.moves.push(request),
        onPackage: (sha256) => this.packageDownloads.push(sha256),
      },
      port,
    )
  }

  async openBroker(port = 0): Promise<void> {
    this.broker = await FakeBroker.listen(
      {
        host: this.#address,
        isOldest: this.#isOldest,
        identity: await this.#identity(),
        caCertificate: this.authority.certificate,
        enrolled: this.enrolled,
        revoked: this.revoked,
        placement: () => this.placement,
        now: () => this.now(),
        keysState: () => `${this.successions.length}.${this.revocations.length}`,
        onHeartbeat: (serverXid, heartbeat) => {
          this.heartbeats.push({ ...heartbeat, serverXid })
          if (this.answers === 'silence') return undefined
          return this.answers === 'all' ? heartbeat.held : []
        },
        onEvent: (serverXid, event) => this.events.push({ ...event, serverXid }),
        onLost: (serverXid) => this.lost.push(serverXid),
        onRefused: (topic) => this.refusedTopics.push(topic),
        onConnected: (serial) => this.shownSerials.push(serial),
      },
      port,
    )
  }

  now(): number {
    return Date.now() + this.clockOffsetMs
  }

  /** Unpacks a bundle into `directory`, as the download would. */
  writeBundle(directory: string, serverXid: string, changes: Record<string, unknown> = {}): void {
    const hidden = join(directory, '.postern-envsvr')
    const enrolmentToken = randomBytes(24).toString('base64url')
    this.#enrolmentTokens.set(enrolmentToken, serverXid)
    const settings: BundleSettings = {
      apiURL: `https://${this.#name}:${this.api.port}`,
      brokerHost: this.#name,
      brokerPort: this.broker.port,
      serverName: `Server ${serverXid}`,
      serverXid,
      enrolmentToken,
    }
    const trust: BundleTrust = {
      caCertificate: this.authority.certificate,
      commandKeys: [this.commandKey.publicKey],
      publisherKeys: [this.publisherKey.publicKey],
      releaseKeys: [this.releaseKey.publicKey],
    }
    mkdirSync(join(hidden, 'keystore'), { recursive: true })
    writeFileSync(join(hidden, 'settings.json'), JSON.stringify({ ...settings, ...changes }, null, 2))
    writeFileSync(join(hidden, 'keystore', 'trust.json'), JSON.stringify(trust, null, 2))
  }

  /** Lays the signature of a server file beside it, as a download does. */
  signServerFile(path: string, key = this.releaseKey): void {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    const { keyId } = key
    const signature = key.sign(Buffer.from(serverFileMessage(sha256)))
    writeFileSync(`${path}.sig`, JSON.stringify({ keyId, signature }))
  }

  addPackage(app: AppPackage): AppPackage {
    this.packages.set(app.sha256, app)
    return app
  }

  /** An ordinary command to run an app now, on an enrolled server, with the changes that a test is about. */
  executeCommand(serverXid: string, app: AppPackage, changes: CommandChanges = {}): ExecuteCommand {
    const { app: appChanges, limits, secrets, ...others } = changes
    const executionId = others.executionId ?? randomUUID()
    const attempt = others.attempt ?? 1
    const token = randomBytes(24).toString('base64url')
    const box: SealedParameters = { parameters: {}, secretNames: [], token, tokenExpires: 4_000_000_000, ...secrets }
    const now = this.now()
    return {
      protocolVersion: 1,
      commandId: randomUUID(),
      serverXid,
      executionId,
      attempt,
      notBefore: new Date(now).toISOString(),
      notAfter: new Date(now + 600_000).toISOString(),
      kind: 'execute',
      placement: 'pinned',
      app: {
        programName: app.programName,
        programVersion: '1.0.0',
        kind: 'action',
        repeatable: false,
        programLanguage: 'NODE',
        programMain: 'index.mjs',
        packageSha256: app.sha256,
        packageBytes: app.bytes.length,
        packageSignature: app.signature,
        ...appChanges,
      },
      egress: [],
      limits: {
        timeoutSeconds: 600,
        memoryBytesMax: 512 * 1024 * 1024,
        processesMax: 16,
        logBytesMax: 1024 * 1024,
        ...limits,
      },
      sealed: seal(
        box,
        this.enrolled.get(serverXid)?.sealingPublicKey ?? randomBytes(32).toString('base64'),
        serverXid,
        { executionId, attempt },
      ),
      ...others,
    }
  }

  envelope(command: SignedCommand, key = this.commandKey): SignedEnvelope {
    const body = JSON.stringify(SignedCommand.parse(command))
    return SignedEnvelope.parse({ v: 1, keyId: key.keyId, body, signature: key.sign(Buffer.from(body)) })
  }

  /** Signs and publishes. */
  async send(command: SignedCommand): Promise<void> {
    await this.sendRaw(command.serverXid, JSON.stringify(this.envelope(command)))
  }

  sendRaw(serverXid: string, payload: string): Promise<void> {
    return this.broker.publish(topics.commands(serverXid), payload)
  }

  result(executionId: string, attempt = 1): SeenResult | undefined {
    return this.results.find((seen) => seen.executionId === executionId && seen.attempt === attempt)
  }

  log(executionId: string, attempt = 1): LogLine[] {
    return this.logs.get(`${executionId} ${attempt}`) ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.api.close(), this.broker.close()])
  }

  #identity(): Promise<Identity> {
    const names = [this.#address, this.#name].map((value) => ({
      type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
      value,
    }))
    return this.authority.serverIdentity([{ type: 'dns', value: 'localhost' }, ...names])
  }

  #noteResult(executionId: string, attempt: number, result: AttemptResult): void {
    const seen = this.result(executionId, attempt)
    // As the hub does: the first result stands.
    if (seen) seen.count += 1
    else this.results.push({ executionId, attempt, result, count: 1 })
  }

  /** By sequence number, so that a chunk sent twice changes nothing. */
  #noteLog(executionId: string, attempt: number, lines: LogLine[]): void {
    const bySeq = new Map(this.log(executionId, attempt).map((line) => [line.seq, line]))
    for (const line of lines) bySeq.set(line.seq, line)
    this.logs.set(
      `${executionId} ${attempt}`,
      [...bySeq.values()].sort((a, b) => a.seq - b.seq),
    )
  }
}
