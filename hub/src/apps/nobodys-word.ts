import { type RawBuilder, sql } from 'kysely'
import { selfVouched } from './publishers.ts'

/**
 * Whether only a key that was revoked since has ever vouched for a version (D7): also where a later key signed what that one let in.
 * @param version how the query names `app_version`
 */
export function isNobodysWord(version: 'v' | 'app_version'): RawBuilder<boolean> {
  const of = (column: string) => sql.ref(`${version}.${column}`)
  return sql<boolean>`(${of('vouched_by')} = ${selfVouched} and exists (
    select 1 from signing_key revoked
    where revoked.revoked_at is not null and (revoked.id = ${of('publisher_key_id')} or exists (
      select 1 from earlier_signature e where e.app_version_id = ${of('id')} and e.publisher_key_id = revoked.id))))`
}
