import type { Caller } from '../access/caller.ts'
import { signInFailuresMax, signInWindowMs } from '../access/access.ts'
import { AccessStore } from '../access/access-store.ts'
import { hashCredential } from '../access/credential.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { isWithin } from './networks.ts'
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
  const failures = new AccessStore(db)

  async function basic(username: string, password: string, address: string): Promise<ReaderCaller> {
    if (username.length > usernameLengthMax || password.length > passwordLengthMax) throw refused()
    const reader = await store.byUsername(username, clock.now())
    const passwordHash = reader?.password_hash ?? undefined
    const isKnown = passwordHash !== undefined && passwords.knows(username, password, passwordHash)
    if (!isKnown) {
      const subjects = [`reader ${username}`, addressOf(address)]
      await refuseGuessing(subjects)
      if (!(await passwords.verify(username, password, passwordHash))) {
        await failures.insertFailure(subjects, clock.now())
        throw refused()
      }
    }
    return await letIn(reader, address)
  }

  async function token(secret: string, address: string): Promise<ReaderCaller> {
    const reader = await store.byToken(hashCredential(secret), clock.now())
    // Nobody guesses 256 bits: counted, so that an appliance with an old token is seen and slowed.
    if (reader === undefined) {
      await refuseGuessing([addressOf(address)])
      await failures.insertFailure([addressOf(address)], clock.now())
    }
    return await letIn(reader, address)
  }

  async function certificate(sha256: Buffer, address: string): Promise<ReaderCaller | undefined> {
    const reader = await store.byCertificate(sha256, clock.now())
    return reader === undefined ? undefined : await letIn(reader, address)
  }

  async function letIn(reader: ReaderCredential | undefined, address: string): Promise<ReaderCaller> {
    if (reader === undefined) throw refused()
    // An empty list means any network.
    if (reader.networks.length > 0 && !isWithin(reader.networks, address)) throw refused()
    if (reader.stale) await store.markUsed(reader.id, clock.now())
    return { kind: 'reader', readerId: reader.id, name: reader.name, organizationId: reader.organization_id }
  }

  /** As at sign-in: by name and by address, so that neither one name nor one machine can be tried for long. */
  async function refuseGuessing(subjects: string[]): Promise<void> {
    const since = new Date(clock.now().getTime() - signInWindowMs)
    for (const subject of subjects) {
      if ((await failures.recentFailures(subject, since)) >= signInFailuresMax) {
        throw new Problem('too-many', 'Too many failed attempts. Wait a quarter of an hour and try again.')
      }
    }
  }

  return { basic, token, certificate }
}

/** Apart from people's: an appliance with an old password must not lock out who signs in from behind the same address. */
function addressOf(address: string): string {
  return `reader address ${address}`
}

function refused(): Problem {
  return new Problem('unauthenticated', 'User name, password or token is wrong, or this reader may not come from here.')
}
