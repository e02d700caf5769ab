import { join } from 'node:path'
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

export type BackgroundParts = {
  features: Features
  connection: DatabaseConnection
  notifications: Notifications
  dataFolder: string
  brokerUrl: string | undefined
  log: Log
}

const secondMs = 1000
const hourMs = 3_600_000

/** What a hub does by itself: talk to environment servers, start what is due, notice what time brings about. */
export async function startBackground(parts: BackgroundParts): Promise<AsyncDisposable & { broker: Broker }> {
  const { features, connection, notifications, log } = parts
  const { collections, executions, scheduler } = features
  await using stack = new AsyncDisposableStack()
  await executions.tidyLog()
  const broker = connectBroker({
    ...(parts.brokerUrl === undefined
      ? { socketPath: join(parts.dataFolder, 'broker.sock') }
      : { url: parts.brokerUrl }),
    log,
  })
  stack.defer(async () => await broker.close())
  hearServers(broker, features)
  const dispatcher = createDispatcher({ db: connection.db, notifications, publisher: broker, clock: systemClock, log })
  broker.onConnected(() => void dispatcher.brokerConnected())
  dispatcher.start()
  stack.defer(async () => await dispatcher.stop())
  await notifications.start()
  stack.defer(async () => await notifications.stop())
  stack.use(repeat('scheduler', secondMs, async () => void (await scheduler.tick()), log))
  stack.use(repeat('executions', secondMs, executions.tick, log))
  stack.use(repeat('data collections', secondMs, async () => await refreshCollections(collections), log))
  stack.use(repeat('plans and receipts', 5 * secondMs, features.exports.tick, log))
  stack.use(repeat('old versions', hourMs, async () => void (await collections.prune()), log))
  stack.use(repeat('log partitions', hourMs, executions.tidyLog, log))
  const started = stack.move()
  return { broker, [Symbol.asyncDispose]: () => started.disposeAsync() }
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
    if (answer !== undefined) await broker.publish(topics.heartbeatAnswer(serverXid), JSON.stringify(answer))
  })
}
