import { readdirSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { readProcess } from '../executor/process-table.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { type AppUser, endProcessesOf } from './app-user.ts'

/** Between two looks at whether the last process of a user is gone. */
const lookAgainMs = 20
const lookAgainMsMax = 5_000
/** From here on it is worth a line in the log. */
const lateMs = 2_000

/** Users that apps run as: each is lent to one execution at a time, so that no two apps share one (S2). */
export class UserPool {
  readonly #free: AppUser[]
  readonly #waiting: ((user: AppUser) => void)[] = []
  readonly #log: ServerLog
  readonly #ending = new Set<Promise<void>>()
  readonly #closed = new AbortController()
  /** How many executions can be lent one at once; 0 where apps run as the server's own user, in namespaces or not at all. */
  readonly size: number

  constructor(users: readonly AppUser[], log: ServerLog) {
    this.#free = [...users]
    this.size = users.length
    this.#log = log
  }

  /** Runs `work` with a user, or with none where apps need none. Waits until one is free. */
  async lend<Result>(work: (user: AppUser | undefined) => Promise<Result>): Promise<Result> {
    if (this.size === 0) return await work(undefined)
    const user = this.#free.shift() ?? (await this.#nextFree())
    try {
      return await work(user)
    } finally {
      void this.#takeBack(user)
    }
  }

  /** Whatever still runs as one of these users was left by a server that was killed. */
  async endLeftovers(): Promise<void> {
    await Promise.all(this.#free.filter(hasProcesses).map((user) => this.#endAll(user)))
  }

  /** Ends nothing any more once this has resolved: others may run as these users. What still runs is left to the next `endLeftovers`. */
  async close(): Promise<void> {
    this.#closed.abort()
    await Promise.all(this.#ending)
  }

  #nextFree(): Promise<AppUser> {
    const { promise, resolve } = Promise.withResolvers<AppUser>()
    this.#waiting.push(resolve)
    return promise
  }

  /** Not before the last process of its app is gone. */
  async #takeBack(user: AppUser): Promise<void> {
    const ending = this.#endAll(user)
    this.#ending.add(ending)
    await ending
    this.#ending.delete(ending)
    const waiting = this.#waiting.shift()
    if (waiting) waiting(user)
    else this.#free.push(user)
  }

  async #endAll(user: AppUser): Promise<void> {
    const from = performance.now()
    let isLate = false
    const { signal } = this.#closed
    for (
      let pauseMs = lookAgainMs;
      !signal.aborted && hasProcesses(user);
      pauseMs = Math.min(pauseMs * 2, lookAgainMsMax)
    ) {
      const failure = await endProcessesOf(user).then(
        () => '',
        (error: unknown) => ` (${errorText(error)})`,
      )
      if (!isLate && performance.now() - from > lateMs) {
        isLate = true
        this.#log(
          'error',
          `Processes of user ${user.name} outlive their app${failure}. They are ended again until they are gone.`,
        )
      }
      // Closing ends the pause.
      await delay(pauseMs, undefined, { ref: false, signal }).catch(() => undefined)
    }
  }
}

/** One that has ended, and waits for its parent to notice, does nothing any more. */
function hasProcesses({ userId }: AppUser): boolean {
  return readdirSync('/proc').some(
    (name) =>
      /^[0-9]+$/.test(name) &&
      statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid === userId &&
      readProcess(Number(name))?.zombie === false,
  )
}
