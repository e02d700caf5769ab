import { type HeartbeatAnswer, topics } from '@postern/protocol'
import { type Broker } from './broker/broker.ts'
import { connectBroker } from './broker/broker-link.ts'
import type { DatabaseConnection } from './database/database.ts'
import { createDispatcher } from './executions/executions.ts'
import type { Features } from './features.ts'
import { systemClock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { repeat } from './lib/repeat.ts'
import type { Notifications } from './live/notifications.ts'
import { brokerSocketOf } from './machine/data-folder.ts'
import { createTelemetryWriter, type TelemetryWriter } from './telemetry/telemetry-writer.ts'

export type BackgroundParts = {
  features: Features
  connection: DatabaseConnection
  notifications: Notifications
  /** Past any pooler, straight to PostgreSQL (D15). */
  databaseDirectUrl: string
  dataFolder: string
  brokerUrl: string | undefined
  log: Log
}

export type Background = AsyncDisposable & { broker: Broker; telemetryCounts: TelemetryWriter['counts'] }

const secondMs = 1000
const minuteMs = 60_000
const hourMs = 3_600_000

/** What a hub does by itself: talk to environment servers, start what is due, notice what time brings about. */
export async function startBackground(parts: BackgroundParts): Promise<Background> {
  const { features, connection, notifications, log } = parts
  const { executions } = features
  await using stack = new AsyncDisposableStack()
  await executions.tidyLog()
  const broker = connectBroker({
    ...(parts.brokerUrl === undefined ? { socketPath: brokerSocketOf(parts.dataFolder) } : { url: parts.brokerUrl }),
    log,
  })
  stack.defer(async () => await broker.close())
  hearServers(broker, features)
  const telemetry = createTelemetryWriter({
    db: connection.db,
    directUrl: parts.databaseDirectUrl,
    clock: systemClock,
    steadyMs: () => performance.now(),
    log,
  })
  broker.onTelemetry(telemetry.receive)
  stack.defer(async () => await telemetry.close())
  const dispatcher = createDispatcher({ db: connection.db, notifications, publisher: broker, clock: systemClock, log })
  broker.onConnected(() => void dispatcher.brokerConnected())
  dispatcher.start()
  stack.defer(async () => await dispatcher.stop())
  await notifications.start()
  stack.defer(async () => await notifications.stop())
  const work = [...repeatedWork(features), { what: 'telemetry', everyMs: secondMs, work: telemetry.turn }]
  for (const { what, everyMs, work: turn } of work) stack.use(repeat(what, everyMs, turn, log))
  const started = stack.move()
  return { broker, telemetryCounts: telemetry.counts, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

export type RepeatedWork = { what: string; everyMs: number; work: () => Promise<void> }

/** What every hub does again and again, whatever else is going on. */
export function repeatedWork({
  access,
  collections,
  environments,
  exclusions,
  executions,
  exports,
  hubKeys,
  library,
  lifecycles,
  lists,
  mail,
  notifications,
  passwordRequests,
  presenceWatch,
  scheduler,
  taxii,
  telemetryWatch,
}: Features): RepeatedWork[] {
  return [
    { what: 'scheduler', everyMs: secondMs, work: async () => void (await scheduler.tick()) },
    { what: 'executions', everyMs: secondMs, work: executions.tick },
    { what: 'data collections', everyMs: secondMs, work: async () => await refreshCollections(collections) },
    { what: 'exclusion lists', everyMs: secondMs, work: async () => await exclusions.pass() },
    { what: 'plans and receipts', everyMs: 5 * secondMs, work: exports.tick },
    { what: 'presence', everyMs: 2 * secondMs, work: presenceWatch.tick },
    { what: 'notifications', everyMs: 10 * secondMs, work: notifications.watch },
    { what: 'who is told', everyMs: secondMs, work: async () => void (await notifications.tell()) },
    { what: 'mails', everyMs: secondMs, work: async () => void (await mail.queue.tick()) },
    { what: 'forgotten passwords', everyMs: secondMs, work: passwordRequests.tick },
    { what: 'live telemetry', everyMs: secondMs, work: telemetryWatch.tick },
    { what: 'lifecycle', everyMs: secondMs, work: async () => void (await lifecycles.tick()) },
    { what: 'firewall lists', everyMs: secondMs, work: async () => void (await lists.tick()) },
    { what: 'TAXII collections', everyMs: secondMs, work: taxii.tick },
    { what: 'removal of owners', everyMs: secondMs, work: async () => void (await library.ownerRemoval.tick()) },
    { what: 'signatures of earlier keys', everyMs: 5 * secondMs, work: hubKeys.tick },
    { what: 'batches', everyMs: minuteMs, work: async () => await library.batches.tidy() },
    { what: 'old versions', everyMs: hourMs, work: async () => void (await collections.prune()) },
    { what: 'old TAXII versions', everyMs: hourMs, work: taxii.tidy },
    { what: 'old notifications', everyMs: hourMs, work: notifications.tidy },
    { what: 'old mails', everyMs: hourMs, work: mail.queue.tidy },
    { what: 'ended sessions', everyMs: hourMs, work: async () => await access.tidy() },
    { what: 'old password links', everyMs: hourMs, work: passwordRequests.tidy },
    { what: 'old move tokens', everyMs: hourMs, work: environments.tidyMoves },
    { what: 'log partitions', everyMs: hourMs, work: executions.tidyLog },
  ]
}

async function refreshCollections(collections: Features['collections']): Promise<void> {
  await collections.refreshTouched()
  await collections.refreshDue()
}

function hearServers(broker: Broker, { executions }: Features): void {
  broker.on(async (serverXid, message) => {
    if (message.kind === 'execution-event') await executions.onEvent(serverXid, message)
    if (message.kind !== 'heartbeat') return
    const answer: HeartbeatAnswer | undefined = await executions.onHeartbeat(serverXid, message)
    if (answer !== undefined) broker.offer(topics.heartbeatAnswer(serverXid), JSON.stringify(answer))
  })
}
