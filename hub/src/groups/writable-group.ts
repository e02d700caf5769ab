import type { GroupDetail, Owner } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Db } from '../database/database.ts'
import { libraryScope } from '../library/library-scope.ts'
import type { Owners } from '../owners/owners.ts'
import { readGroupDetail } from './group-detail.ts'

/**
 * A group that this person may change, with its owner.
 * @throws Problem where there is none, or the person may not write for its owner
 */
export async function writableGroup(
  { db, owners }: { db: Db; owners: Owners },
  caller: PersonCaller,
  groupId: string,
): Promise<{ owner: Owner; group: GroupDetail }> {
  const group = await readGroupDetail(db, libraryScope(caller), groupId)
  return { group, owner: await owners.writable(caller, group.ownerName) }
}
