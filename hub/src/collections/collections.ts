import { compareTlp, type TlpLevel } from '@postern/intel'
import type {
  Collection,
  CollectionDetail,
  CollectionHistoryEntry,
  CollectionVersion,
  LeftOutValue,
  PreviewCollection,
  PreviewLeftOut,
} from '@postern/protocol'
import { sql } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { highestTlpOf } from '../controls/controls.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { isKeptFromExports } from '../exclusions/exclusions.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pageOf } from '../lib/page.ts'
import { Problem, found } from '../lib/problem.ts'
import { compileTql } from '../library/tql-to-sql.ts'
import { createCollectionEditor } from './change-collection.ts'
import { listHistory, listVersions } from './collection-history.ts'
import { previewCollection, previewedLeftOut } from './collection-preview.ts'
import { collectionScope } from './collection-scope.ts'
import { type CollectionRow, CollectionStore, toCollection } from './collection-store.ts'
import { pruneVersions } from './collection-versions.ts'
import { refreshMembers, tryLockCollection, waitForCollection } from './refresh-members.ts'
import { countLeftOut, leftOutPage } from './left-out.ts'
import { refreshTouched } from './touched-indicators.ts'
import { changesOf, type ValueFilter, valuesOf } from './version-queries.ts'
import { type VersionStream, VersionStreams } from './version-stream.ts'

export type CollectionsParts = {
  db: DatabaseConnection['db']
  pool: DatabaseConnection['pool']
  clock: Clock
  audit: Audit
  log: Log
}

export type Collections = ReturnType<typeof createCollections>

/** Full refreshes that one turn of the worker makes. */
const refreshesATurnMax = 20
/** A collection whose full refresh failed is left alone for so long. */
const retryFailedAfterMs = 60_000

