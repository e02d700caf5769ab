import { type RawBuilder, sql } from 'kysely'
import { namesMarkingAbove, type TlpScope } from './markings-above.ts'

/**
 * Whether of the objects that a text names one is above the highest TLP: by what the owner says of its value or group now, or by a marking
 * of its text. An object that the owner does not have tells nothing. @param namedIds a column
 */
export function namesAbove(scope: TlpScope, namedIds: RawBuilder<unknown>): RawBuilder<boolean> {
  const { ownerId, tlpMax } = scope
  return sql<boolean>`exists (select from unnest(${namedIds}) named (id) where coalesce(
    ${ofNewestText(
      ownerId,
      sql`named.id`,
      sql`
      exists (select from assertion a
        where a.owner_id = ${ownerId} and a.indicator_id = any(e.indicator_ids) and a.tlp > ${tlpMax}::int)
      or coalesce((select g.tlp > ${tlpMax}::int from library_group g where g.id = e.group_id), false)
      or ${namesMarkingAbove(scope, sql`e.body`)}`,
    )},
    (select g.tlp > ${tlpMax}::int from library_group g where g.owner_id = ${ownerId} and g.xid = named.id),
    false))`
}

/** What holds of the newest text `e` that the owner has of an object; null where there is none. */
export function ofNewestText(
  ownerId: string,
  objectId: RawBuilder<unknown>,
  said: RawBuilder<unknown>,
): RawBuilder<boolean | null> {
  return sql<boolean | null>`(
    select ${said} from stix_object e where e.owner_id = ${ownerId} and e.object_id = ${objectId} order by e.version desc limit 1)`
}
