import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { FailedTryStore } from './failed-try-store.ts'
import { signInLimits } from './sign-in-limits.ts'

const windowMs = signInLimits.windowMinutes * 60_000

/** What is counted, and how many failures of it are taken. */
export type TryBounds = readonly (readonly [subject: string, most: number])[]

/** Failures to sign in, by what failed and from where. Who is at a bound is refused with the right credential too. */
export class FailedTries {
  readonly #store: FailedTryStore
  readonly #clock: Clock

  constructor(db: DatabaseConnection['db'], clock: Clock) {
    this.#store = new FailedTryStore(db)
    this.#clock = clock
  }

  /** @throws Problem `too-many`, alike for names that are there and others */
  async refuseAtBound(bounds: TryBounds): Promise<void> {
    const since = this.#windowStart()
    for (const [subject, most] of bounds) {
      if ((await this.#store.count(subject, since)) >= most)
        throw new Problem('too-many', 'Too many failed sign-ins. Wait a quarter of an hour and try again.')
    }
  }

  async count(bounds: TryBounds): Promise<void> {
    await this.#store.insert(
      bounds.map(([subject]) => subject),
      this.#clock.now(),
    )
  }

  /** Every hour: those that count no more. */
  async tidy(): Promise<void> {
    await this.#store.removeBefore(this.#windowStart())
  }

  #windowStart(): Date {
    return new Date(this.#clock.now().getTime() - windowMs)
  }
}

/**
 * Of a person who signs in. Ten failures close a name at one address alone, so that nobody locks out whoever comes from behind the same
 * proxy; that one address tries many names, or many addresses one name, is bounded much higher.
 */
export function personBounds(username: string, address: string): TryBounds {
  const name = nameSubject(username)
  return [
    [`${name} from ${address}`, signInLimits.failuresOfOneMax],
    [`address ${address}`, signInLimits.failuresOfAddressMax],
    [name, signInLimits.failuresOfNameMax],
  ]
}

/** Under what failures of one user name are counted. */
export function nameSubject(username: string): string {
  return `name ${subjectWord(username.toLowerCase())}`
}

/** A name without blanks, so that none that somebody makes up reads like another one with its address. */
export function subjectWord(name: string): string {
  return encodeURIComponent(name.toWellFormed())
}
