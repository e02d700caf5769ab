import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Parts of the checkout that a running system needs. */
const parts = [
  'protocol',
  'intel',
  'hub',
  'console',
  'environment-server',
  'app-sdk',
  'apps',
  'simulators',
  'cli',
  'dev',
  'package.json',
]

/**
 * Copies what runs, and no tools, to a folder that the service user can pass. Made again only when something changed.
 * @returns the folder of the copy
 */
export function copyRuntime(checkout: string, target: string): string {
  const digest = digestOf(checkout)
  const mark = join(target, '.digest')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return target
  const making = `${target}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true, mode: 0o755 })
  for (const part of [...parts, ...runtimePackages(checkout)]) {
    const to = join(making, part)
    // A package inside another came with it.
    if (existsSync(to)) continue
    mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
    linkTree(join(checkout, part), to)
  }
  writeFileSync(join(making, '.digest'), digest)
  rmSync(target, { recursive: true, force: true })
  renameSync(making, target)
  return target
}

/** The same files under other names: no byte is copied where both lie on one file system. */
function linkTree(from: string, to: string): void {
  const facts = lstatSync(from)
  if (facts.isSymbolicLink()) return symlinkSync(readlinkSync(from), to)
  if (!facts.isDirectory()) return linkOrCopy(from, to)
  mkdirSync(to, { recursive: true, mode: 0o755 })
  for (const name of readdirSync(from)) {
    // What workspaces have below their own node_modules comes with the packages of the lock file.
    if (name !== '.postern' && !(name === 'node_modules' && !from.includes('/node_modules/')))
      linkTree(join(from, name), join(to, name))
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    copyFileSync(from, to)
  }
}

/** The lock file says which packages are only for developers. */
function runtimePackages(checkout: string): string[] {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; link?: boolean }>
  }
  return Object.entries(lock.packages)
    .filter(
      ([path, entry]) => path.startsWith('node_modules/') && entry.dev !== true && existsSync(join(checkout, path)),
    )
    .map(([path]) => path)
}

/** Changes when any file of ours, or the set of packages, does. */
function digestOf(checkout: string): string {
  const hash = createHash('sha256').update(readFileSync(join(checkout, 'package-lock.json')))
  for (const part of parts) walk(join(checkout, part))
  return hash.digest('hex')

  function walk(path: string): void {
    const facts = statSync(path)
    if (!facts.isDirectory()) return void hash.update(`${path}\0${facts.size}\0${facts.mtimeMs}\n`)
    for (const name of readdirSync(path).sort())
      if (name !== 'node_modules' && name !== '.postern') walk(join(path, name))
  }
}
