import type { Selectable } from 'kysely'
import type { AssertionTable, IndicatorTable } from '../database/tables.ts'
import { type AttributeColumn, groupColumns, type GroupRow } from './group-source.ts'
import { groupEnd, type ObjectEnd, type ObjectEndColumn } from './object-end.ts'
import { relationOf, saidRelations } from './said-relations.ts'

/** Queries over everything that an owner has; `$1` is the owner. */

/** The newest version of each object, with whether the library still says what its text says. */
const newest = `newest as materialized (
  select n.*, cardinality(n.indicator_ids) as value_count,
    (select count(*) from assertion a where a.owner_id = $1 and a.indicator_id = any(n.indicator_ids))::int as present,
    (select count(*) from assertion a where a.owner_id = $1 and a.indicator_id = any(n.indicator_ids)
       and a.modified_at <= n.added_at)::int as unchanged
  from (
    select distinct on (object_id) object_id, type, spec_version, body, indicator_ids, group_id, named_ids, outcome, added_at
    from stix_object where owner_id = $1 order by object_id, version desc
  ) n
)`

export type KeptRow = {
  object_id: string
  type: string
  spec_version: '2.0' | '2.1'
  body: string
  outcome: 'mapped' | 'kept'
  indicator_ids: string[]
  group_id: string | null
  value_count: number
  present: number
  unchanged: number
  names_others: boolean
  group_changed: boolean | null
  /** Of a relationship of two indicators: a person took back that they belong together. */
  taken_back: boolean
}

/** What relationships would say of pairs whose link a person took back, by every text of theirs and in either order. */
const takenBack = `stated as materialized (
  select unnest(indicator_ids) as indicator_id, object_id from newest where value_count > 0
), pair as materialized (
  select s.object_id as one, t.object_id as other, l.kind
  from indicator_link l join stated s on s.indicator_id = l.indicator_id join stated t on t.indicator_id = l.linked_id
  where l.owner_id = $1 and l.taken_back_at is not null
), taken_back as materialized (
  select one as source_ref, other as target_ref, kind from pair union select other, one, kind from pair
)`

const keptRelation = relationOf('stix_json(n.body)')

export const keptObjects = `with ${newest}, ${takenBack}
  select n.object_id, n.type, n.spec_version, n.body, n.outcome, n.indicator_ids, n.group_id, n.value_count, n.present, n.unchanged,
    n.named_ids is not null as names_others, g.modified_at > n.added_at as group_changed,
    n.type = 'relationship' and n.outcome = 'mapped' and exists (
      select from taken_back b
      where b.source_ref = ${keptRelation.source} and b.target_ref = ${keptRelation.target} and b.kind = ${keptRelation.kind}
    ) as taken_back
  from newest n left join library_group g on g.id = n.group_id
  order by n.object_id`

export const keptMarkings = `select distinct on (object_id) object_id, body from stix_object
  where owner_id = $1 and type = 'marking-definition' order by object_id, version desc`

export type AssertionRow = Pick<Selectable<IndicatorTable>, 'type' | 'value'> &
  Pick<
    Selectable<AssertionTable>,
    | 'indicator_id'
    | 'rating'
    | 'confidence'
    | 'active'
    | 'private'
    | 'status'
    | 'tags'
    | 'labels'
    | 'tlp'
    | 'first_seen'
    | 'last_seen'
    | 'expires'
    | 'added_at'
    | 'modified_at'
  > & { attributes: AttributeColumn[] | null }

/** Columns of an `AssertionRow`, of the assertion `a` of the indicator `i`. */
export const assertionColumns = `a.indicator_id, i.type, i.value, a.rating, a.confidence, a.active, a.private, a.status, a.tags, a.labels, a.tlp,
  a.first_seen, a.last_seen, a.expires, a.added_at, a.modified_at,
  (select json_agg(json_build_object('type', t.type, 'value', t.value, 'source', t.source, 'displayed', t.displayed, 'pinned', t.pinned) order by t.id)
   from assertion_attribute t where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id) as attributes`

/** `$2` are ids of indicators. */
export const assertionsOf = `select ${assertionColumns} from assertion a join indicator i on i.id = a.indicator_id
  where a.owner_id = $1 and a.indicator_id = any($2::uuid[])`

/** What no kept text says: a text of several values says nothing any more once one of them was changed. */
export const assertionsWithoutText = `with ${newest},
  said as (select unnest(indicator_ids) as id from newest where value_count = 1 or unchanged = value_count)
  select ${assertionColumns} from assertion a join indicator i on i.id = a.indicator_id
  where a.owner_id = $1 and not exists (select 1 from said where said.id = a.indicator_id)
  order by i.type collate "C", i.value collate "C"`

