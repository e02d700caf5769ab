import { type App, packageLimits, type PackageSignature } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { found, Problem } from '../lib/problem.ts'
import {
  findApp,
  type InstalledVersion,
  installedVersions,
  listApps,
  lockApp,
  putCurrentVersion,
  type Vouch,
} from './app-store.ts'
import { packageBytes, packageContent, storePackage } from './package-store.ts'
import { installationPublishers, isSignedBy, type Publisher, selfVouched } from './publishers.ts'
import { type ReadPackage, readPackage } from './read-package.ts'
import { sha256Of } from './sha256-of.ts'

export { readInstallJson } from './app-store.ts'
export { installationPublishers, type Publisher } from './publishers.ts'

export type InstallRequest = {
  content: Buffer
  signature?: PackageSignature | undefined
  /** The administrator's confirmation: the package's own SHA-256 (D7, S3). */
  confirmSha256?: string | undefined
}

export type InstallResult = {
  /** `unchanged`: this content is the current version already. */
  outcome: 'installed' | 'upgraded' | 'rolled-back' | 'unchanged'
  app: App
}

export type Catalog = ReturnType<typeof createCatalog>

export type CatalogParts = {
  db: DatabaseConnection['db']
  audit: Audit
  keys: Keys
  clock: Clock
  log: Log
  /** The publishers whose signatures are accepted; without it those of this installation. */
  publishers?: () => Promise<Publisher[]>
}

/** The apps that this hub offers, one catalog for all organizations. */
export function createCatalog(parts: CatalogParts) {
  const { db, audit, keys, clock, log } = parts
  const publishers = parts.publishers ?? (() => installationPublishers(keys, clock))
  let installing = 0

  /**
   * Installs, upgrades in place (same folder, other content) or goes back to a version that was here before.
   * @throws PackageRefused, or `forbidden` when it lacks a signature and a confirmation
   */
  async function install(caller: Caller, request: InstallRequest, address?: string): Promise<InstallResult> {
    if (installing >= packageLimits.installsAtOnceMax) {
      throw new Problem('unavailable', 'Other packages are being installed right now. Try again in a minute.')
    }
    installing += 1
    try {
      await requireDigest(request)
      const content = await readPackage(request.content)
      const known = await publishers()
      const signedBy = await signerOf(request, known)
      return await db.transaction().execute((trx) => put(trx, { caller, request, content, known, signedBy, address }))
    } finally {
      installing -= 1
    }
  }

  async function put(trx: Db, given: Given): Promise<InstallResult> {
    const { content, caller } = given
    const { id } = await lockApp(trx, content)
    const versions = await installedVersions(trx, id)
    const current = versions.find((version) => version.isCurrent)
    const isHere =
      current?.packageSha256 === content.sha256 && current.programVersion === content.install.programVersion
    // One whose publisher key was revoked is vouched for anew (D7).
    if (isHere && !current.isKeyRevoked) {
      await keepPackage(trx, given)
      return { outcome: 'unchanged', app: found(await findApp(trx, id), 'app') }
    }
    const replaced = versions.find(
      ({ programVersion, packageSha256 }) =>
        programVersion === content.install.programVersion && packageSha256 !== content.sha256,
    )
    const vouch = await vouchFor(trx, given, current?.publisherKeyId, replaced)
    await keepPackage(trx, given)
    await putCurrentVersion(trx, id, content, vouch)
    const wasHere = versions.some((version) => version.packageSha256 === content.sha256)
    const outcome = current === undefined ? 'installed' : wasHere ? 'rolled-back' : 'upgraded'
    await audit.record(
      trx,
      caller,
      outcome === 'installed' ? 'app.install' : outcome === 'upgraded' ? 'app.upgrade' : 'app.roll-back',
      `app ${content.programName}`,
      {
        programVersion: content.install.programVersion,
        packageSha256: content.sha256,
        publisherKeyId: vouch.publisherKeyId,
        vouchedBy: vouch.vouchedBy,
        ...(current === undefined
          ? {}
          : { replacesVersion: current.programVersion, replacesPublisher: current.publisherKeyId }),
      },
      given.address,
    )
    return { outcome, app: found(await findApp(trx, id), 'app') }
  }

  /** What lay damaged in the database was nobody's doing here, and somebody should look why: it is mended, and told. */
  async function keepPackage(trx: Db, { caller, content, request, address }: Given): Promise<void> {
    const { sha256, programName, install } = content
    if ((await storePackage(trx, sha256, request.content)) !== 'mended') return
    const detail = { programVersion: install.programVersion, packageSha256: sha256 }
    log.warn(detail, 'a package that was damaged in the database was written anew from its file')
    await audit.record(trx, caller, 'app.mend', `app ${programName}`, detail, address)
  }

  /** Who answers for this content: its publisher, or the administrator who confirms it (D7, S3). */
  async function vouchFor(
    trx: Db,
    given: Given,
    currentKeyId: string | undefined,
    replaced: InstalledVersion | undefined,
  ): Promise<Vouch> {
    const { request, caller, known, signedBy } = given
    const isTakeover =
      currentKeyId !== undefined && signedBy !== undefined && !isSamePublisher(known, currentKeyId, signedBy)
    if (signedBy !== undefined && !isTakeover && replaced === undefined)
      return { ...publisherVouch(signedBy, request), vouchedBy: selfVouched }
    const confirmer = confirmerOf(caller, request)
    if (confirmer === undefined) throw new Problem('forbidden', confirmationWanted(given, currentKeyId, replaced))
    if (signedBy !== undefined) return { ...publisherVouch(signedBy, request), vouchedBy: confirmer }
    const { keyId, signature } = await keys.sign('publisher', request.content, trx)
    return { publisherKeyId: keyId, signature, vouchedBy: confirmer }
  }

  return {
    install,

    /** @param after the id of the last app of the page before */
    list: (after: string | undefined, rowsMax: number): Promise<App[]> => listApps(db, after, rowsMax),

    get: async (id: string): Promise<App> => found(await findApp(db, id), 'app'),

    /** The bytes of a package, for environment servers. */
    async package(sha256: string): Promise<{ bytes: number; content: AsyncGenerator<Buffer> }> {
      const bytes = found(await packageBytes(db, sha256), 'package')
      return { bytes, content: packageContent(db, sha256, bytes) }
    },
  }
}

