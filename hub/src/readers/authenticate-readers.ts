import type { Caller } from '../access/caller.ts'
import { hashCredential } from '../access/credential.ts'
import { FailedTries, subjectWord, type TryBounds } from '../access/failed-tries.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { isWithin } from './networks.ts'
import { readerLimits } from './reader-limits.ts'
import type { ReaderCredential, ReaderCredentialStore } from './reader-store.ts'
import { VerifiedPasswords } from './verified-passwords.ts'

/** Tells a reader's token from a person's. */
export const readerTokenPrefix = 'psr_'
/** Names are shorter; a longer one is not looked for. */
const usernameLengthMax = 100
/** Passwords are 43 characters; a long one would cost what its sender likes. */
const passwordLengthMax = 1000

export type ReaderCaller = Extract<Caller, { kind: 'reader' }>

/** The three credentials of a reader. `address` is where the request came from. */
export type ReaderCredentials = {
  /** @throws Problem `unauthenticated`, alike for what is wrong and who comes from elsewhere; `too-many` */
  basic(username: string, password: string, address: string): Promise<ReaderCaller>
  /** @throws Problem `unauthenticated`, `too-many` */
  token(token: string, address: string): Promise<ReaderCaller>
  /**
   * By SHA-256 of the client certificate's DER. Whoever issued it does not count: the connection proved that its other end has
   * the key. Undefined for one that belongs to no reader, since other software may present certificates of its own.
   */
  certificate(sha256: Buffer, address: string): Promise<ReaderCaller | undefined>
}

type Parts = { db: DatabaseConnection['db']; store: ReaderCredentialStore; clock: Clock }

export function authenticateReaders({ db, store, clock }: Parts): ReaderCredentials {
  const passwords = new VerifiedPasswords(clock)
  const failed = new FailedTries(db, clock)

  async function basic(username: string, password: string, address: string): Promise<ReaderCaller> {
    if (username.length > usernameLengthMax || password.length > passwordLengthMax) throw refused()
    const reader = await store.byUsername(username, clock.now())
    const passwordHash = reader?.password_hash ?? undefined
    const isKnown = passwordHash !== undefined && passwords.knows(username, password, passwordHash)
    if (!isKnown) {
      const name = `reader ${subjectWord(username)}`
      const bounds = readerBounds(name, address, [name, readerLimits.failuresOfNameMax])
      await failed.refuseAtBound(bounds)
      if (!(await passwords.verify(username, password, passwordHash))) {
        await failed.count(bounds)
        throw refused()
      }
    }
    return await letIn(reader, address)
  }

  async function token(secret: string, address: string): Promise<ReaderCaller> {
    const reader = await store.byToken(hashCredential(secret), clock.now())
    // Nobody guesses 256 bits: counted, so that an appliance with an old token is seen and slowed.
    if (reader === undefined) {
      const bounds = readerBounds(`reader token ${hashCredential(secret).toString('base64')}`, address)
      await failed.refuseAtBound(bounds)
      await failed.count(bounds)
    }
    return await letIn(reader, address)
  }

  async function certificate(sha256: Buffer, address: string): Promise<ReaderCaller | undefined> {
    const reader = await store.byCertificate(sha256, clock.now())
    return reader === undefined ? undefined : await letIn(reader, address, 'This certificate may not come from here.')
  }

  async function letIn(
    reader: ReaderCredential | undefined,
    address: string,
    elsewhere = 'User name, password or token is wrong, or this reader may not come from here.',
  ): Promise<ReaderCaller> {
    if (reader === undefined) throw refused()
    // An empty list means any network.
    if (reader.networks.length > 0 && !isWithin(reader.networks, address))
      throw new Problem('unauthenticated', elsewhere)
    if (reader.stale) await store.markUsed(reader.id, clock.now())
    return { kind: 'reader', readerId: reader.id, name: reader.name, organizationId: reader.organization_id }
  }

  return { basic, token, certificate }
}

/**
 * One reader with an old credential uses up its own tries, and counts no further: the others behind its address come in as before. All
 * tries of an address together, and all of a name, are bounded much higher. Apart from people's, who may sign in from there.
 */
function readerBounds(credential: string, address: string, ...more: TryBounds): TryBounds {
  const ofOne = [`${credential} from ${address}`, readerLimits.failuresOfOneMax] as const
  return [ofOne, [`reader address ${address}`, readerLimits.failuresOfAddressMax], ...more]
}

function refused(): Problem {
  return new Problem('unauthenticated', 'User name, password or token is wrong, or this reader may not come from here.')
}
