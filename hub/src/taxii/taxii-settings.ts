import { randomUUID } from 'node:crypto'
import {
  type ChangeTaxiiCollection,
  type ChangeTaxiiRoot,
  type CreateTaxiiCollection,
  type CreateTaxiiRoot,
  paths,
  type TaxiiCollectionSettings,
  type TaxiiRoot,
} from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
import { tlpMaxNumber, tlpMaxOfNumber } from '../lib/tlp-max.ts'
import { lockTaxiiCollection } from './append-objects.ts'
import type { TaxiiNames } from './routes.ts'
import { type CollectionRow, type RootRow, TaxiiSettingsStore } from './settings-store.ts'

export type TaxiiSettings = ReturnType<typeof createTaxiiSettings>

type Parts = { db: DatabaseConnection['db']; audit: Audit; settings: TaxiiNames }

/** What the TAXII server serves, as people set it up. */
export function createTaxiiSettings({ db, audit, settings }: Parts) {
  const store = new TaxiiSettingsStore(db)
  const baseUrl = async () => (await settings.publicNames()).apiURL

  async function createRoot(caller: PersonCaller, wanted: CreateTaxiiRoot, address?: string): Promise<TaxiiRoot> {
    const base = await baseUrl()
    return await db.transaction().execute(async (trx) => {
      const { name, title, description = null } = wanted
      if (name === 'collections' || name === 'status')
        throw new Problem('invalid', `${name} is a word of TAXII itself.`)
      const row = await new TaxiiSettingsStore(trx).insertRoot(caller.organizationId, { name, title, description })
      if (row === undefined) throw new Problem('conflict', `The name ${name} is taken. Choose another name.`)
      await audit.record(trx, caller, 'taxii-root.create', `TAXII root ${row.id}`, { name, title }, address)
      return rootToApi(row, base)
    })
  }

  async function changeRoot(
    caller: PersonCaller,
    id: string,
    wanted: ChangeTaxiiRoot,
    address?: string,
  ): Promise<TaxiiRoot> {
    const base = await baseUrl()
    return await db.transaction().execute(async (trx) => {
      const own = new TaxiiSettingsStore(trx)
      const theirs = async () => found(await own.root(caller.organizationId, { id }), 'API root')
      await theirs()
      await own.changeRoot(id, wanted)
      await audit.record(trx, caller, 'taxii-root.change', `TAXII root ${id}`, { ...wanted }, address)
      return rootToApi(await theirs(), base)
    })
  }

  async function removeRoot(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const own = new TaxiiSettingsStore(trx)
      const { name } = found(await own.root(caller.organizationId, { id }), 'API root')
      if (await own.hasCollections(id)) {
        throw new Problem('conflict', `The API root ${name} has collections; remove them first.`)
      }
      await own.removeRoot(id)
      await audit.record(trx, caller, 'taxii-root.delete', `TAXII root ${id}`, { name }, address)
    })
  }

  async function createCollection(
    caller: PersonCaller,
    wanted: CreateTaxiiCollection,
    address?: string,
  ): Promise<TaxiiCollectionSettings> {
    if ((wanted.collection === undefined) === (wanted.owner === undefined)) {
      throw new Problem('invalid', 'Name either a data collection, to read, or an owner, to read and to write.')
    }
    if (wanted.canWrite === true && wanted.owner === undefined) throw onlyRead()
    const tlpMax = tlpMaxNumber(wanted.tlpMax ?? 'AMBER')
    const base = await baseUrl()
    return await db.transaction().execute(async (trx) => {
      const own = new TaxiiSettingsStore(trx)
      const { organizationId } = caller
      const root = found(await own.root(organizationId, { name: wanted.root }), 'API root')
      const { collection, owner } = wanted
      const id = await own.insertCollection({
        id: randomUUID(),
        rootId: root.id,
        title: wanted.title,
        description: wanted.description ?? null,
        alias: wanted.alias ?? null,
        collectionId:
          collection === undefined
            ? null
            : found(await own.dataCollectionId(organizationId, collection), 'data collection'),
        ownerId: owner === undefined ? null : found(await own.ownerId(organizationId, owner), 'owner'),
        canWrite: wanted.canWrite ?? false,
        tlpMax,
      })
      if (id === undefined) throw aliasTaken(wanted.root)
      await audit.record(trx, caller, 'taxii-collection.create', `TAXII collection ${id}`, { ...wanted }, address)
      return collectionToApi(found(await own.collection(organizationId, id), 'TAXII collection'), base)
    })
  }

  async function changeCollection(
    caller: PersonCaller,
    id: string,
    wanted: ChangeTaxiiCollection,
    address?: string,
  ): Promise<TaxiiCollectionSettings> {
    const base = await baseUrl()
    const { readers, collection, owner, tlpMax, ...fields } = wanted
    return await db.transaction().execute(async (trx) => {
      const own = new TaxiiSettingsStore(trx)
      const theirs = async () => found(await own.collection(caller.organizationId, id), 'TAXII collection')
      const { ownerId, rootName } = await theirs()
      const { organizationId } = caller
      const level = tlpMax === undefined ? undefined : tlpMaxNumber(tlpMax)
      if (wanted.canWrite === true && ownerId === null) throw onlyRead()
      if (!(await own.changeCollection(id, fields))) throw aliasTaken(rootName)
      if ((ownerId === null ? owner : collection) !== undefined) throw anotherKind()
      if (collection !== undefined || owner !== undefined || level !== undefined) {
        await lockTaxiiCollection(trx, id)
        await own.serve(id, {
          tlpMax: level,
          collectionId: collection && found(await own.dataCollectionId(organizationId, collection), 'data collection'),
          ownerId: owner && found(await own.ownerId(organizationId, owner), 'owner'),
        })
      }
      const missing = readers === undefined ? [] : await own.grant(caller.organizationId, id, readers)
      if (missing.length > 0)
        throw new Problem('not-found', `Your organization has no reader ${missing.slice(0, 10).join(', no reader ')}.`)
      await audit.record(trx, caller, 'taxii-collection.change', `TAXII collection ${id}`, { ...wanted }, address)
      return collectionToApi(await theirs(), base)
    })
  }

  async function removeCollection(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const own = new TaxiiSettingsStore(trx)
      const { title } = found(await own.collection(caller.organizationId, id), 'TAXII collection')
      // Else a writer that is at it would leave objects of a collection that is gone.
      await lockTaxiiCollection(trx, id)
      await own.removeCollection(id)
      await audit.record(trx, caller, 'taxii-collection.delete', `TAXII collection ${id}`, { title }, address)
    })
  }

  return {
    createRoot,
    changeRoot,
    removeRoot,
    createCollection,
    changeCollection,
    removeCollection,
    async roots(caller: PersonCaller, after: string | undefined, limit: number) {
      const base = await baseUrl()
      const rows = await store.roots(caller.organizationId, after, limit + 1)
      const { data, ...next } = pageOf(rows, limit)
      return { data: data.map((row) => rootToApi(row, base)), ...next }
    },
    async root(caller: PersonCaller, id: string): Promise<TaxiiRoot> {
      return rootToApi(found(await store.root(caller.organizationId, { id }), 'API root'), await baseUrl())
    },
    async collections(caller: PersonCaller, after: string | undefined, limit: number) {
      const base = await baseUrl()
      const rows = await store.collections(caller.organizationId, after, limit + 1)
      const { data, ...next } = pageOf(rows, limit)
      return { data: data.map((row) => collectionToApi(row, base)), ...next }
    },
    async collection(caller: PersonCaller, id: string): Promise<TaxiiCollectionSettings> {
      const row = found(await store.collection(caller.organizationId, id), 'TAXII collection')
      return collectionToApi(row, await baseUrl())
    },
  }
}

function onlyRead(): Problem {
  return new Problem('invalid', 'Objects are written to an owner; a data collection is a query, and can only be read.')
}

function anotherKind(): Problem {
  return new Problem(
    'invalid',
    'A collection of an owner stays one of an owner, and one of a data collection one of these. Make another TAXII collection, and remove this one.',
  )
}

function aliasTaken(rootName: string): Problem {
  return new Problem('conflict', `${rootName} has a collection with this alias; choose another.`)
}

function rootToApi(row: RootRow, base: string): TaxiiRoot {
  return { ...row, url: `${base}${paths.taxii}${row.name}/` }
}

function collectionToApi(row: CollectionRow, base: string): TaxiiCollectionSettings {
  return {
    ...row,
    tlpMax: tlpMaxOfNumber(row.tlpMax),
    url: `${base}${paths.taxii}${row.rootName}/collections/${row.id}/`,
  }
}
