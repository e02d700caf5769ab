import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourcesDigest } from '@postern/cli/sources-digest'

const checkoutFolder = fileURLToPath(new URL('../../..', import.meta.url))
const buildFile = join(checkoutFolder, 'environment-server/build.ts')
/** Folders of all that the server file is made of, and of what makes it. */
export const serverFileSources = ['environment-server', 'protocol', 'intel', 'app-sdk/src/package'].map((folder) =>
  join(checkoutFolder, folder),
)

let found: string | undefined

/**
 * The server file as bundles carry it, which starts with half the work of the sources. It is built once for all test files of a run, and
 * for the next run of the same sources; anybody may read it.
 */
export function builtServerFile(): string {
  found ??= findOrBuild()
  return found
}

function findOrBuild(): string {
  const all = join(checkoutFolder, '.cache/server-files-of-tests')
  const folder = join(all, sourcesDigest(serverFileSources).slice(0, 16))
  const file = join(folder, 'postern-envsvr.mjs')
  if (existsSync(file)) return file
  mkdirSync(all, { recursive: true })
  const making = mkdtempSync(join(all, 'making-'))
  // By the program that builds every other: a worker need not load what only building needs.
  execFileSync(process.execPath, [buildFile, join(making, 'postern-envsvr.mjs')], { stdio: 'pipe' })
  execFileSync('chmod', ['-R', 'a+rX', making])
  try {
    renameSync(making, folder)
  } catch (error) {
    // Others may build the same at the same time: whoever comes first has made it.
    rmSync(making, { recursive: true })
    if (!existsSync(file)) throw error
  }
  return file
}
