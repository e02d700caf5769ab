import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Writes a file only its owner may read, whole or not at all: a kill in between leaves the old one. */
export function writePrivately(path: string, text: string): void {
  const besides = `${path}.new`
  const file = openSync(besides, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(besides, path)
}
