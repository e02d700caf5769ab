import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { limits, Platform, type Runtime } from '@postern/protocol'
import type { Caller } from '../../access/caller.ts'
import { sha256Of } from '../../apps/sha256-of.ts'
import type { Audit } from '../../audit/audit.ts'
import type { DatabaseConnection } from '../../database/database.ts'
import { UploadPlaces } from '../../http/upload-places.ts'
import type { Clock } from '../../lib/clock.ts'
import { Problem } from '../../lib/problem.ts'
import { platformNamed } from './platform-named.ts'
import { readRuntime, runtimeExecutable } from './runtime-archive.ts'
import { runtimeLimits } from './runtime-limits.ts'
import {
  deleteRuntime,
  findRuntime,
  listRuntimeRows,
  lockRuntimes,
  putRuntime,
  runtimeContent,
} from './runtime-store.ts'

/** The Node.js of one bundle. */
export type BundleRuntime = {
  platform: Platform
  version: string
  /** Of the program. */
  bytes: number
  openExecutable: () => Readable
  /** It must go with the program. */
  licence: Buffer | undefined
}

export type RuntimeParts = {
  db: DatabaseConnection['db']
  audit: Audit
  clock: Clock
  /** The hub's own Node.js. */
  runtimeFile: string
}

export type Runtimes = ReturnType<typeof createRuntimes>

/** The Node.js that bundles carry: the hub's own for its platform, and those that administrators add by file (D20). */
export function createRuntimes({ db, audit, clock, runtimeFile }: RuntimeParts) {
  const own = ownRuntime()
  /** Archives are held in memory while they are read: as much as the largest in all. */
  const places = new UploadPlaces({
    what: 'runtimes',
    countMax: runtimeLimits.uploadsMax,
    bytesMax: limits.runtimeBytesMax,
    bodyBytesMax: limits.runtimeBytesMax,
  })

  /** One a platform; the first is for whoever chooses none (ES-2). */
  async function list(organizationId?: string): Promise<Runtime[]> {
    const added = await listRuntimeRows(db, organizationId)
    return Platform.options.flatMap((platform) => {
      const runtime = [...added, ...own].find((each) => each.platform === platform)
      return runtime === undefined ? [] : [runtime]
    })
  }

  /**
   * From now on bundles for its platform carry it, in the place of the one before.
   * @param sha256 what the archive's must be, by somebody's word that is trusted
   */
  async function add(caller: Caller, archive: Buffer, sha256: string, address?: string): Promise<Runtime> {
    const actual = await sha256Of(archive)
    if (actual !== sha256)
      throw new Problem(
        'invalid',
        `The SHA-256 of this file is ${actual}, and not the one that was given. Compare that with SHASUMS256.txt of Node.js, and download the file again.`,
      )
    const read = await readRuntime(archive)
    const { platform, version } = read
    return await db.transaction().execute(async (trx) => {
      await lockRuntimes(trx)
      const before = await findRuntime(trx, platform)
      const organizationId = caller.kind === 'stranger' ? null : caller.organizationId
      const added = { archive, sha256, organizationId, addedBy: caller.name, addedAt: clock.now() }
      await putRuntime(trx, read, added)
      const replaced = before === undefined ? {} : { replacesVersion: before.version, replacesSha256: before.sha256 }
      await audit.record(trx, caller, 'runtime.add', `runtime ${platform}`, { version, sha256, ...replaced }, address)
      return { platform, version, sha256, addedBy: added.addedBy, addedAt: added.addedAt.toISOString() }
    })
  }

  /** Bundles for its platform carry the hub's own from now on, if that is of this platform, or none. */
  async function remove(caller: Caller, platform: Platform, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const removed = await deleteRuntime(trx, platform)
      if (removed === undefined) throw new Problem('not-found', `No runtime for ${platform} was added.`)
      await audit.record(trx, caller, 'runtime.remove', `runtime ${platform}`, removed, address)
    })
  }

  /** @throws Problem that says what to do where the hub has none for the platform */
  async function forBundle(wanted: Platform | undefined): Promise<BundleRuntime> {
    const platform = wanted ?? (await list())[0]?.platform
    const added = platform && (await findRuntime(db, platform))
    if (platform && added) {
      const { version, sha256, bytes, executable_bytes, licence } = added
      const openExecutable = () =>
        Readable.from(runtimeExecutable(runtimeContent(db, sha256, Number(bytes))), { objectMode: false })
      return { platform, version, bytes: Number(executable_bytes), openExecutable, licence }
    }
    const ofHub = own.find((each) => each.platform === platform)
    if (ofHub !== undefined) return await ownForBundle(ofHub, runtimeFile)
    throw new Problem(
      'conflict',
      `This hub has no Node.js for ${platform ?? 'any platform'}. An administrator adds it once: postern runtime add FILE --sha256 HEX. Or leave Node.js out of the bundle.`,
    )
  }

  return { places, list, add, remove, forBundle }
}

/** Nothing where the hub's own platform is none that bundles are for. */
function ownRuntime(): Runtime[] {
  const platform = platformNamed(`${process.platform}-${process.arch}`)
  const notAdded = { sha256: null, addedBy: null, addedAt: null }
  return platform === undefined ? [] : [{ platform, version: process.versions.node, ...notAdded }]
}

async function ownForBundle({ platform, version }: Runtime, file: string): Promise<BundleRuntime> {
  const { size: bytes } = await stat(file).catch((error: unknown) => {
    throw new Problem('unavailable', "This hub's own Node.js is not in its place any more. Start the hub again.", {
      cause: error,
    })
  })
  // A distribution keeps it one folder above the program.
  const licence = await readFile(join(dirname(dirname(file)), 'LICENSE')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return { platform, version, bytes, openExecutable: () => createReadStream(file), licence }
}
