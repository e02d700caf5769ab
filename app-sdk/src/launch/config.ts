import { launch } from '@postern/protocol'

/** What an environment server tells an app through its environment; everything else is in the parameter file. */
export interface LaunchEnvironment {
  readonly parameterFile: string
  readonly parameterKey: string
  /** Unix socket of the egress guard, where the app has no network of its own (S7). */
  readonly egressSocket: string | undefined
  /** CAs of one's own, where no environment server brings them (ES-17). */
  readonly caFolder: string | undefined
}

/** @throws Error when the app was not started the way an environment server starts it. */
export function readLaunchEnvironment(environment: Readonly<Record<string, string | undefined>>): LaunchEnvironment {
  const parameterFile = environment[launch.parameterFileVariable]
  const parameterKey = environment[launch.parameterKeyVariable]
  if (!parameterFile || !parameterKey) {
    throw new Error(
      `${launch.parameterFileVariable} and ${launch.parameterKeyVariable} are not both set: an app is started by an environment server, or by "postern app run DIR"`,
    )
  }
  return {
    parameterFile,
    parameterKey,
    egressSocket: environment[launch.egressSocketVariable] || undefined,
    caFolder: environment[launch.caFolderVariable] || undefined,
  }
}

/** The process's own environment, read here and nowhere else. */
export function ownEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
