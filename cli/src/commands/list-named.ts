import { type FirewallList, FirewallListPage, paths } from '@postern/protocol'
import type { HubTarget } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'

/** The list that firewalls fetch by this name. */
export async function listNamed(target: HubTarget, name: string): Promise<FirewallList> {
  for await (const list of rowsOf(target, paths.firewallLists, FirewallListPage)) if (list.name === name) return list
  throw new Error(`There is no list ${name}.`)
}
