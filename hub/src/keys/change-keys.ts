import { countingKeysMax, keyRevocationMessage, revokedWordHours, RotatedPurpose } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { found, Problem } from '../lib/problem.ts'
import { findKey, keyEndsAt, type Keys, lockKeys, type SigningKey } from './keys.ts'

const hourMs = 3_600_000

export type ChangedKey = { followed: SigningKey; follower: SigningKey }

/**
 * Makes the key that follows the one in use, by that one's word; from now on it is the one in use. The publisher key signs server files
 * until there is a release key (D7): with the first rotation of either there is one.
 * @param now when the old one is retired; it counts for `keyOverlapDays` more
 */
export async function rotateKey(trx: Db, keys: Keys, purpose: RotatedPurpose, now: Date): Promise<ChangedKey> {
  const followed = await signerOf(trx, keys, purpose)
  await lockKeys(trx)
  await requireRoom(trx, keys, purpose, now)
  const endsAt = keyEndsAt({ retiredAt: now })
  if (purpose === 'publisher') await separateRelease(trx, keys, followed, endsAt)
  return { followed, follower: await follow(trx, keys, followed, purpose, now, endsAt) }
}

/**
 * Ends a key now, since others may have it; the one in use is followed by another. Servers take its word on that one for
 * `revokedWordHours` more, where they have not heard of the revocation before.
 * @returns what it was; nothing if it was revoked already
 */
export async function revokeKey(trx: Db, keys: Keys, keyId: string, now: Date): Promise<SigningKey | undefined> {
  await lockKeys(trx)
  const key = found(await findKey(trx, keyId), 'key')
  const purpose = RotatedPurpose.safeParse(key.purpose)
  if (!purpose.success)
    throw new Problem(
      'invalid',
      `Key ${keyId} cannot be revoked: another ${key.purpose} key is a new bundle for every server.`,
    )
  if (key.revokedAt !== null) return undefined
  if (key.retiredAt === null) {
    const wordEndsAt = new Date(now.getTime() + revokedWordHours * hourMs)
    if (purpose.data === 'publisher') await separateRelease(trx, keys, key, wordEndsAt)
    await follow(trx, keys, key, purpose.data, now, wordEndsAt)
  }
  const followers = await trx
    .selectFrom('signing_key')
    .select('id')
    .where('predecessor_id', '=', keyId)
    .orderBy('id')
    .execute()
  const followerIds = followers.map(({ id }) => id)
  const message = Buffer.from(keyRevocationMessage({ keyId, revokedAt: now.toISOString(), followerIds }))
  const { signature } = await keys.signBy(keyId, purpose.data, message, trx)
  await trx
    .updateTable('signing_key')
    .set({ revoked_at: now, revocation_follower_ids: followerIds, revocation_signature: signature })
    .where('id', '=', keyId)
    .execute()
  return key
}

/** A server file is signed by all release keys that count, and a server looks at so many signatures only. */
async function requireRoom(trx: Db, keys: Keys, purpose: RotatedPurpose, now: Date): Promise<void> {
  const counting = (await keys.all(purpose, trx)).filter((key) => now < keyEndsAt(key))
  if (counting.length < countingKeysMax) return
  const [first] = counting.map(keyEndsAt).toSorted((a, b) => a.getTime() - b.getTime())
  throw new Problem(
    'conflict',
    `${counting.length} ${purpose} keys count already. Rotate again after ${first?.toISOString()}, when the first of them ends; a key that others may have is revoked.`,
  )
}

/** The key that signs for this purpose now. */
async function signerOf(trx: Db, keys: Keys, purpose: RotatedPurpose): Promise<SigningKey> {
  const isStoodInFor = purpose === 'release' && (await keys.all('release', trx)).length === 0
  return await keys.current(isStoodInFor ? 'publisher' : purpose, trx)
}

/** Where the publisher key signs server files so far, its followers are two: servers learn both by its word. */
async function separateRelease(trx: Db, keys: Keys, publisher: SigningKey, endsAt: Date): Promise<void> {
  const release = await trx.selectFrom('signing_key').select('id').where('purpose', '=', 'release').executeTakeFirst()
  if (release === undefined) await keys.makeFollower(trx, publisher, 'release', endsAt)
}

async function follow(
  trx: Db,
  keys: Keys,
  followed: SigningKey,
  purpose: RotatedPurpose,
  now: Date,
  endsAt: Date,
): Promise<SigningKey> {
  const inUse = await trx
    .selectFrom('signing_key')
    .select('id')
    .where('purpose', '=', purpose)
    .where('retired_at', 'is', null)
    .executeTakeFirst()
  // None in use: the first release key, which follows a publisher key that stays.
  if (inUse !== undefined && inUse.id !== followed.id)
    throw new Problem('conflict', 'Somebody else has just rotated this key.')
  if (inUse !== undefined)
    await trx.updateTable('signing_key').set({ retired_at: now }).where('id', '=', inUse.id).execute()
  return await keys.makeFollower(trx, followed, purpose, endsAt)
}
