import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import {
  type AppKind,
  type Command,
  type ExecutionEvent,
  type Heartbeat,
  type HeldAttempt,
  protocolVersion,
  type ReportedInterpreter,
  type SealedParameters,
} from '@postern/protocol'
import { sql } from 'kysely'
import { Audit } from '../audit/audit.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { Changes } from '../live/changes.ts'
import { Notifications } from '../live/notifications.ts'
import { HeldClock } from '../lib/held-clock.ts'
import type { Log } from '../lib/log.ts'
import { createExecutions, type Executions } from './executions.ts'
import { commandIn, openSealed } from './open-sealed.ts'

export { commandIn }

export type RehearsedServer = {
  serverXid: string
  name: string
  sealingKey: KeyObject
  interpreters?: ReportedInterpreter[]
}

/**
 * A hub's execution side on a database of its own, with environment servers whose messages a test writes itself. For tests of
 * the hub: everything below the messages is the real thing.
 */
export type Rehearsal = {
  url: string
  connection: DatabaseConnection
  db: DatabaseConnection['db']
  clock: HeldClock
  keys: Keys
  audit: Audit
  changes: Changes
  notifications: Notifications
  executions: Executions
  errors: object[]
  log: Log
  organizationId: string
  environmentId: string
  addServer(name: string, at?: { environmentId?: string }): Promise<RehearsedServer>
  addApp(given: { kind: AppKind; install?: object; postern?: object; programName?: string }): Promise<string>
  addJob(given: {
    appId: string
    parameters?: object
    ownerId?: string | null
    controlId?: string | null
    timeoutSeconds?: number
    retriesMax?: number
    mode?: string
  }): Promise<string>
  start(jobId: string): Promise<string>
  beat(server: RehearsedServer, held?: HeldAttempt[], state?: Heartbeat['state']): Promise<HeldAttempt[] | undefined>
  tell(
    server: RehearsedServer,
    command: Command,
    event: ExecutionEvent['event'],
    detail?: string,
    more?: Pick<ExecutionEvent, 'lacksInterpreter'>,
  ): Promise<void>
  /** Commands in the outbox that are not withdrawn, oldest first, their signatures unchecked. */
  outbox(): Promise<Command[]>
  openSealed(server: RehearsedServer, command: Command): SealedParameters
  state(executionId: string): Promise<string>
  /** The hub's execution side as it is after a start, on the same database and clock. */
  restarted(): Executions
  close(): Promise<void>
}

