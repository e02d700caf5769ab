import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Two fingerprints of a folder. `content`: paths and bytes, what was unpacked. `state`: what lstat shows, cheap enough for every
 * start; the change time cannot be set by the one who changes a file, so an edit shows in it.
 */
export function contentDigest(folder: string): string {
  return digest(folder, (path, stat) =>
    stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder',
  )
}

export function stateDigest(folder: string): string {
  return digest(folder, (_path, stat) => [stat.mode, stat.size, stat.ino, stat.mtimeNs, stat.ctimeNs].join(' '))
}

type BigStat = ReturnType<typeof lstat>

function digest(folder: string, describe: (path: string, stat: BigStat) => string): string {
  const hash = createHash('sha256')
  const open = ['']
  for (let relative = open.pop(); relative !== undefined; relative = open.pop()) {
    const path = join(folder, relative)
    const stat = lstat(path)
    hash.update(`${relative}\0${stat.isDirectory() ? 'd' : stat.isFile() ? 'f' : 'other'}\0${describe(path, stat)}\n`)
    if (stat.isDirectory())
      open.push(
        ...readdirSync(path)
          .sort()
          .map((name) => join(relative, name)),
      )
  }
  return hash.digest('hex')
}

function lstat(path: string) {
  return lstatSync(path, { bigint: true })
}
