import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'

/** Reads the hub's secret key, 32 bytes as base64 (D7). Makes the file when it may; never replaces one. */
export function readSecretKey(file: string, mayCreate: boolean): Buffer {
  if (mayCreate) createOnce(file)
  const mode = statSync(file).mode & 0o077
  if (mode !== 0) throw new Error(`${file} can be read by others than its owner. Run: chmod 600 ${file}`)
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (key.length !== 32) throw new Error(`${file} does not hold a secret key: 32 bytes as base64 are wanted.`)
  return key
}

function createOnce(file: string): void {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  writeSync(descriptor, `${randomBytes(32).toString('base64')}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
}
