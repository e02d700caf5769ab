import {
  type HubKey,
  type HubKeys,
  type KeySuccessions,
  revokedWordHours,
  RotatedPurpose,
  type RotateKey,
} from '@postern/protocol'
import { createPackageSigner, packagesToConfirm, packagesToSign } from '../apps/sign-packages-anew.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Member } from '../environments/environments.ts'
import { signCommandsAnew } from '../executions/sign-commands-anew.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { revokeKey, rotateKey } from './change-keys.ts'
import { keyFingerprint } from './key-fingerprint.ts'
import { readKeyMakers } from './key-makers.ts'
import { keyEndsAt, type Keys, type SigningKey } from './keys.ts'
import { saidByKeys } from './said-by-keys.ts'
import { serversWithoutKeys } from './servers-without-keys.ts'

export type HubKeysFeature = ReturnType<typeof createHubKeys>

/** Keys of the hub that follow each other (D7): people rotate and revoke them, and see which servers have not heard of it. */
export function createHubKeys({
  db,
  keys,
  audit,
  clock,
  log,
}: {
  db: DatabaseConnection['db']
  keys: Keys
  audit: Audit
  clock: Clock
  log: Log
}) {
  const packageSigner = createPackageSigner({ db, keys, clock, log })

  /** Servers are those of the caller's own organization. */
  async function list({ organizationId }: Member): Promise<HubKeys> {
    // What bundles pin from the first one on.
    for (const purpose of ['command', 'publisher'] as const) await keys.current(purpose)
    const all = (await Promise.all(RotatedPurpose.options.map((purpose) => keys.all(purpose)))).flat()
    const publisher = await keys.current('publisher')
    const makers = await readKeyMakers(db)
    return {
      keys: all
        .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
        .map((key) => toApi(key, makers.get(key.id) ?? null, learntUntil(key, all))),
      ...(await serversWithoutKeys(db, organizationId, followersInUse(all))),
      packagesToSign: await packagesToSign(db, publisher.id),
      packagesToConfirm: await packagesToConfirm(db),
    }
  }

  /** The new key signs for each server from when that server says that it trusts it; for all, once the old one has ended. */
  async function rotate(caller: Member, { purpose }: RotateKey, address?: string): Promise<HubKeys> {
    await db.transaction().execute(async (trx) => {
      const { followed, follower } = await rotateKey(trx, keys, purpose, clock.now())
      const detail = { purpose, follows: followed.id, fingerprint: keyFingerprint(follower.publicPem) }
      await audit.record(trx, caller, 'hub-key.rotate', `key ${follower.id}`, detail, address)
    })
    return await list(caller)
  }

  /** Others may have it: from now on it counts for nothing here, and on each server from when that hears of it. Twice changes nothing. */
  async function revoke(caller: Member, keyId: string, address?: string): Promise<HubKeys> {
    await db.transaction().execute(async (trx) => {
      const key = await revokeKey(trx, keys, keyId, clock.now())
      if (key === undefined) return
      const detail = { purpose: key.purpose, fingerprint: keyFingerprint(key.publicPem) }
      await audit.record(trx, caller, 'hub-key.revoke', `key ${keyId}`, detail, address)
    })
    await signCommandsAnew(db, keys, clock.now())
    return await list(caller)
  }

  return {
    list,
    rotate,
    revoke,

    successions: (): Promise<KeySuccessions> => saidByKeys(db),

    /** What keys before signed is signed by those that count: packages, and commands under way by a key that was revoked. */
    async tick(): Promise<void> {
      await signCommandsAnew(db, keys, clock.now())
      await packageSigner.signSome()
    },
  }
}

/** Where no key was ever followed there is none that a server could lack. */
function followersInUse(all: readonly SigningKey[]): Partial<Record<RotatedPurpose, string>> {
  const inUse = all.filter(({ retiredAt, predecessorId }) => retiredAt === null && predecessorId !== null)
  return Object.fromEntries(inUse.map(({ purpose, id }) => [purpose, id]))
}

/** Until the word of the key before ends; where that was revoked, no longer than such words are heard. */
function learntUntil({ predecessorId, predecessorEndsAt }: SigningKey, all: readonly SigningKey[]): Date | null {
  const revokedAt = all.find(({ id }) => id === predecessorId)?.revokedAt ?? null
  if (revokedAt === null || predecessorEndsAt === null) return predecessorEndsAt
  return new Date(Math.min(predecessorEndsAt.getTime(), revokedAt.getTime() + revokedWordHours * 3_600_000))
}

function toApi(key: SigningKey, madeBy: string | null, learnt: Date | null): HubKey {
  const { id, purpose, createdAt, retiredAt, revokedAt } = key
  return {
    keyId: id,
    // Only such are read.
    purpose: purpose as RotatedPurpose,
    fingerprint: keyFingerprint(key.publicPem),
    createdAt: createdAt.toISOString(),
    madeBy,
    retiredAt: retiredAt?.toISOString() ?? null,
    endsAt: retiredAt === null ? null : keyEndsAt(key).toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
    learntUntil: learnt?.toISOString() ?? null,
  }
}
