import { type InstallJson, type ParameterValue, platformParameters } from '@postern/protocol'

export type ParameterSources = {
  install: Pick<InstallJson, 'params'>
  /** What the job says. */
  job: Readonly<Record<string, ParameterValue>>
  /** What the last successful execution kept (FD-10). */
  kept: Readonly<Record<string, string>>
  /** Opened secrets; each `JSON`-free, as text. */
  secrets: Readonly<Record<string, string>>
  platform: {
    jobId: string
    executionId: string
    attempt: number
    owner: string | null
    /** `planId:checksum` (D5). */
    approvedPlan: string | null
  }
}

export type EffectiveParameters = {
  parameters: Record<string, ParameterValue>
  /** Those that are to be kept out of every log. */
  secretNames: string[]
}

/**
 * What an app finds in its parameter file, but for what the environment server adds (paths, token, proxy). A value that was
 * kept goes before the job's, which goes before the package's default; names that nobody filled are left out, since an
 * empty text where a number is wanted ends a TcEx app at once.
 */
export function effectiveParameters({ install, job, kept, secrets, platform }: ParameterSources): EffectiveParameters {
  const parameters: Record<string, ParameterValue> = {}
  for (const parameter of install.params) {
    const value = kept[parameter.name] ?? secrets[parameter.name] ?? job[parameter.name] ?? defaultOf(parameter)
    if (value !== undefined && value !== null) parameters[parameter.name] = value
  }
  return {
    parameters: {
      ...(platform.owner === null ? {} : { [platformParameters.owner]: platform.owner }),
      ...parameters,
      [platformParameters.jobId]: platform.jobId,
      [platformParameters.executionId]: platform.executionId,
      [platformParameters.attempt]: platform.attempt,
      ...(platform.approvedPlan === null ? {} : { [platformParameters.approvedPlan]: platform.approvedPlan }),
    },
    secretNames: install.params.filter(({ encrypt }) => encrypt === true).map(({ name }) => name),
  }
}

/** T17: defaults in the wild are numbers, flags, empty texts; a choice's default may be a list of choices with a magic one. */
function defaultOf({ default: value }: InstallJson['params'][number]): ParameterValue | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string' && /^\$\{[^}]*\}$/.test(value)) return undefined
  return typeof value === 'number' ? String(value) : value
}
