import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { OwnerScope } from './what-may-leave.ts'

/** A collection of an owner, and how far its objects have come. */
export type OwnerSource = OwnerScope & {
  id: string
  stixNumber: string
  passAfter: string | null
  /** While its objects are looked at again: the last one that was. */
  checkedAfter: string | null
  /** Number of its last object. */
  numberLast: string
}

/** @returns undefined where there is no such collection of an owner */
export async function readOwnerSource(db: Db, taxiiCollectionId: string): Promise<OwnerSource | undefined> {
  const { rows } = await sql<OwnerSource>`
    select c.id, o.organization_id as "organizationId", c.owner_id as "ownerId", c.tlp_max as "tlpMax", c.stix_number as "stixNumber",
      c.pass_after as "passAfter", c.number_last as "numberLast",
      c.checked_after as "checkedAfter"
    from taxii_collection c join owner o on o.id = c.owner_id where c.id = ${taxiiCollectionId}`.execute(db)
  return rows[0]
}
