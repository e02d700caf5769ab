import type { Readable } from 'node:stream'
import { stixItemsMax, type TlpLevel } from '@postern/intel'
import { limits, type Owner, type StixImport } from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { BatchRow } from '../batches/batch-store.ts'
import { batchSender } from '../batches/batch-sender.ts'
import type { Batches } from '../batches/batches.ts'
import type { Collections } from '../collections/collections.ts'
import type { ValueFilter } from '../collections/version-queries.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { databaseOnClient } from '../database/on-client.ts'
import { SnapshotStreams } from '../database/snapshot-streams.ts'
import { UploadPlaces } from '../http/upload-places.ts'
import { found, Problem } from '../lib/problem.ts'
import type { Owners } from '../owners/owners.ts'
import { BundleReader } from './bundle-reader.ts'
import type { BundleAccount, MappedMessage } from './bundle-messages.ts'
import { collectionOutput } from './collection-output.ts'
import { joinTactics } from './join-tactics.ts'
import { judgeObjects } from './judge-objects.ts'
import { KeptTexts } from './kept-texts.ts'
import { ownerOutput } from './owner-output.ts'
import { countSightings } from './count-sightings.ts'
import type { StixFormat } from './stix-format.ts'
import { bundleBytesWaitingMax, bundlesWaitingMax, stixOutputsMax } from './stix-limits.ts'
import { knownObjects, placesOf, writeObjects } from './stix-store.ts'
import { unjoin } from './unjoin.ts'

export type StixParts = Pick<DatabaseConnection, 'db' | 'pool'> & {
  audit: Audit
  batches: Batches
  owners: Owners
  collections: Pick<Collections, 'readable'>
}

export type Stix = ReturnType<typeof createStix>

/** STIX bundles into the library and out of it (D26). */
export function createStix({ db, pool, audit, batches, owners, collections }: StixParts) {
  const reader = new BundleReader()
  const outputs = new SnapshotStreams(pool, { openMax: stixOutputsMax, what: 'STIX' })
  const places = new UploadPlaces({
    what: 'bundles',
    countMax: bundlesWaitingMax,
    bytesMax: bundleBytesWaitingMax,
    bodyBytesMax: limits.batchBytesMax,
  })

  /**
   * Takes a bundle in: what is new of it is written as one batch, with the objects' texts in the same transaction. The same bundle
   * again is all unchanged and writes nothing.
   */
  async function importBundle(
    caller: Caller,
    ownerName: string,
    json: Uint8Array,
    address?: string,
  ): Promise<StixImport> {
    const owner = await owners.writable(caller, ownerName)
    const mapped = await reader.read(json, async (ids, outside) => {
      const [known, places] = await Promise.all([knownObjects(pool, owner.id, ids), placesOf(pool, owner.id, outside)])
      return { known, places }
    })
    if (mapped.itemCount > stixItemsMax) {
      throw new Problem(
        'too-large',
        `The bundle becomes ${mapped.itemCount} indicators, groups and associations; ${stixItemsMax} are permitted. Send it in several bundles.`,
      )
    }
    if (mapped.objectCount === 0) return answer(owner.name, mapped.account, undefined)
    const { batch, account } = await write(caller, owner, mapped, address)
    return answer(owner.name, account, batch)
  }

  async function write(
    caller: Caller,
    owner: Owner,
    mapped: MappedMessage,
    address: string | undefined,
  ): Promise<{ batch: BatchRow; account: BundleAccount }> {
    const sender = batchSender(caller, owner)
    const { joinedTypes } = mapped
    let account = mapped.account
    const batch = await batches.submit(
      sender,
      { action: 'Create', owner: owner.name, source: 'stix' },
      mapped.content ?? emptyContent,
      {
        needsTurnAlone: mapped.unjoined.length > 0 || joinedTypes.some((type) => type !== 'indicator'),
        async write(client, _, outcomes) {
          const judged = judgeObjects(mapped, outcomes)
          account = judged.account
          await writeObjects(client, owner.id, judged.pieces)
          if (tacticTypes.some((type) => joinedTypes.includes(type))) await joinTactics(client, owner.id)
          await unjoin(client, sender, mapped.unjoined)
          if (judged.pieces.length > 0) await countSightings(client, sender, joinedTypes)
          const { objects, mapped: count, refused } = account
          const detail = { objects, mapped: count, refused }
          // With what it tells of: neither is there without the other, and one commit is waited for instead of two.
          await audit.record(databaseOnClient(client), caller, 'stix.import', `owner ${owner.id}`, detail, address)
        },
      },
    )
    return { batch, account }
  }

  /** A version of a data collection, its values built from what the organization knows of them. @throws Problem `unavailable` */
  async function exportCollection(
    caller: Caller,
    collectionId: string,
    version: string,
    { filter, format }: { filter: ValueFilter; format: StixFormat },
  ): Promise<Readable> {
    const readable = await collections.readable(caller, collectionId, version, filter)
    return outputs.open((client) => collectionOutput(client, db, readable, format))
  }

  /** Everything that an owner has: kept texts where nothing contradicts them, else built objects. @throws Problem `unavailable` */
  async function exportOwner(
    caller: PersonCaller,
    ownerId: string,
    { tlpMax, format }: { tlpMax: TlpLevel; format: StixFormat },
  ): Promise<Readable> {
    const owner = await ownerOf(db, caller, ownerId)
    return outputs.open((client) => ownerOutput(client, { ...owner, tlpMax }, format))
  }

  return { places, importBundle, exportCollection, exportOwner, texts: new KeptTexts(db), close: () => reader.close() }
}

async function ownerOf(
  db: StixParts['db'],
  caller: PersonCaller,
  ownerId: string,
): Promise<{ id: string; name: string }> {
  const owner = await db
    .selectFrom('owner')
    .select(['id', 'name'])
    .where('id', '=', ownerId)
    .where('organization_id', '=', caller.organizationId)
    .executeTakeFirst()
  return found(owner, 'owner')
}

/** What a bundle without them has nothing to join for. */
const tacticTypes = ['attack-pattern', 'x-mitre-tactic'] as const

const emptyContent = new TextEncoder().encode('{}')

function answer(owner: string, account: BundleAccount, batch: BatchRow | undefined): StixImport {
  return {
    owner,
    ...account,
    indicators: {
      created: batch?.created ?? 0,
      updated: batch?.updated ?? 0,
      unchanged: batch?.unchanged ?? 0,
      refused: batch?.refused ?? 0,
    },
    groups: {
      created: batch?.groups_created ?? 0,
      updated: batch?.groups_updated ?? 0,
      unchanged: batch?.groups_unchanged ?? 0,
      refused: batch?.groups_refused ?? 0,
    },
    associations: batch?.associations ?? 0,
    batchId: batch?.id ?? null,
  }
}
