import type { Collection, CreateCollection } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Problem, found } from '../lib/problem.ts'
import { compileTql } from '../library/tql-to-sql.ts'
import { type CollectionScope, CollectionStore, toCollection } from './collection-store.ts'

export type CollectionsParts = {
  db: DatabaseConnection['db']
  pool: DatabaseConnection['pool']
  clock: Clock
  audit: Audit
  log: Log
}

export type Collections = ReturnType<typeof createCollections>

const freshnessSecondsDefault = 300

/** Data collections: saved queries with versioned members (D3), and how they are read (D4). */
export function createCollections({ db, clock, audit }: CollectionsParts) {
  const store = new CollectionStore(db)

  async function create(caller: PersonCaller, wanted: CreateCollection, address?: string): Promise<Collection> {
    compileTql(wanted.tql, clock.now())
    return db.transaction().execute(async (trx) => {
      const freshnessSeconds = wanted.freshnessSeconds ?? freshnessSecondsDefault
      const row = await new CollectionStore(trx).create(caller.organizationId, { ...wanted, freshnessSeconds })
      if (row === undefined) {
        throw new Problem('conflict', `There is a data collection named ${wanted.name} already; choose another name.`)
      }
      await audit.record(trx, caller, 'collection.create', `collection ${row.id}`, { name: row.name }, address)
      return toCollection(row)
    })
  }

  async function get(caller: Caller, collectionId: string): Promise<Collection> {
    return toCollection(found(await store.find(collectionScope(caller), collectionId), 'data collection'))
  }

  /** @param filter.name a name or an id */
  async function list(
    caller: Caller,
    { name, cursor, limit }: { name?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<{ data: Collection[]; next?: string }> {
    const rows = await store.page(collectionScope(caller), name, cursor, limit + 1)
    const data = rows.slice(0, limit).map(toCollection)
    const last = data.at(-1)
    return { data, ...(rows.length > limit && last !== undefined ? { next: last.id } : {}) }
  }

  return { create, get, list }
}

/** An execution reads the collections that its job names, and learns of no other (D22). */
function collectionScope(caller: Caller): CollectionScope {
  switch (caller.kind) {
    case 'user':
    case 'token':
    case 'machine':
      return { organizationId: caller.organizationId, ids: undefined }
    case 'execution':
      return { organizationId: caller.organizationId, ids: caller.collectionIds }
    case 'environment-server':
    case 'stranger':
      throw new Problem('forbidden', 'Only people and executions read data collections.')
  }
}
