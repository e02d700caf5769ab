import { type Environment, EnvironmentPage, paths } from '@postern/protocol'
import type { HubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'

/**
 * The environment of that name, or the only one where none is named.
 * @param howToName what to do where one has to be named
 */
export async function findEnvironment(
  target: HubTarget,
  name: string | undefined,
  howToName: string,
): Promise<Environment> {
  const environments = await allRows(target, paths.environments, EnvironmentPage)
  const only = environments.length === 1 ? environments[0] : undefined
  const environment = name === undefined ? only : environments.find((each) => each.name === name)
  if (environment !== undefined) return environment
  throw new Error(
    `${name === undefined ? howToName : `There is no environment ${name}`}. There are: ${environments.map((each) => each.name).join(', ') || 'none'}`,
  )
}