type Given = {
  caller: Caller
  request: InstallRequest
  content: ReadPackage
  known: Publisher[]
  /** The known publisher whose signature holds. */
  signedBy: Publisher | undefined
  address: string | undefined
}

/** A confirmation of something else is a mistake to stop at, whatever the signature says. */
async function requireDigest({ content, confirmSha256 }: InstallRequest): Promise<void> {
  if (confirmSha256 === undefined) return
  const sha256 = await sha256Of(content)
  if (confirmSha256.toLowerCase() === sha256) return
  throw new Problem('invalid', `The confirmation names another file: this package's SHA-256 is ${sha256}.`)
}

/** The publisher that signed; a wrong signature is refused, one by a stranger's key counts as none. */
async function signerOf({ content, signature }: InstallRequest, known: Publisher[]): Promise<Publisher | undefined> {
  if (signature === undefined) return undefined
  const publisher = known.find(({ keyId }) => keyId === signature.keyId)
  if (publisher === undefined) return undefined
  if (await isSignedBy(publisher, content, signature)) return publisher
  throw new Problem(
    'invalid',
    `The signature by key ${signature.keyId} does not fit this package. Was the file changed after it was signed?`,
  )
}

function isSamePublisher(known: Publisher[], currentKeyId: string, signer: Publisher): boolean {
  return (
    currentKeyId === signer.keyId || known.some(({ keyId, name }) => keyId === currentKeyId && name === signer.name)
  )
}

/** Only a person who is administrator confirms (S3). */
function confirmerOf(caller: Caller, { confirmSha256 }: InstallRequest): string | undefined {
  if (confirmSha256 === undefined) return undefined
  return 'role' in caller && caller.role === 'administrator' ? caller.name : undefined
}

function publisherVouch(publisher: Publisher, { signature }: InstallRequest): Omit<Vouch, 'vouchedBy'> {
  // signerOf found the publisher by this signature.
  return { publisherKeyId: publisher.keyId, signature: Buffer.from(signature?.signature ?? '', 'base64') }
}

function confirmationWanted(
  { content, signedBy }: Given,
  currentKeyId: string | undefined,
  replaced: InstalledVersion | undefined,
): string {
  const { programName, sha256, install } = content
  const why =
    signedBy === undefined
      ? 'This package carries no signature of a publisher that this hub knows.'
      : replaced !== undefined
        ? `${programName} ${install.programVersion} was installed with other content (SHA-256 ${replaced.packageSha256}). What changes gets a version of its own.`
        : `${programName} was installed from publisher ${currentKeyId}, and this package is signed by ${signedBy.keyId}.`
  return `${why} If you trust where it comes from, an administrator confirms it by its SHA-256: ${sha256}`
}
