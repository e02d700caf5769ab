import { randomUUID } from 'node:crypto'
import { sayJsonFault } from '@postern/intel'
import type { StixImport } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import { betweenBatches } from '../batches/between-batches.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { NotJson } from '../lib/not-json.ts'
import { Problem } from '../lib/problem.ts'
import type { ReaderCaller } from '../readers/readers.ts'
import { addedToEnvelope, bundleOf, notAnEnvelope } from './bundle-of-envelope.ts'
import { chooseDeletion, deleteChosen, type Deleted } from './delete-object.ts'
import type { Filters } from './filters.ts'
import { numberCollection, numberTouchedMembers } from './number-collection.ts'
import { numberChanges, numberOwner } from './number-owner.ts'
import { type ObjectPage, type PageOf, type PageSource, readPage } from './object-pages.ts'
import { keepStatus, readStatus, type Status, statusOf } from './status.ts'
import { TaxiiError, notThere } from './taxii-error.ts'
import { tidyTaxii } from './tidy.ts'
import { type GrantedCollection, type GrantedRoot, TaxiiStore } from './taxii-store.ts'

/** How long a reader waits for batches of the owner that are under way, so that it finds what it has just sent. */
const readerWaitMs = 2000
/** How often a delete is begun anew since the object was changed while it was on its way. */
const deleteTriesMax = 5

/** Takes a bundle in, in an owner's name: hub/src/stix. */
export type ImportBundle = (
  caller: ReaderCaller,
  ownerName: string,
  json: Uint8Array,
  address?: string,
) => Promise<StixImport>

/** Takes out what an owner says of values and groups: the batches' Delete. `beside` writes in its transaction. */
export type RemoveFromOwner = (
  caller: ReaderCaller,
  owner: { id: string; name: string },
  removed: Deleted,
  beside: (trx: Db) => Promise<void>,
) => Promise<void>

export type TaxiiParts = Pick<DatabaseConnection, 'db' | 'pool'> & {
  clock: Clock
  audit: Audit
  log: Log
  importBundle: ImportBundle
  removeFromOwner: RemoveFromOwner
}

export type Taxii = ReturnType<typeof createTaxii>

