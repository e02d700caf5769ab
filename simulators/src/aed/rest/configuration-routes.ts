import * as z from 'zod'

import { parseJson, readBody } from '../../http/body.ts'
import { Refusal } from '../../http/refusal.ts'
import type { Answer, Call, Route } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import { wireTimestamp } from '../stix/timestamp.ts'
import type { Collection } from '../store/collection-store.ts'
import type { ObjectQuery, StoredObject } from '../store/object-store.ts'
import { findCollection } from '../taxii/find-collection.ts'
import { pageOf, readListQuery, selectKeys } from './list-query.ts'
import { jsonAnswer } from './json-answer.ts'

const deleteBodyBytesMax = 16 * 1024 * 1024
const idsMax = 100_000
const sortColumns: Readonly<Record<string, NonNullable<ObjectQuery['sort']>>> = {
  id: 'stixId',
  type: 'type',
  modified: 'modified',
}
const DeleteBody = z.strictObject({ ids: z.array(z.string().min(1).max(200)).max(idsMax) })

/** The TAXII administration of the REST interface: clients, collections and what they hold. */
export function configurationRoutes(appliance: Appliance, base: string): Route[] {
  const root = `${base}/taxii/configuration/`
  const objectsPath = `${root}collections/:collection/objects/`
  return [
    { kind: 'rest-clients', method: 'GET', path: `${root}clients/`, handle: (call) => listClients(call, appliance) },
    {
      kind: 'rest-collections',
      method: 'GET',
      path: `${root}collections/`,
      handle: (call) => listCollections(call, appliance),
    },
    {
      kind: 'rest-collection',
      method: 'GET',
      path: `${root}collections/:collection/`,
      handle: (call) => jsonAnswer(200, described(findCollection(appliance, call.params['collection']), appliance)),
    },
    {
      kind: 'rest-objects',
      method: 'GET',
      path: objectsPath,
      plays: ['reorder'],
      handle: (call) => listObjects(call, appliance),
    },
    {
      kind: 'rest-objects-delete',
      method: 'DELETE',
      path: objectsPath,
      plays: ['store-nothing-answer-ok', 'truncate'],
      handle: (call) => deleteObjects(call, appliance),
    },
  ]
}

/** Never with a password: a real appliance keeps it to itself too. */
function listClients(call: Call, { credentials }: Appliance): Answer {
  const query = readListQuery(call.query, ['id', 'name', 'username'])
  const client = { id: 1, name: 'Rehearsal client', username: credentials.stixUsername, enabled: 1 }
  return jsonAnswer(200, { clients: pageOf([client], query).map((item) => selectKeys(item, query.select)) })
}

function listCollections(call: Call, appliance: Appliance): Answer {
  const rows = appliance.collections.map((collection) => described(collection, appliance))
  const query = readListQuery(call.query, Object.keys(rows[0] ?? {}))
  return jsonAnswer(200, { collections: pageOf(rows, query).map((item) => selectKeys(item, query.select)) })
}

function described(collection: Collection, { dialect, intake }: Appliance): Record<string, unknown> {
  const rest = { description: collection.description, enabled: 1, indicatorCount: intake.counts(collection).indicators }
  return dialect.collectionKeys === 'uuid-title'
    ? { uuid: collection.id, title: collection.title, ...rest }
    : { id: collection.id, name: collection.title, ...rest }
}

function listObjects(call: Call, appliance: Appliance): Answer {
  const collection = findCollection(appliance, call.params['collection'])
  const query = readListQuery(call.query, Object.keys(sortColumns))
  const rows = appliance.objects.page(
    collection,
    {
      withRevoked: appliance.dialect.revokedListed,
      words: query.words,
      sort: query.sort === undefined ? 'added' : (sortColumns[query.sort] ?? 'added'),
      descending: query.descending !== (call.fault === 'reorder'),
    },
    query.offset,
    query.limit,
  )
  const shape = appliance.dialect.objectShape === 'stix' ? asStix : asSummary
  return jsonAnswer(200, { objects: rows.map((row) => selectKeys(shape(row), query.select)) })
}

function asStix(row: StoredObject): object {
  // Written by the intake from a parsed object.
  return JSON.parse(row.json) as object
}

function asSummary(row: StoredObject): object {
  return {
    id: row.stixId,
    type: row.type,
    ...(row.kind === null ? {} : { indicatorType: row.kind, value: row.value }),
    revoked: Number(row.revoked),
    updateTime: Math.floor(Date.parse(wireTimestamp(row.modified)) / 1000),
  }
}

/** Named objects (`{"ids": […]}` or `?ids=a,b`), or without any name the whole collection. */
async function deleteObjects(call: Call, appliance: Appliance): Promise<Answer> {
  const { dialect, intake } = appliance
  const collection = findCollection(appliance, call.params['collection'])
  const ids = await readIds(call)
  if (ids !== undefined && dialect.deleteById === 'unsupported') throw notOffered('objects cannot be removed by name')
  const isClear = ids === undefined || dialect.deleteById === 'clears-all'
  if (ids === undefined && dialect.clear === 'unsupported') throw notOffered('a collection cannot be cleared')
  if (call.fault === 'store-nothing-answer-ok') return { status: 204 }
  if (call.fault === 'truncate') {
    const named = isClear ? appliance.objects.ids(collection) : ids
    intake.remove(collection, named.slice(0, Math.floor(named.length / 2)))
  } else if (isClear) intake.clear(collection)
  else intake.remove(collection, ids)
  return { status: 204 }
}

async function readIds(call: Call): Promise<string[] | undefined> {
  const named = call.query.get('ids')
  const body = await readBody(call.request, deleteBodyBytesMax)
  if (body.length === 0) return named === null ? undefined : named.split(',').filter((id) => id !== '')
  const read = DeleteBody.safeParse(parseJson(body))
  if (!read.success)
    throw new Refusal(400, 'invalidParameter', `the body is {"ids": […]} with at most ${idsMax} ids`, { field: 'ids' })
  return read.data.ids
}

function notOffered(message: string): Refusal {
  return new Refusal(405, 'methodNotAllowed', message, { headers: { allow: 'GET' } })
}
