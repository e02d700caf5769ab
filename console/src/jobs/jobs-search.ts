import * as z from 'zod/mini'
import type { JobFilter } from '../api/job-queries.ts'

/** What the list of jobs shows, as it stands in the address: `?contains=feed&environment=2`. */
export interface JobsSearch {
  contains?: string
  environment?: string
}

const Contains = z.string().check(z.minLength(1), z.maxLength(64))
const EnvironmentId = z.string().check(z.regex(/^[1-9]\d{0,17}$/))

/** Reads it from the address; what makes no sense is left out. */
export function readJobsSearch(search: Record<string, unknown>): JobsSearch {
  const contains = z.safeParse(Contains, search['contains']).data
  const environment = z.safeParse(EnvironmentId, search['environment']).data
  return { ...(contains && { contains }), ...(environment && { environment }) }
}

export function jobFilterOf({ contains, environment }: JobsSearch): JobFilter {
  return { ...(contains && { contains }), ...(environment && { environmentId: environment }) }
}
