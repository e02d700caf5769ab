import {
  type App,
  type CreateJob,
  type Job,
  jobRetries,
  Name,
  type ParameterValue,
  type Schedule,
} from '@postern/protocol'
import * as z from 'zod/mini'
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
  /** Figures, or nothing: the time-out. */
  freshnessSeconds: string
  /** Figures; empty for none. */
  retriesMax: string
  /** Figures; empty for the hub's own. */
  retryAfterSeconds: string
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
    freshnessSeconds: '',
    retriesMax: '',
    retryAfterSeconds: '',
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
    freshnessSeconds: job.freshnessSeconds === null ? '' : String(job.freshnessSeconds),
    retriesMax: job.retriesMax === 0 ? '' : String(job.retriesMax),
    retryAfterSeconds: String(job.retryAfterSeconds),
    schedule: job.schedule,
    parameters: job.parameters,
  }
}

/** Another app has other parameters: what was typed for the one before means nothing to it. */
export function withApp(draft: JobDraft, app: App): JobDraft {
  return { ...draft, appId: app.id, parameters: defaultsOf(app.parameters) }
}

/** What can be said before the hub is asked; by the names that the hub gives fields. */
export function draftMistakes(draft: JobDraft, app: App | undefined): Record<string, string> {
  const mistakes: Record<string, string> = {}
  const name = draft.name.trim()
  if (name === '') mistakes['name'] = 'Give the job a name.'
  else if (!z.safeParse(Name, name).success)
    mistakes['name'] = 'Begin with a letter or a digit; after it letters, digits, space, _ and -.'
  if (!app) mistakes['appId'] = 'Choose what the job runs.'
  if (draft.environmentId === '') mistakes['environmentId'] = 'Choose where it runs.'
  if (app && app.kind !== 'export' && draft.owner === '') mistakes['owner'] = 'Choose the owner that it writes to.'
  const control = draft.control.trim()
  if (app?.kind === 'export' && control !== '' && !z.safeParse(Name, control).success)
    mistakes['control'] = 'Begin with a letter or a digit; after it letters, digits, space, _ and -.'
  return mistakes
}

/**
 * What is sent. Empty texts are left out, and secrets that nobody typed go as null, which keeps them. Rows that were left empty in
 * a list are dropped.
 */
export function requestOf(draft: JobDraft, app: App): CreateJob {
  const isExport = app.kind === 'export'
  const timeoutSeconds = draft.timeoutSeconds.trim()
  const freshnessSeconds = draft.freshnessSeconds.trim()
  const retryAfterSeconds = draft.retryAfterSeconds.trim()
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
    timeoutSeconds: timeoutSeconds === '' ? null : Number(timeoutSeconds),
    freshnessSeconds: freshnessSeconds === '' ? null : Number(freshnessSeconds),
    retriesMax: Number(draft.retriesMax.trim()),
    // Cleared in a job that has one, it is what it would be in a new one; the hub would keep what it is not told.
    retryAfterSeconds: retryAfterSeconds === '' ? jobRetries.waitSecondsDefault : Number(retryAfterSeconds),
    schedule: draft.schedule,
  }
}

function withoutEmptyRows(value: ParameterValue): ParameterValue {
  if (!Array.isArray(value)) return value
  const texts = value.filter((item) => typeof item === 'string').filter((item) => item.trim() !== '')
  const pairs = value.filter((item) => typeof item !== 'string').filter(({ key }) => key.trim() !== '')
  return pairs.length > 0 ? pairs : texts
}
