import { ExecutionState } from '@postern/protocol'
import * as z from 'zod/mini'
import type { ExecutionFilter } from '../api/hub-queries.ts'

/** What the list of executions shows, as it stands in the address: `?state=failed&job=17`. */
export interface ExecutionsSearch {
  state?: ExecutionState
  job?: string
}

const JobId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/))

/** Reads it from the address; what makes no sense is left out. */
export function readExecutionsSearch(search: Record<string, unknown>): ExecutionsSearch {
  const state = z.safeParse(ExecutionState, search['state']).data
  const job = z.safeParse(JobId, search['job']).data
  return { ...(state && { state }), ...(job && { job }) }
}

export function filterOf({ state, job }: ExecutionsSearch): ExecutionFilter {
  return { ...(state && { state }), ...(job && { jobId: job }) }
}
