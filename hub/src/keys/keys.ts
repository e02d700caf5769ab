import { createPrivateKey, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from 'node:crypto'
import { type KeySuccession, keyOverlapDays, keySuccessionMessage, type RotatedPurpose } from '@postern/protocol'
import { sql } from 'kysely'
import { soleLocks } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import type { SecretBox } from './secret-box.ts'
import { keyFingerprint } from './key-fingerprint.ts'

/** Of each purpose; a server that slept through more is told the newest key by hand. */
const successionsMax = 100

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

  /** Those that count at that time: the key in use, and keys that it or others followed not long ago (D7). Newest first. */
  async good(purpose: KeyPurpose, at: Date): Promise<SigningKey[]> {
    const good = (await this.all(purpose)).filter((key) => at < keyEndsAt(key))
    return good.some(({ retiredAt }) => retiredAt === null) ? good : [await this.current(purpose), ...good]
  }

  async sign(purpose: KeyPurpose, bytes: Buffer): Promise<{ keyId: string; signature: Buffer }> {
    return await this.signBy((await this.current(purpose)).id, purpose, bytes)
  }

  async signBy(keyId: string, purpose: KeyPurpose, bytes: Buffer): Promise<{ keyId: string; signature: Buffer }> {
    const privateKey = await this.privateKey(keyId)
    return { keyId, signature: sign(purpose === 'ca' ? 'sha256' : null, bytes, privateKey) }
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

  /** Ids of the command keys that a server says it trusts; none while it has not said. */
  async commandKeysOf(serverXid: string): Promise<string[]> {
    const row = await this.#db
      .selectFrom('environment_server_settings')
      .select('command_keys')
      .where('server_xid', '=', serverXid)
      .executeTakeFirst()
    return row?.command_keys ?? []
  }

  /**
   * Makes the key that follows the one in use, by that one's word; from now on it is the one in use.
   * @param now when the old one is retired; it counts for `keyOverlapDays` more
   */
  async rotate(trx: Db, purpose: RotatedPurpose, now: Date): Promise<SigningKey> {
    const followed = await this.current(purpose)
    await sql`select pg_advisory_xact_lock(${soleLocks.keyCreation})`.execute(trx)
    const retired = await trx
      .updateTable('signing_key')
      .set({ retired_at: now })
      .where('id', '=', followed.id)
      .where('retired_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (retired === undefined) throw new Problem('conflict', 'Somebody else has just rotated this key.')
    const pair = generateKeyPairSync('ed25519')
    const predecessorEndsAt = keyEndsAt({ retiredAt: now })
    const publicKey = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const said = { purpose, predecessorId: followed.id, publicKey, predecessorEndsAt: predecessorEndsAt.toISOString() }
    const { signature } = await this.signBy(followed.id, purpose, Buffer.from(keySuccessionMessage(said)))
    return await this.#store(trx, purpose, pair, {
      predecessor_id: followed.id,
      predecessor_ends_at: predecessorEndsAt,
      succession_signature: signature,
    })
  }

  /** What keys said of those that followed them, oldest first, the newest of them. */
  async successions(purpose: RotatedPurpose): Promise<KeySuccession[]> {
    const rows = await this.#db
      .selectFrom('signing_key')
      .select(['purpose', 'public_pem', 'predecessor_id', 'predecessor_ends_at', 'succession_signature'])
      .where('purpose', '=', purpose)
      .where('predecessor_id', 'is not', null)
      .orderBy('created_at', 'desc')
      .limit(successionsMax)
      .execute()
    return rows.toReversed().map((row) => ({
      purpose: row.purpose,
      // The query and the table's check: all three are there.
      predecessorId: row.predecessor_id ?? '',
      publicKey: row.public_pem,
      predecessorEndsAt: row.predecessor_ends_at?.toISOString() ?? '',
      signature: row.succession_signature?.toString('base64') ?? '',
    }))
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
      return await this.#store(trx, purpose, pair)
    })
  }

  async #store(
    trx: Db,
    purpose: KeyPurpose,
    { publicKey, privateKey }: KeyPairKeyObjectResult,
    succession: Succession = {},
  ): Promise<SigningKey> {
    const id = keyIdOf(publicKey)
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    const row = await trx
      .insertInto('signing_key')
      .values({
        id,
        purpose,
        public_pem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
        sealed_private: this.#box.seal(der, `signing key ${id}`),
        ...succession,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return toSigningKey(row)
  }
}

type Succession = { predecessor_id?: string; predecessor_ends_at?: Date; succession_signature?: Buffer }

/** A retired key counts for as long as environment servers may not have heard of the next one (D7). */
export function keyEndsAt({ retiredAt }: Pick<SigningKey, 'retiredAt'>): Date {
  return retiredAt === null ? new Date(8.64e15) : new Date(retiredAt.getTime() + keyOverlapDays * 86_400_000)
}

export function keyIdOf(publicKey: KeyObject | string): string {
  return keyFingerprint(publicKey).slice(0, 16)
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
