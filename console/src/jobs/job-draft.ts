import type { App, CreateJob, Job, ParameterValue, Schedule } from '@postern/protocol'
import { defaultsOf } from './parameter-kind.ts'

/** A job as it stands in the form. */
export interface JobDraft {
  name: string
  appId: string
  environmentId: string
  owner: string
  control: string
  mode: Job['mode']
  /** As typed; empty for the app's own. */
  timeoutSeconds: string
  schedule: Schedule | null
  parameters: Record<string, ParameterValue>
}

export function newDraft(): JobDraft {
  return {
    name: '',
    appId: '',
    environmentId: '',
    owner: '',
    control: '',
    mode: 'apply-when-guards-pass',
    timeoutSeconds: '',
    schedule: null,
    parameters: {},
  }
}

export function draftOf(job: Job): JobDraft {
  return {
    name: job.name,
    appId: job.appId,
    environmentId: job.environmentId,
    owner: job.owner ?? '',
    control: job.control ?? '',
    mode: job.mode,
    timeoutSeconds: String(job.timeoutSeconds),
    schedule: job.schedule,
    parameters: job.parameters,
  }
}

/** Another app has other parameters: what was typed for the one before means nothing to it. */
export function withApp(draft: JobDraft, app: App): JobDraft {
  return { ...draft, appId: app.id, parameters: defaultsOf(app.parameters) }
}

/**
 * What is sent. Empty texts are left out, and secrets that nobody typed go as null, which keeps them. Rows that were left empty in
 * a list are dropped.
 */
export function requestOf(draft: JobDraft, app: App): CreateJob {
  const isExport = app.kind === 'export'
  const timeoutSeconds = draft.timeoutSeconds.trim()
  return {
    name: draft.name.trim(),
    appId: draft.appId,
    environmentId: draft.environmentId,
    parameters: Object.fromEntries(
      Object.entries(draft.parameters).map(([name, value]) => [name, withoutEmptyRows(value)]),
    ),
    ...(!isExport && draft.owner !== '' && { owner: draft.owner }),
    ...(isExport && draft.control.trim() !== '' && { control: draft.control.trim() }),
    ...(isExport && { mode: draft.mode }),
    ...(timeoutSeconds !== '' && { timeoutSeconds: Number(timeoutSeconds) }),
    schedule: draft.schedule,
  }
}

function withoutEmptyRows(value: ParameterValue): ParameterValue {
  if (!Array.isArray(value)) return value
  const texts = value.filter((item) => typeof item === 'string').filter((item) => item.trim() !== '')
  const pairs = value.filter((item) => typeof item !== 'string').filter(({ key }) => key.trim() !== '')
  return pairs.length > 0 ? pairs : texts
}
