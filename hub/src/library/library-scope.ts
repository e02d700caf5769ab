import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../access/caller.ts'
import { Problem } from '../lib/problem.ts'

/** Which owners' assertions a reader sees: all of its organization, or those that its job lists (D22). */
export type LibraryScope = { organizationId: string; ownerIds: readonly string[] | undefined }

export function libraryScope(caller: Caller): LibraryScope {
  switch (caller.kind) {
    case 'user':
    case 'token':
    case 'machine':
      return { organizationId: caller.organizationId, ownerIds: undefined }
    case 'execution':
      return { organizationId: caller.organizationId, ownerIds: caller.readableOwnerIds }
    case 'environment-server':
    case 'reader':
    case 'stranger':
      throw new Problem('forbidden', 'Only people and executions read the library.')
  }
}

/** The condition that an owner's id is in scope; ids of another organization never are. */
export function inScope(ownerId: RawBuilder<unknown>, scope: LibraryScope): RawBuilder<boolean> {
  const inOrganization = sql<boolean>`${ownerId} in (select o.id from owner o where o.organization_id = ${scope.organizationId})`
  if (scope.ownerIds === undefined) return inOrganization
  return sql`(${ownerId} = any(${[...scope.ownerIds]}::bigint[]) and ${inOrganization})`
}
