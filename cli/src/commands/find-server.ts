import { type Environment, EnvironmentPage, type EnvironmentServer, paths } from '@postern/protocol'
import type { HubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'

export type PlacedServer = { environment: Environment; server: EnvironmentServer }

export async function allServers(target: HubTarget): Promise<PlacedServer[]> {
  const environments = await allRows(target, paths.environments, EnvironmentPage)
  return environments.flatMap((environment) => environment.servers.map((server) => ({ environment, server })))
}

/** A number names one server; a name must, too. */
export async function findServer(target: HubTarget, wanted: string): Promise<PlacedServer> {
  const all = await allServers(target)
  const named = all.filter(({ server }) => server.serverXid === wanted)
  const found = named.length > 0 ? named : all.filter(({ server }) => server.name === wanted)
  const [only, other] = found
  if (only === undefined) throw new Error(`There is no environment server ${wanted}. postern servers shows them.`)
  if (other !== undefined)
    throw new Error(`Several servers are named ${wanted}: ${found.map(({ server }) => server.serverXid).join(', ')}.`)
  return only
}
