import { Refusal } from '../../http/refusal.ts'
import type { Appliance } from '../appliance.ts'
import type { Collection } from '../store/collection-store.ts'

/** @throws Refusal 404 */
export function findCollection(appliance: Pick<Appliance, 'collections'>, id: string | undefined): Collection {
  const found = appliance.collections.find((collection) => collection.id === id?.toLowerCase())
  if (found === undefined) throw new Refusal(404, 'notFound', 'there is no such collection')
  return found
}