/** The TAXII 2.1 server, behind its addresses (D27). */
export function createTaxii({ db, pool, clock, audit, log, importBundle, removeFromOwner }: TaxiiParts) {
  const store = new TaxiiStore({ db, pool })

  async function root(reader: ReaderCaller, name: string): Promise<GrantedRoot> {
    const granted = await store.root(reader.readerId, name)
    if (granted === undefined) throw notThere('API root')
    return granted
  }

  async function collection(reader: ReaderCaller, rootName: string, name: string): Promise<GrantedCollection> {
    const granted = await store.collection(reader.readerId, rootName, name)
    if (granted === undefined) throw notThere('collection')
    return granted
  }

  async function readable(reader: ReaderCaller, rootName: string, name: string): Promise<PageSource> {
    const granted = await collection(reader, rootName, name)
    if (!granted.canRead) throw forbidden('read')
    if (granted.isBehind) await catchUp(granted)
    // With what it has now.
    return granted.isBehind ? await collection(reader, rootName, name) : granted
  }

  async function bringUp({ id, collectionId }: { id: string; collectionId: string | null }): Promise<void> {
    if (collectionId === null) {
      await numberOwner({ db, clock }, id)
      await numberChanges({ db, clock }, id)
    } else {
      await numberCollection({ db, clock }, id, true)
      await numberTouchedMembers({ db, clock }, id)
    }
  }

  /** What a reader cannot wait for, the background does within seconds; until then it reads what there is. */
  async function catchUp({ id, collectionId }: GrantedCollection): Promise<void> {
    if (collectionId !== null) return await numberCollection({ db, clock }, id, false)
    try {
      await numberOwner({ db, clock }, id, readerWaitMs)
    } catch (error) {
      if (!failedBy(error, 'lockNotAvailable')) throw error
    }
  }

  async function objects(
    reader: ReaderCaller,
    place: { root: string; collection: string },
    what: PageOf,
    filters: Filters,
  ): Promise<ObjectPage> {
    return await readPage({ db, pool }, await readable(reader, place.root, place.collection), what, filters)
  }

  /** 5.6, 5.8: of one object; one that the collection does not have is not there, filters or none. */
  async function object(
    reader: ReaderCaller,
    place: { root: string; collection: string; object: string },
    what: PageOf,
    filters: Filters,
  ): Promise<ObjectPage> {
    const source = await readable(reader, place.root, place.collection)
    const page = await readPage({ db, pool }, source, what, { ...filters, ids: [place.object] })
    // An empty page means either that the filters let nothing through, or that this reader may have nothing of the object.
    const isThere = page.items !== '' || (await hasObject(source, place.object))
    if (!isThere) throw notThere('object')
    return page
  }

  async function hasObject(source: PageSource, id: string): Promise<boolean> {
    const filters = { ...everyVersion, ids: [id] }
    return (await readPage({ db, pool }, source, 'version', filters)).items !== ''
  }

  /** 5.5: objects go into the owner's library as a bundle does; the status says what became of each. */
  async function add(
    reader: ReaderCaller,
    place: { root: string; collection: string },
    envelope: Buffer,
    address?: string,
  ): Promise<Status> {
    const { canWrite, ownerName, rootId } = await collection(reader, place.root, place.collection)
    if (!canWrite || ownerName === null) throw forbidden('write to')
    const bundle = bundleOf(envelope)
    const requestedAt = clock.now()
    const account = await importBundle(reader, ownerName, bundle, address).catch(asTaxii)
    const status = statusOf(randomUUID(), account, requestedAt)
    await keepStatus(db, status, { rootId, readerId: reader.readerId, requestedAt })
    return status
  }

  /** 4.3: the reader that sent the objects may ask, and nobody else. */
  async function status(reader: ReaderCaller, rootName: string, statusId: string): Promise<Status> {
    const { id } = await root(reader, rootName)
    const kept = await readStatus(db, statusId, { rootId: id, readerId: reader.readerId })
    if (kept === undefined) throw notThere('status')
    return kept
  }

  /** 5.7: takes the object out of the collection, and what it said out of the owner's library, in one transaction. */
  async function remove(
    reader: ReaderCaller,
    place: { root: string; collection: string; object: string },
    filters: Filters,
    address?: string,
  ): Promise<void> {
    const granted = await collection(reader, place.root, place.collection)
    const { id, canRead, canWrite, ownerId, ownerName } = granted
    if (!canRead || !canWrite || ownerId === null || ownerName === null) throw forbidden('delete from')
    if (granted.isBehind) await catchUp(granted)
    const from = { taxiiCollectionId: id, ownerId }
    const owner = { id: ownerId, name: ownerName }
    for (let tries = 0; tries < deleteTriesMax; tries++) {
      const chosen = await chooseDeletion(db, from, place.object, filters)
      if (chosen === undefined) throw notThere('object')
      const write = async (trx: Db) => {
        if (!(await deleteChosen(trx, from, place.object, filters, chosen, clock.now()))) throw new ChangedMeanwhile()
        await audit.record(trx, reader, 'taxii.delete', `TAXII collection ${id}`, { object: place.object }, address)
      }
      const { indicators, groups } = chosen.said
      try {
        if (indicators.length === 0 && groups.length === 0) await betweenBatches(db, write)
        else await removeFromOwner(reader, owner, chosen.said, write)
        return
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile)) throw error
      }
    }
    throw new Problem('conflict', 'The object was changed by others again and again. Try once more.')
  }

  /** Brings every collection up that is behind. A collection that fails is no reason to leave out the others. */
  async function tick(): Promise<void> {
    for (const behind of await store.behind()) {
      try {
        await bringUp(behind)
      } catch (error) {
        log.error({ err: error, taxiiCollectionId: behind.id }, 'a TAXII collection could not be brought up')
      }
    }
  }

  return {
    roots: async (reader: ReaderCaller): Promise<GrantedRoot[]> => await store.roots(reader.readerId),
    root,
    async collections(reader: ReaderCaller, rootName: string): Promise<GrantedCollection[]> {
      await root(reader, rootName)
      return await store.collections(reader.readerId, rootName)
    },
    collection,
    objects,
    object,
    add,
    status,
    remove,
    tick,
    tidy: () => tidyTaxii(db, clock.now()),
  }
}

const everyVersion: Filters = {
  limit: 1,
  after: '0',
  addedAfter: undefined,
  ids: undefined,
  types: undefined,
  specVersions: undefined,
  versions: 'all',
}

/** Rolls a delete back that would delete something else than it looked at. */
class ChangedMeanwhile extends Error {}

function forbidden(what: string): TaxiiError {
  return new TaxiiError(403, 'Forbidden', `You may not ${what} this collection.`)
}

/** 5.5: content that is understood and cannot be taken is 422. */
function asTaxii(error: unknown): never {
  if (error instanceof NotJson) throw notAnEnvelope(sayJsonFault(error.fault, addedToEnvelope))
  if (error instanceof Problem && error.code === 'invalid') {
    throw new TaxiiError(422, 'The objects cannot be taken', error.message)
  }
  throw error
}
