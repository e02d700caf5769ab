import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** SHA-256 of all files below these folders, but for what is built or installed in them. */
export function sourcesDigest(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders) walk(folder)
  return hash.digest('hex')

  function walk(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'dist') walk(path)
      if (entry.isFile()) hash.update(entry.name).update('\0').update(readFileSync(path))
    }
  }
}
