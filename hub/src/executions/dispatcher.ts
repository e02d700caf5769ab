import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Notifications } from '../live/notifications.ts'
import { claimDue, type DueCommand, makeAllDue, releaseClaim } from './command-store.ts'

/** How commands get to the broker. Resolves when the broker has taken the message (QoS 1). */
export type CommandPublisher = { publish(topic: string, payload: string): Promise<void> }

/** With the answers to heartbeats that are under way, fewer than the broker link takes at once. */
const claimedAtOnceMax = 200
const tickMs = 1000
const failureWaitMs = 2000

export type DispatcherParts = {
  db: DatabaseConnection['db']
  notifications: Notifications
  publisher: CommandPublisher
  clock: Clock
  log: Log
}

export type Dispatcher = ReturnType<typeof createDispatcher>

/**
 * Publishes the outbox: at once when a command is committed (NOTIFY), and again every few seconds until the environment server
 * acknowledges it, its attempt ends or it expires. Nothing is lost with a hub: the rows are the truth.
 */
export function createDispatcher({ db, notifications, publisher, clock, log }: DispatcherParts) {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  const stopping = new AbortController()

  /** One round at a time; what comes in meanwhile makes one more. */
  function wake(): void {
    if (stopping.signal.aborted) return
    if (running !== undefined) {
      again = true
      return
    }
    running = rounds().finally(() => {
      running = undefined
    })
  }

  async function rounds(): Promise<void> {
    do {
      again = false
      try {
        await publishDue()
      } catch (error) {
        log.error({ err: error }, 'commands could not be read from the outbox; trying again within a second')
      }
    } while (again && !stopping.signal.aborted)
  }

  /** While the broker takes some, the next are read. */
  async function publishDue(): Promise<void> {
    const claim = async () => await claimDue(db, clock.now(), claimedAtOnceMax)
    let due = await claim()
    while (due.length > 0) {
      const isLast = due.length < claimedAtOnceMax || stopping.signal.aborted
      const [next] = await Promise.all([isLast ? [] : claim(), publishAll(due)])
      due = next
    }
  }

  async function publishAll(due: readonly DueCommand[]): Promise<void> {
    const results = await Promise.allSettled(due.map(({ topic, payload }) => publisher.publish(topic, payload)))
    const failed = due.filter((_, index) => results[index]?.status === 'rejected')
    if (failed.length === 0) return
    const error: unknown = results.find((result) => result.status === 'rejected')?.reason
    log.warn({ err: error, commands: failed.length }, 'the broker did not take commands; trying again')
    await releaseClaim(
      db,
      failed.map(({ id }) => id),
      new Date(clock.now().getTime() + failureWaitMs),
    )
  }

  return {
    start(): void {
      notifications.on('postern_command', wake)
      notifications.onGap(wake)
      timer = setInterval(wake, tickMs)
      wake()
    },

    wake,

    /** To be called when the hub's connection to the broker is new. */
    async brokerConnected(): Promise<void> {
      try {
        await makeAllDue(db, clock.now())
      } catch (error) {
        log.error(
          { err: error },
          'open commands could not be made due again; those that servers lack come with their time',
        )
      }
      wake()
    },

    async stop(): Promise<void> {
      stopping.abort()
      clearInterval(timer)
      await running
    },
  }
}
