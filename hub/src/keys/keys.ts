import { createPrivateKey, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from 'node:crypto'
import { keyOverlapDays, keySuccessionMessage, type RotatedPurpose } from '@postern/protocol'
import { sql } from 'kysely'
import { soleLocks } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { SecretBox } from './secret-box.ts'
import { keyFingerprint } from './key-fingerprint.ts'
import { keysState } from './said-by-keys.ts'

const stateMs = 1000

/** What a key is for (D7). */
export type KeyPurpose = 'ca' | 'command' | 'publisher' | 'release' | 'token'

export type SigningKey = {
  /** First 16 hexadecimal characters of the SHA-256 of the public key's SPKI. */
  id: string
  purpose: KeyPurpose
  publicPem: string
  /** The CA's certificate; null for the others. */
  certificatePem: string | null
  createdAt: Date
  /** Since when another one signs; null for the one in use. */
  retiredAt: Date | null
  /** Since when it counts no more, as others may have it. */
  revokedAt: Date | null
  /** By whose word it is known to servers, and until when that one counted: null for the first. */
  predecessorId: string | null
  predecessorEndsAt: Date | null
}

/** The hub's signing keys: Ed25519, but for the CA, which is P-256 since browsers know no other curve well. */
export class Keys {
  readonly #db: DatabaseConnection['db']
  readonly #box: SecretBox
  readonly #privateKeys = new Map<string, KeyObject>()
  #state: { readAt: number; text: Promise<string> } | undefined

  constructor(db: DatabaseConnection['db'], box: SecretBox) {
    this.#db = db
    this.#box = box
  }

  /**
   * The key in use, made at first need; of several hubs that need it at once, one makes it.
   * @param db the transaction that somebody is in: it may hold the pool's last connection, and wait for no other
   */
  async current(purpose: KeyPurpose, db: Db = this.#db): Promise<SigningKey> {
    return (await this.#find(db, purpose)) ?? (await this.#create(purpose, db))
  }

  /** The key in use and those retired, newest first. @param db as for `current` */
  async all(purpose: KeyPurpose, db: Db = this.#db): Promise<SigningKey[]> {
    const rows = await db
      .selectFrom('signing_key')
      .selectAll()
      .where('purpose', '=', purpose)
      .orderBy('created_at', 'desc')
      .execute()
    return rows.map(toSigningKey)
  }

  /**
   * Those that count at that time: the key in use, and keys that it or others followed not long ago (D7). Newest first.
   * @param db as for `current`
   */
  async good(purpose: KeyPurpose, at: Date, db: Db = this.#db): Promise<SigningKey[]> {
    const good = (await this.all(purpose, db)).filter((key) => at < keyEndsAt(key))
    return good.some(({ retiredAt }) => retiredAt === null) ? good : [await this.current(purpose, db), ...good]
  }

  /** @param db as for `current` */
  async sign(purpose: KeyPurpose, bytes: Buffer, db: Db = this.#db): Promise<{ keyId: string; signature: Buffer }> {
    return await this.signBy((await this.current(purpose, db)).id, purpose, bytes, db)
  }

  /** @param db as for `current` */
  async signBy(
    keyId: string,
    purpose: KeyPurpose,
    bytes: Buffer,
    db: Db = this.#db,
  ): Promise<{ keyId: string; signature: Buffer }> {
    const privateKey = await this.privateKey(keyId, db)
    return { keyId, signature: sign(purpose === 'ca' ? 'sha256' : null, bytes, privateKey) }
  }

  /** @param db as for `current` */
  async privateKey(keyId: string, db: Db = this.#db): Promise<KeyObject> {
    const known = this.#privateKeys.get(keyId)
    if (known !== undefined) return known
    const row = await db
      .selectFrom('signing_key')
      .select('sealed_private')
      .where('id', '=', keyId)
      .executeTakeFirstOrThrow()
    const der = this.#box.open(row.sealed_private, `signing key ${keyId}`)
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    this.#privateKeys.set(keyId, key)
    return key
  }

  /** Ids of the command keys that a server says it trusts; none while it has not said. @param db as for `current` */
  async commandKeysOf(serverXid: string, db: Db = this.#db): Promise<string[]> {
    const row = await db
      .selectFrom('environment_server_settings')
      .select('command_keys')
      .where('server_xid', '=', serverXid)
      .executeTakeFirst()
    return row?.command_keys ?? []
  }

  /**
   * Makes a key of this purpose that follows the other one, by that one's word. Call it under the lock of `lockKeys`, and after the
   * key in use, if there is one, was retired.
   */
  async makeFollower(
    trx: Db,
    followed: Pick<SigningKey, 'id'>,
    purpose: RotatedPurpose,
    predecessorEndsAt: Date,
  ): Promise<SigningKey> {
    const pair = generateKeyPairSync('ed25519')
    const publicKey = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const said = { purpose, predecessorId: followed.id, publicKey, predecessorEndsAt: predecessorEndsAt.toISOString() }
    const { signature } = await this.signBy(followed.id, purpose, Buffer.from(keySuccessionMessage(said)), trx)
    return await this.#store(trx, purpose, pair, {
      predecessor_id: followed.id,
      predecessor_ends_at: predecessorEndsAt,
      succession_signature: signature,
    })
  }

  /** Another text than before whenever keys say more of each other than before. At most `stateMs` old: each heartbeat is told it. */
  async state(): Promise<string> {
    if (this.#state === undefined || performance.now() - this.#state.readAt > stateMs)
      this.#state = { readAt: performance.now(), text: keysState(this.#db) }
    return await this.#state.text
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

  async #create(purpose: KeyPurpose, db: Db): Promise<SigningKey> {
    if (!db.isTransaction) return await db.transaction().execute(async (trx) => await this.#create(purpose, trx))
    await lockKeys(db)
    const existing = await this.#find(db, purpose)
    if (existing !== undefined) return existing
    const pair = purpose === 'ca' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
    return await this.#store(db, purpose, pair)
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

export async function findKey(db: Db, id: string): Promise<SigningKey | undefined> {
  const row = await db.selectFrom('signing_key').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toSigningKey(row)
}

/** Until the transaction's end no other one makes, retires or revokes a key. */
export async function lockKeys(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${soleLocks.keyCreation})`.execute(trx)
}

/** A retired key counts for as long as environment servers may not have heard of the next one, a revoked one no more (D7). */
export function keyEndsAt({ retiredAt, revokedAt = null }: { retiredAt: Date | null; revokedAt?: Date | null }): Date {
  if (revokedAt !== null) return revokedAt
  return retiredAt === null ? new Date(8.64e15) : new Date(retiredAt.getTime() + keyOverlapDays * 86_400_000)
}

export function keyIdOf(publicKey: KeyObject | string): string {
  return keyFingerprint(publicKey).slice(0, 16)
}

function toSigningKey(row: {
  id: string
  purpose: string
  public_pem: string
  certificate_pem: string | null
  created_at: Date
  retired_at: Date | null
  revoked_at: Date | null
  predecessor_id: string | null
  predecessor_ends_at: Date | null
}): SigningKey {
  return {
    id: row.id,
    // The column's check names the same purposes.
    purpose: row.purpose as KeyPurpose,
    publicPem: row.public_pem,
    certificatePem: row.certificate_pem,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
    revokedAt: row.revoked_at,
    predecessorId: row.predecessor_id,
    predecessorEndsAt: row.predecessor_ends_at,
  }
}
