import { randomBytes } from 'node:crypto'
import type { ChangeReader, CreatedReader, CreateReader, Reader, ReaderGrants } from '@postern/protocol'
import { hashCredential, newCredential } from '../access/credential.ts'
import type { PersonCaller } from '../access/caller.ts'
import { hashPassword } from '../access/password.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
import { authenticateReaders, readerTokenPrefix } from './authenticate-readers.ts'
import { readNetworks } from './networks.ts'
import { ReaderCredentialStore, ReaderStore } from './reader-store.ts'

export { isWithin, readNetworks } from './networks.ts'
export { readerTokenPrefix } from './authenticate-readers.ts'
export type { ReaderCaller, ReaderCredentials } from './authenticate-readers.ts'

export type ReadersParts = Pick<DatabaseConnection, 'db' | 'pool'> & { audit: Audit; clock: Clock }
export type Readers = ReturnType<typeof createReaders>

/** Machines that fetch lists and TAXII collections, each granted one by one (D27). */
export function createReaders({ db, pool, audit, clock }: ReadersParts) {
  const store = new ReaderStore(db)
  const credentials = new ReaderCredentialStore({ db, pool })

  /** The credential is in the answer and nowhere else. */
  async function create(caller: PersonCaller, wanted: CreateReader, address?: string): Promise<CreatedReader> {
    const networks = readNetworks(wanted.networks ?? [])
    const credential = await makeCredential(wanted)
    const reader = await db.transaction().execute(async (trx) => {
      const own = new ReaderStore(trx)
      const id = await own.insert({
        organizationId: caller.organizationId,
        name: wanted.name,
        username: credential.username,
        passwordHash: credential.passwordHash,
        tokenSha256: credential.tokenSha256,
        certificateSha256: credential.certificateSha256,
        networks,
        createdBy: caller.name,
      })
      if (id === undefined) throw taken(wanted)
      await grant(own, caller, id, wanted)
      const detail = { name: wanted.name, credential: wanted.credential, networks, ...grantsOf(wanted) }
      await audit.record(trx, caller, 'reader.create', `reader ${id}`, detail, address)
      return found(await own.find(caller.organizationId, id), 'reader')
    })
    return { ...reader, password: credential.password, token: credential.token }
  }

  /** Grants that are named replace what was there; what is not named stays. Holds from the next request on. */
  async function change(caller: PersonCaller, id: string, wanted: ChangeReader, address?: string): Promise<Reader> {
    const networks = wanted.networks === undefined ? undefined : readNetworks(wanted.networks)
    const changed = await db.transaction().execute(async (trx) => {
      const own = new ReaderStore(trx)
      const isThere = await own.change(
        caller.organizationId,
        id,
        { networks, isEnabled: wanted.isEnabled },
        clock.now(),
      )
      found(isThere ? id : undefined, 'reader')
      await grant(own, caller, id, wanted)
      await audit.record(trx, caller, 'reader.change', `reader ${id}`, { ...wanted }, address)
      return found(await own.find(caller.organizationId, id), 'reader')
    })
    credentials.forget()
    return changed
  }

  async function remove(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const name = found(await new ReaderStore(trx).remove(caller.organizationId, id), 'reader')
      await audit.record(trx, caller, 'reader.delete', `reader ${id}`, { name }, address)
    })
    credentials.forget()
  }

  return {
    create,
    change,
    remove,
    async get(caller: PersonCaller, id: string): Promise<Reader> {
      return found(await store.find(caller.organizationId, id), 'reader')
    },
    async list(
      caller: PersonCaller,
      after: string | undefined,
      limit: number,
    ): Promise<{ data: Reader[]; next?: string }> {
      const rows = await store.page(caller.organizationId, after, limit + 1)
      return pageOf(rows, limit)
    },
    /** Whom a credential of a request over HTTPS belongs to. */
    credentials: authenticateReaders({ db, store: credentials, clock }),
    /** Grants exist within an organization alone, so that none of these needs to be asked for it. */
    mayReadList: (readerId: string, listId: string): Promise<boolean> => store.mayReadList(readerId, listId),
    mayReadTaxiiCollection: async (readerId: string, taxiiCollectionId: string): Promise<boolean> =>
      (await store.taxiiGrant(readerId, taxiiCollectionId)).canRead,
    mayWriteTaxiiCollection: async (readerId: string, taxiiCollectionId: string): Promise<boolean> =>
      (await store.taxiiGrant(readerId, taxiiCollectionId)).canWrite,
  }
}

async function grant(store: ReaderStore, caller: PersonCaller, id: string, grants: ReaderGrants): Promise<void> {
  const missing = await store.grant(caller.organizationId, id, grants)
  if (missing.length === 0) return
  throw new Problem('not-found', `Your organization has no ${missing.slice(0, 10).join(', no ')}.`)
}

type Credential = {
  username: string | null
  password: string | null
  passwordHash: string | null
  token: string | null
  tokenSha256: Buffer | null
  certificateSha256: Buffer | null
}

const none: Credential = {
  username: null,
  password: null,
  passwordHash: null,
  token: null,
  tokenSha256: null,
  certificateSha256: null,
}

async function makeCredential({ name, credential, certificateSha256 }: CreateReader): Promise<Credential> {
  if ((credential === 'certificate') !== (certificateSha256 !== undefined)) {
    throw new Problem('invalid', 'certificateSha256 goes with the credential "certificate", and with no other.')
  }
  switch (credential) {
    case 'basic': {
      // It also goes into address bars and configuration files of appliances, so nothing but letters, digits and a hyphen.
      const username = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${randomBytes(3).toString('hex')}`
      const { token: password } = newCredential('')
      return { ...none, username, password, passwordHash: await hashPassword(password) }
    }
    case 'token': {
      const { token } = newCredential(readerTokenPrefix)
      return { ...none, token, tokenSha256: hashCredential(token) }
    }
    case 'certificate':
      return { ...none, certificateSha256: Buffer.from(certificateSha256 ?? '', 'hex') }
  }
}

function taken({ name, credential }: CreateReader): Problem {
  const also = credential === 'certificate' ? ', or another reader has this certificate' : ''
  return new Problem('conflict', `There is a reader named ${name} already${also}. Choose another name.`)
}

function grantsOf({ lists, taxiiCollections }: ReaderGrants): ReaderGrants {
  return {
    ...(lists === undefined ? {} : { lists }),
    ...(taxiiCollections === undefined ? {} : { taxiiCollections }),
  }
}
