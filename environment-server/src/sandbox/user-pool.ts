import { readdirSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerLog } from '../log/server-log.ts'
import { type AppUser, endProcessesOf } from './app-user.ts'

const endAgainMs = 5_000

/** Users that apps run as: each is lent to one execution at a time, so that no two apps share one (S2). */
export class UserPool {
  readonly #free: AppUser[]
  readonly #log: ServerLog
  /** How many executions can be lent one at once; 0 where apps run as the server's own user, in namespaces or not at all. */
  readonly size: number

  constructor(users: readonly AppUser[], log: ServerLog) {
    this.#free = [...users]
    this.size = users.length
    this.#log = log
  }

  /** Runs `work` with a user, or with none where apps need none. */
  async lend<Result>(work: (user: AppUser | undefined) => Promise<Result>): Promise<Result> {
    if (this.size === 0) return await work(undefined)
    const user = this.#free.shift()
    if (!user) throw new Error('No user is free for this app: processes of an earlier one could not be ended.')
    try {
      return await work(user)
    } finally {
      void this.#takeBack(user)
    }
  }

  /** Whatever still runs as one of these users was left by a server that was killed. */
  async endLeftovers(): Promise<void> {
    await Promise.all(this.#free.filter(hasProcesses).map((user) => endProcessesOf(user)))
  }

  /** Not before the last process of its app is gone. */
  async #takeBack(user: AppUser): Promise<void> {
    for (let tries = 0; hasProcesses(user); tries += 1) {
      if (tries === 1)
        this.#log(
          'error',
          `Processes of user ${user.name} outlive their app. They are ended again until they are gone.`,
        )
      if (tries > 0) await delay(endAgainMs, undefined, { ref: false })
      await endProcessesOf(user).catch(() => undefined)
    }
    this.#free.push(user)
  }
}

function hasProcesses({ userId }: AppUser): boolean {
  return readdirSync('/proc').some(
    (name) => /^[0-9]+$/.test(name) && statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid === userId,
  )
}
