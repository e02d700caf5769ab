import type { StixImport } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { BatchRow } from '../batches/batch-store.ts'
import type { Batches, BatchSender } from '../batches/batches.ts'
import { contentItemsMax } from '../batches/read-content.ts'
import type { Collections } from '../collections/collections.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { Owners } from '../owners/owners.ts'
import { BundleReader } from './bundle-reader.ts'
import type { MappedMessage } from './bundle-messages.ts'
import { knownObjects, placesOf, writeObjects } from './stix-store.ts'

export type StixParts = Pick<DatabaseConnection, 'db' | 'pool'> & {
  clock: Clock
  audit: Audit
  batches: Batches
  owners: Owners
  collections: Pick<Collections, 'readable'>
}

export type Stix = ReturnType<typeof createStix>

/** STIX bundles into the library and out of it (D26). */
export function createStix({ db, pool, clock, audit, batches, owners }: StixParts) {
  const reader = new BundleReader()

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
    const mapped = await reader.read(json, async (ids, outside) => ({
      known: await knownObjects(pool, owner.id, ids),
      places: await placesOf(pool, owner.id, outside),
    }))
    if (mapped.itemCount > contentItemsMax) {
      throw new Problem(
        'too-large',
        `The bundle becomes ${mapped.itemCount} indicators, groups and associations; ${contentItemsMax} are permitted. Send it in several bundles.`,
      )
    }
    const batch = mapped.objectCount === 0 ? undefined : await write(caller, owner.id, owner.name, mapped)
    if (batch !== undefined) {
      const { objects, mapped: count } = mapped.account
      await audit.record(db, caller, 'stix.import', `owner ${owner.id}`, { objects, mapped: count }, address)
    }
    return answer(owner.name, mapped, batch)
  }

  async function write(
    caller: Caller,
    ownerId: string,
    ownerName: string,
    mapped: MappedMessage,
  ): Promise<BatchRow | undefined> {
    return batches.submit(
      senderOf(caller, ownerId),
      { action: 'Create', owner: ownerName, source: 'stix' },
      mapped.content ?? emptyContent,
      async (client) => writeObjects(client, ownerId, mapped.objects, clock.now()),
    )
  }

  return { importBundle, close: () => reader.close() }
}

const emptyContent = new TextEncoder().encode('{}')

function senderOf(caller: Caller, ownerId: string): BatchSender {
  if (caller.kind === 'stranger' || caller.kind === 'environment-server')
    throw new Problem('forbidden', 'Only people and executions write to the library.')
  return {
    organizationId: caller.organizationId,
    ownerId,
    executionId: caller.kind === 'execution' ? caller.executionId : null,
    attempt: caller.kind === 'execution' ? caller.attempt : null,
    sentBy: caller.name,
    // S1: what an alert saw first is in no export until a person or a feed asserts it.
    statusDefault: caller.kind === 'execution' && caller.appKind === 'alerts' ? 'Review' : 'Active',
  }
}

function answer(owner: string, { account }: MappedMessage, batch: BatchRow | undefined): StixImport {
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
