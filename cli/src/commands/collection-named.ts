import { type Collection, CollectionPage, paths } from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'

/** @param name or its number */
export async function collectionNamed(target: HubTarget, name: string): Promise<Collection> {
  const { data } = await callHub(target, `${paths.collections}?${new URLSearchParams({ name })}`, CollectionPage)
  const found = data.find((collection) => collection.name === name) ?? data[0]
  if (found === undefined) throw new Error(`There is no data collection ${name}.`)
  return found
}
