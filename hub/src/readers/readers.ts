import { randomBytes } from 'node:crypto'
import type { ChangeReader, CreatedReader, CreateReader, Reader, ReaderGrants } from '@postern/protocol'
import { hashCredential, newCredential } from '../access/credential.ts'
import type { PersonCaller } from '../access/caller.ts'
import { hashPassword } from '../access/passwords/password.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
import { authenticateReaders, readerTokenPrefix } from './authenticate-readers.ts'
import { readNetworks } from './networks.ts'
import type { ReaderCertificate } from './reader-certificate.ts'
import { ReaderCertificates } from './reader-certificates.ts'
import { ReaderCredentialStore, ReaderStore } from './reader-store.ts'

export { isWithin, readNetworks } from './networks.ts'
export { readerTokenPrefix } from './authenticate-readers.ts'
export type { ReaderCaller, ReaderCredentials } from './authenticate-readers.ts'

export type ReadersParts = Pick<DatabaseConnection, 'db' | 'pool'> & {
  audit: Audit
  clock: Clock
  /** Whether readers with client certificates have a port to come to. */
  hasReaderPort?: boolean
}
export type Readers = ReturnType<typeof createReaders>

/** Machines that fetch lists and TAXII collections, each granted one by one (D27). */
export function createReaders({ db, pool, audit, clock, hasReaderPort = false }: ReadersParts) {
  const certificates = new ReaderCertificates({ db, clock, hasReaderPort })
  const store = new ReaderStore(db)
  const credentials = new ReaderCredentialStore({ db, pool })

  /** The credential is in the answer and nowhere else. */
  async function create(caller: PersonCaller, wanted: CreateReader, address?: string): Promise<CreatedReader> {
    const networks = readNetworks('networks', wanted.networks ?? [])
    const credential = await makeCredential(wanted, certificates)
    const reader = await db.transaction().execute(async (trx) => {
      const own = new ReaderStore(trx)
      await refuseTaken(own, credential.certificate)
      const id = await own.insert({
        organizationId: caller.organizationId,
        name: wanted.name,
        username: credential.username,
        passwordHash: credential.passwordHash,
        tokenSha256: credential.tokenSha256,
        certificate: credential.certificate,
        networks,
        createdBy: caller.name,
      })
      if (id === undefined) throw taken(wanted.name)
      await grant(own, caller, id, wanted)
      const detail = { name: wanted.name, credential: wanted.credential, networks, ...grantsOf(wanted) }
      await audit.record(trx, caller, 'reader.create', `reader ${id}`, detail, address)
      return found(await own.find(caller.organizationId, id), 'reader')
    })
    if (credential.certificate !== null) await certificates.changed()
    return { ...reader, password: credential.password, token: credential.token }
  }

  /** Grants that are named replace what was there; what is not named stays. Holds from the next request on. */
  async function change(caller: PersonCaller, id: string, wanted: ChangeReader, address?: string): Promise<Reader> {
    const networks = wanted.networks === undefined ? undefined : readNetworks('networks', wanted.networks)
    const { certificate: text, ...rest } = wanted
    const certificate = text === undefined ? undefined : await certificates.register(text, { inPlaceOf: id })
    const changed = await db.transaction().execute(async (trx) => {
      const own = new ReaderStore(trx)
      const before = found(await own.find(caller.organizationId, id), 'reader')
      if (certificate !== undefined) {
        const sha256 = certificate.sha256.toString('hex')
        if (before.certificateSha256 === null)
          throw new Problem('invalid', `${before.name} has another credential. Make a new reader for the certificate.`)
        if (before.certificateSha256 !== sha256) await refuseTaken(own, certificate)
      }
      const { isEnabled } = wanted
      const isThere = await own.change(caller.organizationId, id, { networks, isEnabled, certificate }, clock.now())
      found(isThere ? id : undefined, 'reader')
      await grant(own, caller, id, wanted)
      await audit.record(trx, caller, 'reader.change', `reader ${id}`, { ...rest, ...printOf(certificate) }, address)
      return found(await own.find(caller.organizationId, id), 'reader')
    })
    credentials.forget()
    if (changed.certificateSha256 !== null) await certificates.changed()
    return changed
  }

  async function remove(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const name = found(await new ReaderStore(trx).remove(caller.organizationId, id), 'reader')
      await audit.record(trx, caller, 'reader.delete', `reader ${id}`, { name }, address)
    })
    credentials.forget()
    await certificates.changed()
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
    certificates,
    /** Whom a credential of a request over HTTPS belongs to. */
    credentials: authenticateReaders({ db, store: credentials, clock }),
    /** Grants exist within an organization alone, so that it need not be asked for. */
    mayReadList: (readerId: string, listId: string): Promise<boolean> => store.mayReadList(readerId, listId),
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
  certificate: ReaderCertificate | null
}

const none: Credential = {
  username: null,
  password: null,
  passwordHash: null,
  token: null,
  tokenSha256: null,
  certificate: null,
}

async function makeCredential(
  { name, credential, certificate, certificateSha256 }: CreateReader,
  certificates: ReaderCertificates,
): Promise<Credential> {
  if (credential !== 'certificate' && (certificate ?? certificateSha256) !== undefined) {
    throw new Problem('invalid', 'A certificate goes with the credential "certificate", and with no other.')
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
      return { ...none, certificate: await certificates.register(certificate, { sha256: certificateSha256 }) }
  }
}

function taken(name: string): Problem {
  return new Problem('conflict', `There is a reader named ${name} already. Choose another name.`)
}

/** A certificate says whose reader comes, so that it is one reader's in the whole hub; whose, is not told (D27). */
async function refuseTaken(store: ReaderStore, certificate: ReaderCertificate | null): Promise<void> {
  if (certificate === null || !(await store.isCertificateTaken(certificate.sha256))) return
  throw new Problem('conflict', 'This certificate is taken. Use one that was made for this reader alone.')
}

function printOf(certificate: ReaderCertificate | undefined): { certificateSha256?: string } {
  return certificate === undefined ? {} : { certificateSha256: certificate.sha256.toString('hex') }
}

function grantsOf({ lists, taxiiCollections }: ReaderGrants): ReaderGrants {
  return {
    ...(lists === undefined ? {} : { lists }),
    ...(taxiiCollections === undefined ? {} : { taxiiCollections }),
  }
}
