import type { Role } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { hubQueries } from '../api/hub-queries.ts'

/** Rights that decide which buttons are shown. The hub decides what is done: it refuses, whatever this page shows (D22). */
type Right = 'run' | 'curate' | 'write' | 'administrate'

const rightsOf: Record<Role, readonly Right[]> = {
  'read-only': [],
  analyst: ['run', 'curate'],
  'organization-administrator': ['run', 'curate', 'write'],
  administrator: ['run', 'curate', 'write', 'administrate'],
}

/**
 * Whether the person may start and cancel executions and decide about plans (`run`), change what the library holds and selects
 * (`curate`), change jobs, owners, readers and environments (`write`), or change the hub itself (`administrate`); no, while it is not
 * known.
 */
export function useMay(right: Right): boolean {
  const role = useQuery(hubQueries.me()).data?.role
  return role != null && rightsOf[role].includes(right)
}
