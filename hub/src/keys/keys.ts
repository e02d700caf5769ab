import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { sql } from 'kysely'
import { soleLocks } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { SecretBox } from './secret-box.ts'

/** What a key is for (D7). */
export type KeyPurpose = 'ca' | 'command' | 'publisher' | 'release' | 'token'

export type SigningKey = {
  /** First 16 hexadecimal characters of the SHA-256 of the public key's SPKI. */
  id: string
  publicPem: string
  /** The CA's certificate; null for the others. */
  certificatePem: string | null
  createdAt: Date
  retiredAt: Date | null
}

/** The hub's signing keys: Ed25519, but for the CA, which is P-256 since browsers know no other curve well. */
export class Keys {
  readonly #db: DatabaseConnection['db']
  readonly #box: SecretBox
  readonly #privateKeys = new Map<string, KeyObject>()

  constructor(db: DatabaseConnection['db'], box: SecretBox) {
    this.#db = db
    this.#box = box
  }

  /** The key in use, made at first need; of several hubs that need it at once, one makes it. */
  async current(purpose: KeyPurpose): Promise<SigningKey> {
    return (await this.#find(this.#db, purpose)) ?? (await this.#create(purpose))
  }

  /** The key in use and those retired, newest first. */
  async all(purpose: KeyPurpose): Promise<SigningKey[]> {
    const rows = await this.#db
      .selectFrom('signing_key')
      .selectAll()
      .where('purpose', '=', purpose)
      .orderBy('created_at', 'desc')
      .execute()
    return rows.map(toSigningKey)
  }

  async sign(purpose: KeyPurpose, bytes: Buffer): Promise<{ keyId: string; signature: Buffer }> {
    const key = await this.current(purpose)
    const privateKey = await this.privateKey(key.id)
    return { keyId: key.id, signature: sign(purpose === 'ca' ? 'sha256' : null, bytes, privateKey) }
  }

  async privateKey(keyId: string): Promise<KeyObject> {
    const known = this.#privateKeys.get(keyId)
    if (known !== undefined) return known
    const row = await this.#db
      .selectFrom('signing_key')
      .select('sealed_private')
      .where('id', '=', keyId)
      .executeTakeFirstOrThrow()
    const der = this.#box.open(row.sealed_private, `signing key ${keyId}`)
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    this.#privateKeys.set(keyId, key)
    return key
  }

  async storeCertificate(keyId: string, certificatePem: string): Promise<void> {
    await this.#db
      .updateTable('signing_key')
      .set({ certificate_pem: certificatePem })
      .where('id', '=', keyId)
      .where('certificate_pem', 'is', null)
      .execute()
  }

  /** Seals a secret at rest; `context` names the row it belongs to (D9). */
  seal(plain: Buffer, context: string): Buffer {
    return this.#box.seal(plain, context)
  }

  open(sealed: Buffer, context: string): Buffer {
    return this.#box.open(sealed, context)
  }

  async #find(db: Db, purpose: KeyPurpose): Promise<SigningKey | undefined> {
    const row = await db
      .selectFrom('signing_key')
      .selectAll()
      .where('purpose', '=', purpose)
      .where('retired_at', 'is', null)
      .executeTakeFirst()
    return row === undefined ? undefined : toSigningKey(row)
  }

  async #create(purpose: KeyPurpose): Promise<SigningKey> {
    return await this.#db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${soleLocks.keyCreation})`.execute(trx)
      const existing = await this.#find(trx, purpose)
      if (existing !== undefined) return existing
      const pair =
        purpose === 'ca' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
      const id = keyIdOf(pair.publicKey)
      const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
      const row = await trx
        .insertInto('signing_key')
        .values({
          id,
          purpose,
          public_pem: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
          sealed_private: this.#box.seal(der, `signing key ${id}`),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toSigningKey(row)
    })
  }
}

export function keyIdOf(publicKey: KeyObject | string): string {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16)
}

function toSigningKey(row: {
  id: string
  public_pem: string
  certificate_pem: string | null
  created_at: Date
  retired_at: Date | null
}): SigningKey {
  return {
    id: row.id,
    publicPem: row.public_pem,
    certificatePem: row.certificate_pem,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  }
}
