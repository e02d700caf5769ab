import { crc32 } from 'node:zlib'
import {
  openPackage,
  PackageFault,
  packageLimits,
  type PackagePlan,
  packageZipOptions,
  shownName,
} from '@postern/protocol'
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { mainFiles, type PackageManifest, readManifest } from './package-manifest.ts'
import { PackageRefused } from './package-refused.ts'
import { sha256Of } from './sha256-of.ts'

/** A package that was read whole: everything in it can be unpacked, and nothing in it can be unpacked elsewhere. */
export type ReadPackage = PackageManifest & {
  sha256: string
  bytes: number
  /** `<name>_<version>`, the one top-level folder: the app's identity. */
  programName: string
}

const zipReader = {
  open: (content: Buffer) => fromBufferPromise(content, packageZipOptions),
  nameOf: ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry) =>
    getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true),
}

/**
 * Reads a `.tcx` (T17, T18). Every entry is judged by the directory of the zip first, then unpacked into nothing, so that what
 * environment servers fetch later is known to be whole.
 * @throws PackageRefused with its own reason for each thing that can be wrong
 */
export async function readPackage(content: Buffer): Promise<ReadPackage> {
  try {
    return await read(content)
  } catch (error) {
    if (error instanceof PackageFault) throw new PackageRefused(error.message, { cause: error })
    throw error
  }
}

async function read(content: Buffer): Promise<ReadPackage> {
  const { zip, plan } = await openPackage(content, zipReader)
  try {
    const { programName } = plan
    const manifests = new Map<string, Buffer>()
    for (const { entry, segments, isFolder } of plan.entries) {
      if (isFolder) continue
      const path = segments.join('/')
      const isManifest = path === `${programName}/install.json` || path === `${programName}/postern.json`
      const bytes = await unpack(zip, entry, path, isManifest)
      if (bytes !== undefined) manifests.set(path, bytes)
    }
    const install = manifests.get(`${programName}/install.json`)
    if (install === undefined) throw new PackageFault(`there is no install.json in its folder ${programName}.`)
    const manifest = readManifest(install, manifests.get(`${programName}/postern.json`))
    requireMain(manifest, plan)
    return { ...manifest, sha256: await sha256Of(content), bytes: content.length, programName }
  } finally {
    zip.close()
  }
}

function requireMain(manifest: PackageManifest, { paths, programName }: PackagePlan<Entry>): void {
  const candidates = mainFiles(manifest)
  if (candidates === undefined || candidates.some((file) => paths.hasFile(`${programName}/${file}`))) return
  throw new PackageFault(
    `install.json names the program ${shownName(manifest.install.programMain)}, which is not in it.`,
  )
}

/** Reads one file to its end and compares size and checksum. Keeps the bytes only of what `isManifest` says. */
async function unpack(zip: ZipFile, entry: Entry, path: string, isManifest: boolean): Promise<Buffer | undefined> {
  if (isManifest && entry.uncompressedSize > packageLimits.manifestBytesMax) {
    throw new PackageFault(`"${path}" is larger than 1 MB.`)
  }
  const kept: Buffer[] = []
  let bytes = 0
  let checksum = 0
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      // The sizes in a zip are its maker's claims: yauzl ends a stream that goes beyond, and so does this.
      if (bytes > entry.uncompressedSize) break
      checksum = crc32(chunk, checksum)
      if (isManifest) kept.push(chunk)
    }
  } catch (error) {
    throw new PackageFault(`"${path}" cannot be unpacked; the file is damaged or lies about its size.`, {
      cause: error,
    })
  }
  if (bytes !== entry.uncompressedSize || checksum !== entry.crc32) {
    throw new PackageFault(`"${path}" does not match its checksum; the file is damaged.`)
  }
  return isManifest ? Buffer.concat(kept) : undefined
}
