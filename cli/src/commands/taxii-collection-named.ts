import { paths, type TaxiiCollectionSettings, TaxiiCollectionSettingsPage } from '@postern/protocol'
import type { HubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'

/** @param name its id, alias or title @throws Error where there is none, or several have the title */
export async function taxiiCollectionNamed(target: HubTarget, name: string): Promise<TaxiiCollectionSettings> {
  const all = await allRows(target, paths.taxiiCollections, TaxiiCollectionSettingsPage)
  const byId = all.find(({ id }) => id === name.toLowerCase())
  const [found, ...more] =
    byId === undefined ? all.filter(({ title, alias }) => title === name || alias === name) : [byId]
  if (found === undefined) throw new Error(`There is no TAXII collection ${name}. postern taxii lists them.`)
  if (more.length === 0) return found
  throw new Error(
    `There are ${more.length + 1} TAXII collections ${name}; write the id of one: ${[found, ...more].map(({ id }) => id).join(', ')}.`,
  )
}
