import { NotReadable, SourceRefused } from '@postern/app-sdk'
import type { ExportControl, Logger, RefusedValue, Stix20Indicator, Value } from '@postern/app-sdk'
import type { AedApi, ConfiguredCollection } from './aed-api.ts'
import { HeldObjects } from './held-objects.ts'
import type { Taxii20, TaxiiCollection } from './taxii20.ts'
import { fitted, idOf, indicatorOf } from './transform.ts'
import { accepts } from './values.ts'

export type RemoveBy = 'revoke' | 'delete' | 'rewrite'
export type ReadBackVia = 'configuration' | 'taxii'

export interface AedControlParts {
  readonly target: string
  readonly taxii: Taxii20
  readonly collection: TaxiiCollection
  readonly api: AedApi
  readonly labels: readonly string[]
  readonly blocks: boolean
  readonly removeBy: RemoveBy
  readonly readBackVia: ReadBackVia
  /** Whether the number of listed indicators must be the one that the appliance says. */
  readonly checkCount: boolean
  readonly maxContentLengthBytes: number
  readonly valuesMax: number
  readonly log: Logger
}

/** Above this a collection is not cleared to be written anew: for that long the appliance would hold only a part of it (D6). */
export const rewriteValuesMax = 50_000
/** A value that was revoked for good comes back under a further id; so often is tried. */
const generationsMax = 4

/** One STIX collection of an AED as the export engine sees it. */
export function aedControl(parts: AedControlParts): ExportControl {
  const { taxii, collection, api, removeBy, log } = parts
  const held = new HeldObjects(log)
  let configured: ConfiguredCollection | undefined

  return {
    target: parts.target,
    valuesMax: parts.valuesMax,
    batchSize: 1_000,
    removedBy: removeBy,
    isUnverified: false,
    accepts: (type, value) => accepts(type, value, parts.blocks),
    held: () =>
      parts.readBackVia === 'taxii'
        ? held.values(readByTaxii())
        : held.values(readByConfiguration(), countByConfiguration),
    add: (values) => addAll(values),
    remove: removeBy === 'delete' ? removeByDelete : removeByRevoking,
    ...(removeBy === 'rewrite'
      ? { rewrite: { valuesMax: rewriteValuesMax, clear: async () => await api.clear(await administered()) } }
      : {}),
  }

  async function* readByTaxii(): AsyncGenerator<unknown> {
    if (collection.can_read === false)
      throw new NotReadable('the STIX client may not read this collection, and read back goes by TAXII')
    try {
      yield* taxii.objects(collection)
    } catch (error) {
      if (error instanceof SourceRefused)
        throw new NotReadable(`the collection cannot be read by TAXII: ${error.message}`)
      throw error
    }
  }

  async function* readByConfiguration(): AsyncGenerator<unknown> {
    yield* api.objects(await administered())
  }

  async function countByConfiguration(): Promise<number | undefined> {
    return parts.checkCount ? (await api.collection(parts.target)).indicators : undefined
  }

  async function administered(): Promise<ConfiguredCollection> {
    configured ??= await api.collection(parts.target)
    return configured
  }

  async function addAll(values: readonly Value[]): Promise<readonly RefusedValue[]> {
    let left = await post(values, 0)
    // Without revoking no id is ever burnt, and what was refused was refused for another reason.
    const generations = removeBy === 'revoke' ? generationsMax : 1
    for (let generation = 1; left.length > 0 && generation < generations; generation += 1) {
      left = await post(
        left.map(({ value }) => value),
        generation,
      )
    }
    return left
  }

  async function post(values: readonly Value[], generation: number): Promise<RefusedValue[]> {
    const modified = new Date()
    const objects = values.map((value) => indicatorOf(value, { labels: parts.labels, modified, generation }))
    const failures = await postAll(objects)
    return values.flatMap((value) => {
      const reason = failures.get(idOf(value, generation))
      return reason === undefined ? [] : [{ value, reason }]
    })
  }

  async function removeByRevoking(values: readonly Value[]): Promise<readonly RefusedValue[]> {
    const modified = new Date()
    const objects = values.flatMap((value) =>
      held.idsOf(value).map((id) => indicatorOf(value, { labels: parts.labels, modified, revoked: true, id })),
    )
    const failures = await postAll(objects)
    return values.flatMap((value) => {
      const reason = held.idsOf(value).flatMap((id) => failures.get(id) ?? [])[0]
      return reason === undefined ? [] : [{ value, reason }]
    })
  }

  async function removeByDelete(values: readonly Value[]): Promise<readonly RefusedValue[]> {
    await api.remove(
      await administered(),
      values.flatMap((value) => held.idsOf(value)),
    )
    return []
  }

  async function postAll(objects: readonly Stix20Indicator[]): Promise<Map<string, string>> {
    const failures = new Map<string, string>()
    for (const part of fitted(objects, parts.maxContentLengthBytes)) {
      const posted = await taxii.post(collection, part)
      for (const { id, reason } of posted.failures) failures.set(id, reason)
      if (posted.isPending)
        log.warn('the appliance is still at work on a post; the read back shows what became of it', {
          objects: part.length,
        })
    }
    return failures
  }
}
