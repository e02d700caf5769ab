import { type RawBuilder, sql } from 'kysely'

/** What sighted values are compared with: a data collection's members, or the organization's library. */
export function members(organizationId: string, collectionId: string | undefined): RawBuilder<unknown> {
  if (collectionId === undefined)
    return sql`(select indicator_id from indicator_view where organization_id = ${organizationId})`
  return sql`(select indicator_id from collection_member where collection_id = ${collectionId} and until_version is null)`
}