export type NamingGroupRow = GroupRow & {
  /** Of a report: what is joined to it, `reportRefsMax` at most, and how many that are. */
  named?: ObjectEnd[] | null
  named_count?: number | null
}

/** `$2` is a group. */
export const groupOf = `select ${groupColumns} from library_group g where g.owner_id = $1 and g.id = $2`

export type LinkRow = {
  kind: string
  added_at: Date
  /** The ends' kept objects, where there are some. */
  source_object: string | null
  source: ObjectEndColumn
  target_object: string | null
  target: ObjectEndColumn
}
const indicatorEnd = (indicator: string) =>
  `json_build_object('type', ${indicator}.type, 'value', ${indicator}.value, 'tlp', (
     select a.tlp from assertion a where a.indicator_id = ${indicator}.id and a.owner_id = $1))`

/** The kept object of each group, and of each indicator whose text still holds: joined by hash, since there may be as many as links. */
const objects = `object_of_group as materialized (
  select distinct on (group_id) group_id, object_id from newest where group_id is not null order by group_id, object_id
), object_of_indicator as materialized (
  select distinct on (indicator_id) indicator_id, object_id from (
    select unnest(indicator_ids) as indicator_id, object_id from newest where value_count = 1 or unchanged = value_count
  ) held order by indicator_id, object_id
)`

const links = `links as not materialized (
  select l.kind, l.added_at, so.object_id as source_object, ${groupEnd('s')} as source,
    t_o.object_id as target_object, ${groupEnd('t')} as target, 1 as part, s.xid as first, t.xid as second,
    case when s.type = 'Report' then s.id end as source_report, case when t.type = 'Report' then t.id end as target_report
  from group_link l join library_group s on s.id = l.group_id join library_group t on t.id = l.linked_id
    left join object_of_group so on so.group_id = s.id left join object_of_group t_o on t_o.group_id = t.id
  where s.owner_id = $1 and t.owner_id = $1
  union all
  select 'related-to', l.added_at, so.object_id, ${indicatorEnd('i')}, t_o.object_id, ${groupEnd('g')}, 2, i.value, g.xid,
    null, case when g.type = 'Report' then g.id end
  from indicator_group l join indicator i on i.id = l.indicator_id join library_group g on g.id = l.group_id
    left join object_of_indicator so on so.indicator_id = i.id left join object_of_group t_o on t_o.group_id = g.id
  where l.owner_id = $1
  union all
  select l.kind, l.added_at, so.object_id, ${indicatorEnd('i')}, t_o.object_id, ${indicatorEnd('j')}, 3, i.value, j.value, null, null
  from indicator_link l join indicator i on i.id = l.indicator_id join indicator j on j.id = l.linked_id
    left join object_of_indicator so on so.indicator_id = i.id left join object_of_indicator t_o on t_o.indicator_id = j.id
  where l.owner_id = $1 and l.taken_back_at is null
)`

/** Each with what it names, where it is a report: two that are joined name each other. `$2` is the most that one names, `$3` the highest TLP of it. */
export const groupsWithoutText = `with ${newest}, ${objects}, ${links}, joined as (
    select source_report as report, target_object as object, target as "end", part, second as value from links
      where source_report is not null
    union all
    select target_report, source_object, source, part, first from links where target_report is not null
  ), named as (
    select report, json_agg(json_build_object('object', object, 'end', "end") order by place) filter (where place <= $2::int) as ends,
      count(*)::int as count
    from (select *, row_number() over (partition by report order by part, value collate "C") as place from joined
      where coalesce(("end"->>'tlp')::int <= $3::int, true)) placed group by report
  )
  select ${groupColumns}, named.ends as named, named.count as named_count
  from library_group g left join named on named.report = g.id
  where g.owner_id = $1 and not exists (select 1 from stix_object o where o.group_id = g.id)
  order by g.xid collate "C"`

/** Links that no kept text says. */
export const linksWithoutText = `with ${newest}, ${objects}, ${saidRelations}, ${links}
  select l.kind, l.added_at, l.source_object, l.source, l.target_object, l.target from links l
  where not exists (
    select 1 from said s where s.source_ref = l.source_object and s.target_ref = l.target_object
      and s.kind = case when l.part = 1 then l.kind else '*' end
  )
    -- The hashes of a file that one text names.
    and (l.source_object = l.target_object) is not true
  order by l.part, l.first collate "C", l.second collate "C", l.kind collate "C"`
