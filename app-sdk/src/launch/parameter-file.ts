import { createCipheriv, createDecipheriv } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'

/** The platform's fixed IV: a key is used for one file only. */
const iv = Buffer.alloc(16)

/**
 * Reads and deletes the encrypted parameter file (the TcEx contract): it holds secrets, and a new attempt gets a new one.
 * @throws Error that says what is wrong with the file, and nothing of what is in it.
 */
export function takeParameterFile(path: string, key: string): Record<string, unknown> {
  const sealed = readFileSync(path)
  rmSync(path)
  const json = decrypt(sealed, key)
  const values: unknown = parse(json)
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new Error('the parameter file is not a JSON object')
  return values as Record<string, unknown>
}

/** The same file as an environment server writes it. */
export function sealParameters(values: Readonly<Record<string, unknown>>, key: string): Buffer {
  const cipher = createCipheriv(algorithm(key), Buffer.from(key, 'utf8'), iv)
  return Buffer.concat([cipher.update(JSON.stringify(values), 'utf8'), cipher.final()])
}

function decrypt(sealed: Buffer, key: string): string {
  try {
    const decipher = createDecipheriv(algorithm(key), Buffer.from(key, 'utf8'), iv)
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new Error('the parameter file does not open with the key that was given', { cause: error })
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // The parser's own message would quote the text, and the text holds secrets.
    throw new Error('the parameter file does not open with the key that was given')
  }
}

function algorithm(key: string): string {
  const bits = Buffer.byteLength(key, 'utf8') * 8
  if (bits !== 128 && bits !== 192 && bits !== 256)
    throw new Error('the key of the parameter file must have 16, 24 or 32 bytes')
  return `aes-${bits}-cbc`
}
