import type { ChangeCollection, CreateCollection, QueryHint, SavedCollection } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem, found } from '../lib/problem.ts'
import { libraryScope } from '../library/library-scope.ts'
import { hintsOnQuery } from '../library/query-hints.ts'
import { compileTql } from '../library/tql-to-sql.ts'
import { collectionScope, makerOf } from './collection-scope.ts'
import { CollectionStore, type CollectionWords, toCollection } from './collection-store.ts'
import { waitForCollection } from './refresh-members.ts'

const freshnessSecondsDefault = 300

/** How people make, change and take out data collections. */
export function createCollectionEditor({
  db,
  clock,
  audit,
}: {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
}) {
  /** @throws Problem `invalid` with the place in the query, `conflict` where the name is taken */
  async function create(caller: PersonCaller, wanted: CreateCollection, address?: string): Promise<SavedCollection> {
    compileTql(wanted.tql, clock.now())
    const hints = await hintsOn(caller, wanted.tql)
    const words: CollectionWords = {
      name: wanted.name,
      tql: wanted.tql,
      freshnessSeconds: wanted.freshnessSeconds ?? freshnessSecondsDefault,
      description: wanted.description ?? null,
      isShared: wanted.isShared ?? true,
    }
    return db.transaction().execute(async (trx) => {
      const row = await new CollectionStore(trx).create(caller.organizationId, words, makerOf(caller))
      if (row === undefined) throw nameTaken(words.name)
      await audit.record(trx, caller, 'collection.create', `collection ${row.id}`, { name: row.name }, address)
      return { ...toCollection(row), ...hints }
    })
  }

  /**
   * A changed query takes effect with the next refresh, which is due at once.
   * @throws Problem `conflict` where the name is taken, or where jobs and others go by the one that it has
   */
  async function change(
    caller: PersonCaller,
    collectionId: string,
    wanted: ChangeCollection,
    address?: string,
  ): Promise<SavedCollection> {
    if (wanted.tql !== undefined) compileTql(wanted.tql, clock.now())
    const hints = wanted.tql === undefined ? {} : await hintsOn(caller, wanted.tql)
    return db.transaction().execute(async (trx) => {
      const store = new CollectionStore(trx)
      const row = found(await store.find(collectionScope(caller), collectionId), 'data collection')
      const words: CollectionWords = {
        name: wanted.name ?? row.name,
        tql: wanted.tql ?? row.tql,
        freshnessSeconds: wanted.freshnessSeconds ?? row.freshness_seconds,
        description: wanted.description ?? row.description,
        isShared: wanted.isShared ?? row.is_shared,
      }
      if (words.name !== row.name) await mustNotBeNamed(store, row, 'renamed')
      // A collection without a maker becomes the caller's: one that is not shared is seen by its maker and administrators alone.
      if (!words.isShared && row.maker === null) {
        const { key, name } = makerOf(caller)
        await trx.updateTable('collection').set({ maker: key, made_by: name }).where('id', '=', row.id).execute()
      }
      const changed = await store.change(row, words, makerOf(caller).name, clock.now())
      if (changed === undefined) throw nameTaken(words.name)
      await audit.record(
        trx,
        caller,
        'collection.change',
        `collection ${row.id}`,
        { name: row.name, ...wanted },
        address,
      )
      return { ...toCollection(changed), ...hints }
    })
  }

  /** @throws Problem `conflict` where jobs, firewall lists or TAXII collections go by it */
  async function remove(caller: PersonCaller, collectionId: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const store = new CollectionStore(trx)
      const row = found(await store.find(collectionScope(caller), collectionId), 'data collection')
      await waitForCollection(trx, row.id)
      await mustNotBeNamed(store, row, 'deleted')
      await store.remove(row.id, clock.now())
      await audit.record(trx, caller, 'collection.delete', `collection ${row.id}`, { name: row.name }, address)
    })
  }

  async function hintsOn(caller: PersonCaller, tql: string): Promise<{ hints?: QueryHint[] }> {
    const hints = await hintsOnQuery(db, libraryScope(caller), tql, 'indicator')
    return hints.length === 0 ? {} : { hints }
  }

  return { create, change, remove }
}

async function mustNotBeNamed(
  store: CollectionStore,
  { id, name }: { id: string; name: string },
  what: 'renamed' | 'deleted',
): Promise<void> {
  const { shown, count } = await store.namedBy(id)
  if (count === 0) return
  const all = shown.join(', ') + (count > shown.length ? ` and ${count - shown.length} more` : '')
  throw new Problem(
    'conflict',
    `Data collection ${name} cannot be ${what}: ${all} ${count === 1 ? 'goes' : 'go'} by it. Change that first.`,
  )
}

function nameTaken(name: string): Problem {
  return new Problem('conflict', `There is a data collection named ${name} already; choose another name.`)
}