/** Data collections: saved queries with versioned members (D3), and how they are read (D4). */
export function createCollections({ db, pool, clock, audit, log }: CollectionsParts) {
  const store = new CollectionStore(db)
  const streams = new VersionStreams({ pool, db })

  async function get(caller: Caller, collectionId: string): Promise<CollectionDetail> {
    const row = await visible(caller, collectionId)
    const leftOut = caller.kind === 'execution' ? undefined : await countLeftOut(db, row.id)
    return { ...toCollection(row), leftOut: leftOut ?? null }
  }

  /** @param page.name a name or an id: export apps are given either */
  async function list(
    caller: Caller,
    { name, cursor, limit }: { name?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<{ data: Collection[]; next?: string }> {
    const rows = await store.page(collectionScope(caller), name, cursor, limit + 1)
    const { data, ...next } = pageOf(rows, limit)
    return { data: data.map(toCollection), ...next }
  }

  /** A person's refresh: waits for one that is under way, then looks again, since that one may have begun too early. */
  async function refreshNow(caller: PersonCaller, collectionId: string, address?: string): Promise<Collection> {
    await visible(caller, collectionId)
    await refresh(collectionId, async (trx, version) => {
      await audit.record(trx, caller, 'collection.refresh', `collection ${collectionId}`, { version }, address)
    })
    return toCollection(await visible(caller, collectionId))
  }

  /**
   * A full refresh. One writer a collection: a second waits for the first.
   * @param beside is written in the same transaction
   * @throws Problem `unavailable` when another refresh takes longer than a minute
   */
  async function refresh(collectionId: string, beside?: (trx: Db, version: number) => Promise<void>): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await waitForCollection(trx, collectionId)
      const collection = await trx
        .selectFrom('collection')
        .selectAll()
        .where('id', '=', collectionId)
        .executeTakeFirst()
      await beside?.(trx, await refreshLocked(trx, found(collection, 'data collection')))
    })
  }

  /** Full refreshes of collections whose last one is older than their freshness target. @returns how many were made */
  async function refreshDue(): Promise<number> {
    const now = clock.now()
    const due = await store.due(now, new Date(now.getTime() - retryFailedAfterMs), refreshesATurnMax)
    let count = 0
    for (const id of due) {
      try {
        if (await refreshIfStillDue(id)) count += 1
      } catch (error) {
        log.error({ err: error, collectionId: id }, 'a data collection could not be refreshed; its last version stands')
        await store.markFailed(id, clock.now())
      }
    }
    return count
  }

  async function refreshIfStillDue(collectionId: string): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      if (!(await tryLockCollection(trx, collectionId))) return false
      const collection = await trx
        .selectFrom('collection')
        .selectAll()
        .where('id', '=', collectionId)
        .executeTakeFirst()
      if (collection === undefined || !isDue(collection, clock.now())) return false
      await refreshLocked(trx, collection)
      return true
    })
  }

  async function refreshLocked(trx: Db, collection: CollectionRow): Promise<number> {
    const changes = await refreshMembers(trx, collection, compileTql(collection.tql, clock.now()), 'all', clock)
    log.debug({ collectionId: collection.id, ...changes }, 'a data collection was refreshed')
    return changes.version
  }

  /** @param version a number, or `latest` */
  async function values(
    caller: Caller,
    collectionId: string,
    version: string,
    filter: ValueFilter,
  ): Promise<VersionStream> {
    const collection = await visible(caller, collectionId)
    const number = await readableVersion(collection, version)
    const allowed = await allowedTo(caller, collection, filter)
    return { version: number, body: await streams.open(valuesOf(collection.id, number, allowed)) }
  }

  /** The version that a reader gets, and the most that it may have of it (D21): for other forms of a version than lines of values. */
  async function readable(
    caller: Caller,
    collectionId: string,
    version: string,
    filter: ValueFilter,
  ): Promise<{ name: string; collectionId: string; version: number; filter: ValueFilter }> {
    const collection = await visible(caller, collectionId)
    const number = await readableVersion(collection, version)
    return {
      name: collection.name,
      collectionId: collection.id,
      version: number,
      filter: await allowedTo(caller, collection, filter),
    }
  }

  /** From `since`, which the reader has, to the newest version. */
  async function changes(
    caller: Caller,
    collectionId: string,
    since: string,
    filter: ValueFilter,
  ): Promise<VersionStream> {
    const collection = await visible(caller, collectionId)
    const from = await readableVersion(collection, since)
    const allowed = await allowedTo(caller, collection, filter)
    return {
      version: collection.version,
      body: await streams.open(changesOf(collection.id, from, collection.version, allowed)),
    }
  }

  /**
   * D21: an app gets no more than its control may have, whatever it asks for; what it lacks is counted as left out. It gets a version as it
   * was made, since it must find again what it pushed, and the hub judges what it adds. To everybody else handing a version out is an
   * export of now, so that what must never be exported by now is left out of it, too (S1).
   */
  async function allowedTo(
    caller: Caller,
    collection: Pick<CollectionRow, 'organization_id'>,
    filter: ValueFilter,
  ): Promise<ValueFilter> {
    if (caller.kind !== 'execution')
      return { ...filter, excludedNow: isKeptFromExports(collection.organization_id, sql`m.indicator_id`) }
    const highest = await highestTlpOf(db, caller.controlId)
    return compareTlp(filter.tlpMax, highest) > 0 ? { ...filter, tlpMax: highest } : filter
  }

  async function readableVersion(collection: CollectionRow, asked: string): Promise<number> {
    if (collection.version === 0) {
      throw new Problem('not-found', `Data collection ${collection.name} has no version before its first refresh.`)
    }
    const version = asked === 'latest' ? collection.version : Number(asked)
    if (version <= collection.version && (await store.hasVersion(collection.id, version))) return version
    throw new Problem(
      'not-found',
      `Data collection ${collection.name} has no version ${asked}, or it is no longer kept; the newest is ${collection.version}.`,
    )
  }

  /** Versions, newest first. */
  async function versions(
    caller: PersonCaller,
    collectionId: string,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<{ data: CollectionVersion[]; next?: string }> {
    const { id } = await visible(caller, collectionId)
    return listVersions(db, id, cursor, limit)
  }

  /** What entered, left and changed, newest first, and why. */
  async function history(
    caller: PersonCaller,
    collectionId: string,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<{ data: CollectionHistoryEntry[]; next?: string }> {
    return listHistory(db, await visible(caller, collectionId), cursor, limit, clock.now())
  }

  /** Members of the newest version that a reader of up to this TLP is not given, and why. */
  async function leftOut(
    caller: PersonCaller,
    collectionId: string,
    { tlpMax, cursor, limit }: { tlpMax: TlpLevel; cursor?: string | undefined; limit: number },
  ): Promise<{ data: LeftOutValue[]; next?: string }> {
    const rows = await leftOutPage(db, await visible(caller, collectionId), tlpMax, cursor, limit + 1)
    return pageOf(rows, limit, ({ indicatorId }) => indicatorId)
  }

  async function visible(caller: Caller, collectionId: string): Promise<CollectionRow> {
    return found(await store.find(collectionScope(caller), collectionId), 'data collection')
  }

  return {
    ...createCollectionEditor({ db, clock, audit }),
    preview: (caller: PersonCaller, wanted: PreviewCollection) => previewCollection({ db, clock }, caller, wanted),
    previewLeftOut: (caller: PersonCaller, wanted: PreviewLeftOut) => previewedLeftOut({ db, clock }, caller, wanted),
    leftOut,
    versions,
    history,
    get,
    list,
    refresh: refreshNow,
    values,
    readable,
    changes,
    refreshDue,
    /** What batches touched since the last turn; in full is what refreshDue does. */
    refreshTouched: () => refreshTouched(db, clock, log),
    /** @returns how many versions were forgotten */
    prune: () => db.transaction().execute((trx) => pruneVersions(trx, clock.now())),
  }
}

function isDue({ refreshed_at: refreshedAt, freshness_seconds: seconds }: CollectionRow, now: Date): boolean {
  return refreshedAt === null || refreshedAt.getTime() + seconds * 1000 <= now.getTime()
}
