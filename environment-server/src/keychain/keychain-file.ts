import {
  argon2Sync,
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  type Argon2Parameters,
} from 'node:crypto'
import * as z from 'zod/mini'

/**
 * The keychain's file: secrets under a key that argon2id makes of the master password (ES-10). The checksum tells a damaged
 * file from a wrong password; it protects nothing, the cipher's tag does.
 */
const KeychainFile = z.object({
  v: z.literal(1),
  kdf: z.object({
    algorithm: z.literal('argon2id'),
    /** Bounds keep an edited file from making the start take gigabytes or hours. */
    memoryKib: z.int().check(z.gte(19 * 1024), z.lte(1024 * 1024)),
    passes: z.int().check(z.gte(1), z.lte(20)),
    parallelism: z.int().check(z.gte(1), z.lte(16)),
    salt: z.base64(),
  }),
  cipher: z.literal('chacha20-poly1305'),
  nonce: z.base64(),
  /** Ends with the 16-byte tag. */
  ciphertext: z.base64(),
  sha256: z.string(),
})
type KeychainFile = z.infer<typeof KeychainFile>
type Kdf = KeychainFile['kdf']

/** Key and how it was made; kept in memory, so that saving does not ask for the password again. */
export type KeychainKey = { key: Buffer; kdf: Kdf }

export type OpenedKeychain =
  | { kind: 'opened'; content: string; key: KeychainKey }
  | { kind: 'wrong-password' }
  | { kind: 'damaged' }

const tagBytes = 16

/** A new key of the password. About 0.15 s and 64 MiB, for a guesser as for us (RFC 9106, second recommended option). */
export function newKeychainKey(password: string): KeychainKey {
  const kdf: Kdf = {
    algorithm: 'argon2id',
    memoryKib: 64 * 1024,
    passes: 3,
    parallelism: 4,
    salt: randomBytes(16).toString('base64'),
  }
  return { key: deriveKey(password, kdf), kdf }
}

export function sealKeychain(content: string, { key, kdf }: KeychainKey): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(JSON.stringify(kdf)), { plaintextLength: Buffer.byteLength(content) })
  const ciphertext = Buffer.concat([cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const file = {
    v: 1 as const,
    kdf,
    cipher: 'chacha20-poly1305' as const,
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  }
  return `${JSON.stringify({ ...file, sha256: checksumOf(file) }, null, 2)}\n`
}

export function openKeychain(text: string, password: string): OpenedKeychain {
  const file = parse(text)
  if (!file) return { kind: 'damaged' }
  const key = deriveKey(password, file.kdf)
  const sealed = Buffer.from(file.ciphertext, 'base64')
  const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.from(file.nonce, 'base64'), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(JSON.stringify(file.kdf)), { plaintextLength: sealed.length - tagBytes })
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    const content = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString('utf8')
    return { kind: 'opened', content, key: { key, kdf: file.kdf } }
  } catch {
    // The checksum was right, so the bytes are those that were written: only the password can be wrong.
    return { kind: 'wrong-password' }
  }
}

function parse(text: string): KeychainFile | undefined {
  try {
    const file = z.parse(KeychainFile, JSON.parse(text))
    const { sha256, ...rest } = file
    const whole =
      Buffer.from(file.ciphertext, 'base64').length > tagBytes && Buffer.from(file.nonce, 'base64').length === 12
    return whole && checksumOf(rest) === sha256 ? file : undefined
  } catch {
    return undefined
  }
}

function checksumOf(file: Omit<KeychainFile, 'sha256'>): string {
  const { kdf } = file
  const fields = [kdf.memoryKib, kdf.passes, kdf.parallelism, kdf.salt, file.nonce, file.ciphertext]
  return createHash('sha256').update(fields.join('\n')).digest('hex')
}

function deriveKey(password: string, kdf: Kdf): Buffer {
  const parameters: Argon2Parameters = {
    message: password.normalize('NFC'),
    nonce: Buffer.from(kdf.salt, 'base64'),
    parallelism: kdf.parallelism,
    tagLength: 32,
    memory: kdf.memoryKib,
    passes: kdf.passes,
  }
  return argon2Sync('argon2id', parameters)
}
