import { randomUUID } from 'node:crypto'

import { parseJson, readBody } from '../../http/body.ts'
import { Refusal } from '../../http/refusal.ts'
import type { Answer, Call, Route } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import { readBundle } from '../stix/bundle.ts'
import { wireTimestamp } from '../stix/timestamp.ts'
import type { Collection } from '../store/collection-store.ts'
import type { ObjectQuery, StoredObject } from '../store/object-store.ts'
import { findCollection } from './find-collection.ts'
import { itemsPerAnswerMax, rangeReply, readItemRange } from './item-range.ts'
import { requireAccept, requireStixBody, stixType, taxiiAnswer, taxiiType } from './media.ts'
import { readObjectFilter } from './object-filter.ts'
import { statusResource } from './status-resource.ts'

/** The objects of a collection and their manifest (TAXII 2.0, 5.3 to 5.6). */
export function objectRoutes(appliance: Appliance): Route[] {
  const { apiRoot } = appliance.dialect
  const collectionPath = `${apiRoot}collections/:collection/`
  return [
    {
      kind: 'taxii-post',
      method: 'POST',
      path: `${collectionPath}objects/`,
      plays: ['store-nothing-answer-ok', 'duplicate', 'truncate', 'reorder', 'pending-for-ever'],
      handle: (call) => addObjects(call, appliance),
    },
    {
      kind: 'taxii-get',
      method: 'GET',
      path: `${collectionPath}objects/`,
      plays: ['reorder'],
      handle: (call) => getObjects(call, appliance),
    },
    {
      kind: 'taxii-get-one',
      method: 'GET',
      path: `${collectionPath}objects/:object/`,
      handle: (call) => getObject(call, appliance),
    },
    {
      kind: 'taxii-manifest',
      method: 'GET',
      path: `${collectionPath}manifest/`,
      plays: ['reorder'],
      handle: (call) => getManifest(call, appliance),
    },
  ]
}

async function addObjects(call: Call, appliance: Appliance): Promise<Answer> {
  const { dialect, intake, limits } = appliance
  requireAccept(call, taxiiType, dialect)
  const collection = findCollection(appliance, call.params['collection'])
  requireStixBody(call)
  const body = await readBody(call.request, dialect.maxContentLengthBytes)
  const objects = readBundle(parseJson(body), limits.objectsPerPost)
  const status = intake.take(collection, objects, call.fault)
  const isPending = dialect.pendingPolls > 0 || call.fault === 'pending-for-ever'
  return taxiiAnswer(202, statusResource(status, isPending, dialect))
}

function getObjects(call: Call, appliance: Appliance): Answer {
  requireAccept(call, stixType, appliance.dialect)
  const collection = readable(call, appliance)
  const page = readPage(call, appliance, collection, readObjectFilter(call.query, appliance.dialect.revokedListed))
  return { status: page.status, headers: { ...page.headers, 'content-type': stixType }, body: bundleOf(page.objects) }
}

function getObject(call: Call, appliance: Appliance): Answer {
  requireAccept(call, stixType, appliance.dialect)
  const collection = readable(call, appliance)
  const filter = readObjectFilter(call.query, appliance.dialect.revokedListed)
  const found = appliance.objects.page(collection, { ...filter, ids: [call.params['object'] ?? ''] }, 0, 1)
  if (found.length === 0) throw new Refusal(404, 'notFound', 'there is no such object')
  return { status: 200, headers: { 'content-type': stixType, ...addedHeaders(found) }, body: bundleOf(found) }
}

function getManifest(call: Call, appliance: Appliance): Answer {
  requireAccept(call, taxiiType, appliance.dialect)
  const collection = readable(call, appliance)
  const page = readPage(call, appliance, collection, readObjectFilter(call.query, appliance.dialect.revokedListed))
  const entries = page.objects.map((object) => ({
    id: object.stixId,
    date_added: wireTimestamp(object.addedAt),
    versions: [wireTimestamp(object.modified)],
    media_types: [stixType],
  }))
  return taxiiAnswer(page.status, entries.length === 0 ? {} : { objects: entries }, page.headers)
}

function readable(call: Call, appliance: Appliance): Collection {
  const collection = findCollection(appliance, call.params['collection'])
  if (!appliance.dialect.canRead) throw new Refusal(403, 'forbidden', 'this client may not read this collection')
  return collection
}

function readPage(
  call: Call,
  { objects }: Appliance,
  collection: Collection,
  filter: ObjectQuery,
): { status: number; headers: Record<string, string>; objects: StoredObject[] } {
  const total = objects.count(collection, filter)
  const window = readItemRange(call.request.headers.range, total)
  const directed = { ...filter, descending: call.fault === 'reorder' }
  const page = objects.page(collection, directed, window?.offset ?? 0, window?.limit ?? itemsPerAnswerMax)
  const { status, headers } = rangeReply(window, page.length, total)
  return { status, headers: { ...headers, ...addedHeaders(page) }, objects: page }
}

function addedHeaders(page: readonly StoredObject[]): Record<string, string> {
  const [first, last] = [page[0], page.at(-1)]
  if (first === undefined || last === undefined) return {}
  return {
    'x-taxii-date-added-first': wireTimestamp(first.addedAt),
    'x-taxii-date-added-last': wireTimestamp(last.addedAt),
  }
}

/** A bundle of objects kept as text. STIX 2.0 forbids empty lists, so an empty bundle has no `objects`. */
function bundleOf(objects: readonly StoredObject[]): string {
  const list = objects.length === 0 ? '' : `,"objects":[${objects.map((object) => object.json).join(',')}]`
  return `{"type":"bundle","id":"bundle--${randomUUID()}","spec_version":"2.0"${list}}`
}
