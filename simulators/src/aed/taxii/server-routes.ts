import { Refusal } from '../../http/refusal.ts'
import type { Route } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import type { Collection } from '../store/collection-store.ts'
import { findCollection } from './find-collection.ts'
import { rangeReply, readItemRange } from './item-range.ts'
import { requireAccept, stixType, taxiiAnswer, taxiiType } from './media.ts'
import { statusResource } from './status-resource.ts'

/** Discovery, API root, status and collections (TAXII 2.0, 4.1 to 4.3, 5.1, 5.2). */
export function serverRoutes(appliance: Appliance): Route[] {
  const { dialect, collections, statuses } = appliance
  const { apiRoot, discoveryPath } = dialect
  const described = (collection: Collection) => ({
    id: collection.id,
    title: collection.title,
    ...(collection.description === '' ? {} : { description: collection.description }),
    can_read: dialect.canRead,
    can_write: true,
    media_types: [stixType],
  })
  return [
    {
      kind: 'taxii-discovery',
      method: 'GET',
      path: discoveryPath,
      handle(call) {
        requireAccept(call, taxiiType, dialect)
        const url = dialect.apiRootUrls === 'absolute' ? `${call.origin}${apiRoot}` : apiRoot
        return taxiiAnswer(200, {
          title: 'Rehearsal appliance',
          description: 'TAXII 2.0 server of a rehearsal NETSCOUT AED',
          default: url,
          api_roots: [url],
        })
      },
    },
    {
      kind: 'taxii-api-root',
      method: 'GET',
      path: apiRoot,
      handle(call) {
        requireAccept(call, taxiiType, dialect)
        return taxiiAnswer(200, {
          title: 'Indicators',
          versions: ['taxii-2.0'],
          max_content_length: dialect.maxContentLengthBytes,
        })
      },
    },
    {
      kind: 'taxii-status',
      method: 'GET',
      path: `${apiRoot}status/:id/`,
      plays: ['pending-for-ever'],
      handle(call) {
        requireAccept(call, taxiiType, dialect)
        const polled = statuses.poll(call.params['id'] ?? '')
        if (polled === undefined)
          throw new Refusal(404, 'notFound', 'there is no such status, or it is over 24 hours old')
        return taxiiAnswer(
          200,
          statusResource(polled.status, polled.isPending || call.fault === 'pending-for-ever', dialect),
        )
      },
    },
    {
      kind: 'taxii-collections',
      method: 'GET',
      path: `${apiRoot}collections/`,
      handle(call) {
        requireAccept(call, taxiiType, dialect)
        const window = readItemRange(call.request.headers.range, collections.length)
        const offset = window?.offset ?? 0
        const page = collections.slice(offset, offset + (window?.limit ?? collections.length))
        const { status, headers } = rangeReply(window, page.length, collections.length)
        return taxiiAnswer(status, { collections: page.map(described) }, headers)
      },
    },
    {
      kind: 'taxii-collection',
      method: 'GET',
      path: `${apiRoot}collections/:collection/`,
      handle(call) {
        requireAccept(call, taxiiType, dialect)
        return taxiiAnswer(200, described(findCollection(appliance, call.params['collection'])))
      },
    },
  ]
}
