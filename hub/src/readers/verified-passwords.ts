import { createHmac, randomBytes } from 'node:crypto'
import { verifyPassword } from '../access/passwords/password.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'

/** Minutes that a password which was verified counts without being hashed again (D27). */
export const verifiedMinutes = 10
/** Passwords that are remembered at once; the oldest goes first. */
const rememberedMax = 10_000
/** Passwords that are hashed or wait for it at once. Each takes 64 MiB while it is hashed, four at a time. */
const hashedAtOnceMax = 32

/**
 * Verifies the passwords of readers with argon2id, and remembers good ones for ten minutes as a digest under a key that this process
 * made and nobody else has. Passwords are made by the hub, of 256 random bits, so that looking here first gives a guesser nothing.
 */
export class VerifiedPasswords {
  readonly #clock: Clock
  readonly #verifyHash: typeof verifyPassword
  readonly #key = randomBytes(32)
  /** Digest to the hash that it was verified against, and until when it counts. */
  readonly #remembered = new Map<string, { passwordHash: string; until: number }>()
  readonly #underWay = new Map<string, Promise<boolean>>()

  /** @param verifyHash is argon2id, but for tests of what happens around it */
  constructor(clock: Clock, verifyHash = verifyPassword) {
    this.#clock = clock
    this.#verifyHash = verifyHash
  }

  /** Whether these were verified against this very hash less than ten minutes ago. */
  knows(username: string, password: string, passwordHash: string): boolean {
    const digest = this.#digestOf(username, password)
    const known = this.#remembered.get(digest)
    if (known === undefined) return false
    if (known.passwordHash === passwordHash && known.until > this.#clock.now().getTime()) return true
    this.#remembered.delete(digest)
    return false
  }

  /**
   * The slow way. Requests that bring the same words at once wait for one hash.
   * @param passwordHash undefined where there is no such reader: that takes as long
   * @throws Problem `too-many` where too many wait already
   */
  async verify(username: string, password: string, passwordHash: string | undefined): Promise<boolean> {
    const digest = this.#digestOf(username, password)
    const work = `${digest} ${passwordHash ?? ''}`
    const others = this.#underWay.get(work)
    if (others !== undefined) return await others
    if (this.#underWay.size >= hashedAtOnceMax) {
      throw new Problem('too-many', 'Too many passwords are being verified right now; try again in a few seconds.')
    }
    const verifying = this.#verifyHash(password, passwordHash)
    this.#underWay.set(work, verifying)
    try {
      const isGood = await verifying
      if (isGood && passwordHash !== undefined) this.#remember(digest, passwordHash)
      return isGood
    } finally {
      this.#underWay.delete(work)
    }
  }

  #remember(digest: string, passwordHash: string): void {
    this.#remembered.delete(digest)
    const oldest = this.#remembered.keys().next()
    if (this.#remembered.size >= rememberedMax && oldest.done !== true) this.#remembered.delete(oldest.value)
    this.#remembered.set(digest, { passwordHash, until: this.#clock.now().getTime() + verifiedMinutes * 60_000 })
  }

  #digestOf(username: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${username.length}:${username}${password}`).digest('base64')
  }
}
