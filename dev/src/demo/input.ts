import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { writeSampleEvents } from './sample-events.ts'

/** One folder of events, with the names that everything made from it carries (D19). */
export type Input = { folder: string; owner: string; collection: string; taxiiCollection: string; suffix: string }

/** Files of another's folder, read before root is given up. */
export type ReadFolder = { path: string; files: { name: string; bytes: Buffer }[] }

const folderBytesMax = 1024 * 1024 * 1024

/** @throws Error with a sentence when the folder cannot be read or holds no event files */
export function readFolder(folder: string): ReadFolder {
  const path = resolve(folder)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Error(`--misp-dir ${folder} is not a folder.`)
  const names = readdirSync(path).filter((name) => name.endsWith('.json') && name !== 'manifest.json')
  if (names.length === 0) throw new Error(`--misp-dir ${folder} holds no .json files.`)
  let total = 0
  const files = names.map((name) => {
    const bytes = readFileSync(join(path, name))
    total += bytes.length
    if (total > folderBytesMax) throw new Error(`--misp-dir ${folder} holds more than ${folderBytesMax} bytes.`)
    return { name, bytes }
  })
  return { path, files }
}

/** The sample, kept in the data folder, where a person may change it. */
export function sampleInput(dataFolder: string): Input {
  const folder = join(dataFolder, 'events/sample')
  writeSampleEvents(folder)
  return {
    folder,
    owner: 'Sample MISP feed',
    collection: 'Sample for the AED',
    taxiiCollection: 'Postern sample',
    suffix: 'sample',
  }
}

/** Keeps a copy of the folder that the feed's server can read; what has gone from the folder goes from the copy. */
export function copiedInput(dataFolder: string, read: ReadFolder): Input {
  const hash = createHash('sha256').update(read.path).digest('hex').slice(0, 6)
  const name =
    basename(read.path)
      .replace(/[^A-Za-z0-9 _-]/g, '')
      .slice(0, 24) || 'events'
  const folder = join(dataFolder, 'events', `${name}-${hash}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  for (const file of read.files) writeFileSync(join(folder, file.name), file.bytes)
  const suffix = `${name} ${hash}`
  return { folder, owner: `MISP ${suffix}`, collection: `MISP ${suffix}`, taxiiCollection: `Postern ${suffix}`, suffix }
}
