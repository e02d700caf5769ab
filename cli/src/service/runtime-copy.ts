import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

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
  for (const part of parts)
    cpSync(join(checkout, part), join(making, part), { recursive: true, verbatimSymlinks: true })
  for (const path of runtimePackages(checkout)) {
    cpSync(join(checkout, path), join(making, path), { recursive: true, verbatimSymlinks: true })
  }
  writeFileSync(join(making, '.digest'), digest)
  rmSync(target, { recursive: true, force: true })
  renameSync(making, target)
  return target
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
