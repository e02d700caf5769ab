import type { CreateJob, ParameterValue, UpdateJob } from '@postern/protocol'
import { type StoredJob, toApi } from './job-store.ts'

/** The job as it is wanted: what a change leaves out stays, but for what belongs to the app that it had. */
export function mergeChanges(before: StoredJob, changes: UpdateJob): CreateJob {
  const now = toApi(before)
  const appId = changes.appId ?? now.appId
  const isExport = now.control !== null
  const owner = changes.owner ?? (appId === now.appId ? (now.owner ?? undefined) : undefined)
  const control = changes.control ?? (appId === now.appId && isExport ? (now.control ?? undefined) : undefined)
  return {
    name: changes.name ?? now.name,
    appId,
    environmentId: changes.environmentId ?? now.environmentId,
    parameters: changes.parameters ?? now.parameters,
    ...(owner === undefined ? {} : { owner }),
    ...(control === undefined ? {} : { control }),
    mode: changes.mode ?? now.mode,
    schedule: changes.schedule === undefined ? now.schedule : changes.schedule,
    timeoutSeconds: changes.timeoutSeconds === undefined ? now.timeoutSeconds : changes.timeoutSeconds,
    freshnessSeconds: changes.freshnessSeconds === undefined ? now.freshnessSeconds : changes.freshnessSeconds,
    retriesMax: changes.retriesMax ?? now.retriesMax,
    retryAfterSeconds: changes.retryAfterSeconds ?? now.retryAfterSeconds,
    enabled: changes.enabled ?? now.enabled,
  }
}

/** What the app kept stays while the job is written with the same values; a person's other value, or none, goes before. */
export function stillKept(
  kept: Record<string, string>,
  parameters: Record<string, ParameterValue>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) => parameters[name] === value))
}

export function withoutNames(
  parameters: Record<string, ParameterValue>,
  names: readonly string[],
): Record<string, ParameterValue> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)))
}