export async function startRehearsal(): Promise<Rehearsal> {
  const database = await createTestDatabase()
  const errors: object[] = []
  const log: Log = { error: (detail) => errors.push(detail), warn() {}, info() {}, debug() {} }
  const connection = connectDatabase(database.url, () => {})
  const { db } = connection
  const clock = new HeldClock('2026-11-21T08:00:00Z')
  const keys = new Keys(db, new SecretBox(randomBytes(32)))
  const audit = new Audit()
  const notifications = new Notifications(database.url, log)
  await notifications.start()
  const changes = new Changes(notifications)
  const parts = { db, keys, clock, steadyMs: () => clock.steadyMs(), audit, log }
  const executions = createExecutions(parts)
  const organization = await db
    .insertInto('organization')
    .values({ name: 'Example' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const environment = await db
    .insertInto('environment')
    .values({ organization_id: organization.id, name: 'Plant' })
    .returning('id')
    .executeTakeFirstOrThrow()
  let jobs = 0

  const rehearsal: Rehearsal = {
    url: database.url,
    connection,
    db,
    clock,
    keys,
    audit,
    changes,
    notifications,
    executions,
    errors,
    log,
    organizationId: organization.id,
    environmentId: environment.id,

    async addServer(name, at = {}) {
      const { publicKey, privateKey } = generateKeyPairSync('x25519')
      const row = await db
        .insertInto('environment_server')
        .values({
          environment_id: at.environmentId ?? environment.id,
          name,
          downloaded_by: 'test',
          enrolled_at: clock.now(),
          confirmed_at: clock.now(),
          public_key_pem: 'unused here',
          sealing_public_key: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
        })
        .returning('server_xid')
        .executeTakeFirstOrThrow()
      const server = { serverXid: row.server_xid, name, sealingKey: privateKey }
      await rehearsal.beat(server)
      return server
    },

    async addApp({ kind, install = {}, postern, programName = `app_${randomBytes(4).toString('hex')}_v1` }) {
      const content = randomBytes(32).toString('hex')
      await db.insertInto('package').values({ sha256: content, bytes: 1000 }).execute()
      const app = await db
        .insertInto('app')
        .values({ program_name: programName, kind, display_name: 'Rehearsed app' })
        .returning('id')
        .executeTakeFirstOrThrow()
      await db
        .insertInto('app_version')
        .values({
          app_id: app.id,
          program_version: '1.0.0',
          package_sha256: content,
          package_bytes: 1000,
          install_json: JSON.stringify({
            displayName: 'Rehearsed app',
            programLanguage: 'NODE',
            programMain: 'app.mjs',
            programVersion: '1.0.0',
            runtimeLevel: 'Organization',
            params: [],
            ...install,
          }),
          postern_json: JSON.stringify({ kind, ...postern }),
          publisher_key_id: '0123456789abcdef',
          signature: randomBytes(64),
          vouched_by: 'its publisher',
          is_current: true,
        })
        .execute()
      return app.id
    },

    async addJob({
      appId,
      parameters = {},
      ownerId = null,
      controlId = null,
      timeoutSeconds = 3600,
      mode = 'apply-when-guards-pass',
      retriesMax = 0,
    }) {
      jobs += 1
      const row = await db
        .insertInto('job')
        .values({
          organization_id: organization.id,
          name: `Job ${jobs}`,
          app_id: appId,
          environment_id: environment.id,
          parameters: JSON.stringify(parameters),
          owner_id: ownerId,
          control_id: controlId,
          timeout_seconds: timeoutSeconds,
          retries_max: retriesMax,
          mode,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      return row.id
    },

    async start(jobId) {
      const id = await db
        .transaction()
        .execute((trx) => executions.insert(trx, { jobId, trigger: 'run-now', startedBy: 'test' }))
      await executions.place(id)
      return id
    },

    async beat(server, held = [], state = 'ready') {
      const answer = await executions.onHeartbeat(server.serverXid, {
        id: randomUUID(),
        protocolVersion,
        sentAt: clock.now().toISOString(),
        kind: 'heartbeat',
        serverVersion: '0.1.0',
        serverName: server.name,
        state,
        tier: 'isolated',
        executors: 2,
        queued: 0,
        held,
        ...(server.interpreters && { interpreters: server.interpreters }),
      })
      return answer?.granted
    },

    async tell(server, command, event, detail, more) {
      await executions.onEvent(server.serverXid, {
        id: randomUUID(),
        protocolVersion,
        sentAt: clock.now().toISOString(),
        kind: 'execution-event',
        commandId: command.commandId,
        executionId: command.executionId,
        attempt: command.attempt,
        event,
        ...(detail === undefined ? {} : { detail }),
        ...more,
      })
    },

    async outbox() {
      const rows = await db
        .selectFrom('command')
        .select('payload')
        .where('withdrawn_at', 'is', null)
        .orderBy('created_at')
        .orderBy(sql`kind = 'cancel'`)
        .execute()
      return rows.map(({ payload }) => commandIn(payload))
    },

    openSealed,

    async state(executionId) {
      const row = await db
        .selectFrom('execution')
        .select('state')
        .where('id', '=', executionId)
        .executeTakeFirstOrThrow()
      return row.state
    },

    restarted: () => createExecutions(parts),

    async close() {
      await notifications.stop()
      await connection.close()
      await database.drop()
    },
  }
  return rehearsal
}
