import { compareTlp, type IndicatorType, type TlpLevel, tlpLevels } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'

/** What a reader takes of a version: values of these types, or of all, up to this TLP (D21); inactive and excluded ones never. */
export type ValueFilter = {
  types: readonly IndicatorType[] | undefined
  tlpMax: TlpLevel
  /** What is excluded by now as well, whatever the version says; a condition over `collection_member m`. */
  excludedNow?: RawBuilder<boolean>
}

/** `change` is there for changes only; `leftOut` names why the reader does not get the value. */
export type ValueRow = {
  change?: 'add' | 'remove'
  type: string
  value: string
  leftOut: 'excluded' | 'inactive' | 'tlp' | null
}

/**
 * The members of a version in the order of D4. TLP, activity and exclusions are those that the version was made with, so that the same
 * version always has the same values: an export that cannot read its control asks again for what it pushed.
 */
export function valuesOf(collectionId: string, version: number, filter: ValueFilter): RawBuilder<ValueRow> {
  return valuesInOrder(collectionId, version, filter, sql`i.type collate "C", i.value collate "C"`)
}

/** The same in another order. @param order by `indicator i` */
export function valuesInOrder(
  collectionId: string,
  version: number,
  filter: ValueFilter,
  order: RawBuilder<unknown>,
): RawBuilder<ValueRow> {
  return sql`
    select i.type, i.value, ${whyLeftOut(filter)} as "leftOut"
    from collection_member m join indicator i on i.id = m.indicator_id
    where m.collection_id = ${collectionId}::bigint and ${inVersion(version)} and ${ofTypes(filter)}
    order by ${order}`
}

/** A member of a version with what its organization knows of it now. */
export type DescribedRow = {
  type: string
  value: string
  tlp: number | null
  rating: number | null
  confidence: number | null
  tags: string[]
  added_at: Date
  modified_at: Date
  leftOut: 'excluded' | 'inactive' | 'tlp' | null
}

/** The same members in the same order, each described: rating, confidence and tags are those of now, TLP that of the version. */
export function describedValuesOf(
  collectionId: string,
  version: number,
  filter: ValueFilter,
): RawBuilder<DescribedRow> {
  return sql`
    select i.type, i.value, m.tlp, v.rating, v.confidence, coalesce(v.tags, '{}') as tags,
      coalesce(v.added_at, made.made_at) as added_at, coalesce(v.modified_at, made.made_at) as modified_at,
      ${whyLeftOut(filter)} as "leftOut"
    from collection_member m join indicator i on i.id = m.indicator_id
      join collection c on c.id = m.collection_id
      join collection_version made on made.collection_id = m.collection_id and made.version = ${version}::int
      left join indicator_view v on v.organization_id = c.organization_id and v.indicator_id = m.indicator_id
    where m.collection_id = ${collectionId}::bigint and ${inVersion(version)} and ${ofTypes(filter)}
    order by i.type collate "C", i.value collate "C"`
}

/**
 * What a reader of `from` has to add and to remove to have what a reader of `to` has. What is excluded by now it may have had of `from`,
 * so that it leaves.
 */
export function changesOf(collectionId: string, from: number, to: number, filter: ValueFilter): RawBuilder<ValueRow> {
  const { excludedNow: _now, ...asMade } = filter
  const seenIn = (version: number, seenBy: ValueFilter) => sql`(
    select coalesce(${whyLeftOut(seenBy)}, 'shown') from collection_member m
    where m.collection_id = ${collectionId}::bigint and m.indicator_id = c.indicator_id and ${inVersion(version)})`
  return sql`
    select type, value, case when after = 'shown' then 'add' else 'remove' end as change,
      case when after <> 'shown' and before is distinct from 'shown' then after end as "leftOut"
    from (
      select i.type, i.value, ${seenIn(from, asMade)} as before, ${seenIn(to, filter)} as after
      from (
        select distinct indicator_id from collection_change
        where collection_id = ${collectionId}::bigint and version > ${from}::int and version <= ${to}::int
      ) c join indicator i on i.id = c.indicator_id
      where ${ofTypes(filter)}
    ) seen
    where (before is not distinct from 'shown') <> (after is not distinct from 'shown')
       or (before is distinct from 'shown' and after <> 'shown')
    order by type collate "C", value collate "C"`
}

/** A member row stands for the versions from `from_version` up to, and without, `until_version`. */
export function inVersion(version: number): RawBuilder<boolean> {
  return sql`m.from_version <= ${version}::int and (m.until_version is null or m.until_version > ${version}::int)`
}

export function whyLeftOut({ tlpMax, excludedNow = sql`false` }: ValueFilter): RawBuilder<string | null> {
  return sql`case when m.excluded or ${excludedNow} then 'excluded' when not m.active then 'inactive' when m.tlp > ${tlpLevels.indexOf(tlpMax)}::int then 'tlp' end`
}

/**
 * Holds of every member that readers of up to this TLP are not given as it was made, and of few others. In the words of the index
 * `collection_member_left_out`, so that the rest is not read.
 */
export function mayBeLeftOut(tlpMax: TlpLevel): RawBuilder<boolean> {
  return compareTlp(tlpMax, 'AMBER') < 0 ? sql`true` : sql`(m.excluded or not m.active or m.tlp > 2)`
}

function ofTypes({ types }: ValueFilter): RawBuilder<boolean> {
  return types === undefined ? sql`true` : sql`i.type = any(${[...types]}::text[])`
}
