import { pipeline, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import type { Platform } from '@postern/protocol'
import { chunksOf } from '../../database/chunks.ts'
import { elfHeadBytes, elfPlatform } from './elf-platform.ts'
import { type RuntimeLimits, runtimeLimits } from './runtime-limits.ts'
import { readRuntimeTop, runtimePath, type RuntimeTop } from './runtime-path.ts'
import { RuntimeRefused } from './runtime-refused.ts'
import { type TarEntry, tarEntries } from './tar-entries.ts'
import { TarFault } from './tar-fault.ts'

/** The oldest Node.js that an environment server runs on (D20); `environment-server/bundle/postern-envsvr` says the same. */
export const nodeOldest = '24.7'

/** Of what a bundle carries out of the archive. */
const executablePath = 'bin/node'
const licencePath = 'LICENSE'
/** Unpacked in pieces of this size: each passes through many hands. */
const pieceBytes = 256 * 1024

/** An archive that was read whole, and holds what it says that it holds. */
export type ReadRuntime = { platform: Platform; version: string; executableBytes: number; licence: Buffer }

/**
 * Reads `node-v<version>-<platform>.tar.gz`, as Node.js publishes it. Nothing is unpacked.
 * @throws RuntimeRefused with its own reason for each thing that can be wrong
 */
export async function readRuntime(archive: Buffer, limits: RuntimeLimits = runtimeLimits): Promise<ReadRuntime> {
  try {
    return await read(unpack(piecesOf(archive), limits), limits)
  } catch (error) {
    if (error instanceof TarFault) throw new RuntimeRefused(error.message, { cause: error })
    if (isZlibFault(error))
      throw new RuntimeRefused('it is damaged, or no .tar.gz; Node.js publishes one beside each .tar.xz.', {
        cause: error,
      })
    throw error
  }
}

/** The program out of an archive that was read before. */
export async function* runtimeExecutable(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const entry of tarEntries(unpack(archive, runtimeLimits))) {
    if (runtimePath(entry).slice(1).join('/') !== executablePath) continue
    yield* entry.content
    return
  }
}

async function read(unpacked: AsyncIterable<Buffer>, limits: RuntimeLimits): Promise<ReadRuntime> {
  let top: RuntimeTop | undefined
  let executable: { bytes: number; head: Buffer } | undefined
  let licence: Buffer | undefined
  let entries = 0
  for await (const entry of tarEntries(unpacked)) {
    entries += 1
    if (entries > limits.entriesMax) throw new RuntimeRefused(`it holds more than ${limits.entriesMax} files.`)
    const [folder = '', ...segments] = runtimePath(entry)
    top ??= readRuntimeTop(folder)
    if (folder !== top.folder) throw new RuntimeRefused(`not everything in it lies in ${top.folder}.`)
    const path = segments.join('/')
    if (path === executablePath) {
      requireFile(entry, path, executable, limits.executableBytesMax)
      executable = { bytes: entry.bytes, head: await headOf(entry) }
    }
    if (path === licencePath) {
      requireFile(entry, path, licence, limits.licenceBytesMax)
      licence = await buffer(entry.content)
    }
  }
  if (top === undefined || executable === undefined || licence === undefined)
    throw new RuntimeRefused(`${executablePath} or ${licencePath} is not in it.`)
  requireVersion(top.version)
  if (elfPlatform(executable.head) !== top.platform)
    throw new RuntimeRefused(`${executablePath} in it is no program for ${top.platform}.`)
  return { platform: top.platform, version: top.version, executableBytes: executable.bytes, licence }
}

function requireFile({ kind, bytes }: TarEntry, path: string, before: object | undefined, bytesMax: number): void {
  if (kind !== 'file' || before !== undefined) throw new RuntimeRefused(`${path} in it is not one file.`)
  if (bytes > bytesMax) throw new RuntimeRefused(`${path} in it has more than ${bytesMax} bytes.`)
}

async function headOf({ content }: TarEntry): Promise<Buffer> {
  let head = Buffer.alloc(0)
  for await (const piece of content) {
    head = Buffer.concat([head, piece]).subarray(0, elfHeadBytes)
    if (head.length === elfHeadBytes) break
  }
  return head
}

function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = nodeOldest.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new RuntimeRefused(`it is Node.js ${version}, and an environment server needs ${nodeOldest} or newer.`)
}

/** @throws RuntimeRefused where it unpacks to more than any Node.js does */
async function* unpack(archive: AsyncIterable<Buffer>, { unpackedBytesMax }: RuntimeLimits): AsyncGenerator<Buffer> {
  let bytes = 0
  // Whoever reads hears of its failures, too.
  for await (const piece of pipeline(Readable.from(archive), createGunzip({ chunkSize: pieceBytes }), () => {})) {
    bytes += (piece as Buffer).length
    if (bytes > unpackedBytesMax) throw new RuntimeRefused(`it unpacks to more than ${unpackedBytesMax} bytes.`)
    yield piece as Buffer
  }
}

async function* piecesOf(archive: Buffer): AsyncGenerator<Buffer> {
  for (const { content } of chunksOf(archive)) yield content
}

function isZlibFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
