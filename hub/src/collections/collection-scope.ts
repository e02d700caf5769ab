import { type RawBuilder, sql } from 'kysely'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { Problem } from '../lib/problem.ts'
import type { CollectionScope } from './collection-store.ts'

/**
 * An execution reads the collections that its job names, and learns of no other (D22). People see those that are shared and their
 * own; administrators see everybody's.
 */
export function collectionScope(caller: Caller): CollectionScope {
  switch (caller.kind) {
    case 'user':
    case 'token':
    case 'machine':
      return {
        organizationId: caller.organizationId,
        ids: undefined,
        maker: caller.role.endsWith('administrator') ? undefined : makerOf(caller).key,
      }
    case 'execution':
      return { organizationId: caller.organizationId, ids: caller.collectionIds, maker: undefined }
    case 'environment-server':
    case 'reader':
    case 'stranger':
      throw new Problem('forbidden', 'Only people and executions read data collections.')
  }
}

/** That people see the row `k` of `collection` by this scope. */
export function isShownTo(maker: CollectionScope['maker']): RawBuilder<boolean> {
  return maker === undefined ? sql`true` : sql`(k.is_shared or k.maker = ${maker})`
}

/** Whose a collection is that this person makes. Names may be given to somebody else later, numbers may not. */
export function makerOf(caller: PersonCaller): { key: string; name: string } {
  switch (caller.kind) {
    case 'user':
      return { key: `user ${caller.userId}`, name: caller.name }
    case 'token':
      return { key: `token ${caller.tokenId}`, name: caller.name }
    case 'machine':
      return { key: 'machine', name: caller.name }
  }
}
