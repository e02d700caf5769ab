import { parseGroupType, type Stix111End, stix111IndicatedTypes, stix111Lists, tlpLevels } from '@postern/intel'
import type { PoolClient } from 'pg'
import { rowsOf } from '../database/snapshot-streams.ts'
import { aboveTlp, isAbove, levelOf, sourceOf } from './assertion-source.ts'
import type { GroupRow } from './group-source.ts'
import type { OutputOwner } from './owner-output.ts'
import { assertionColumns, type AssertionRow } from './owner-queries.ts'
import type { OutputWriter } from './output-writer.ts'
import { groupColumns } from './group-source.ts'

/** Everything that an owner has and that a package of STIX 1.1.1 has a place for: indicators, and groups with their relations. */
export async function* ownerPackage(
  client: PoolClient,
  owner: OutputOwner,
  writer: OutputWriter,
): AsyncGenerator<string> {
  const tlpMax = tlpLevels.indexOf(owner.tlpMax)
  let related = 0
  const indicated = [owner.id, stix111IndicatedTypes, tlpMax]
  for await (const row of rowsOf<IndicatedRow>(client, 'stix_indicated', indicatedAssertions, indicated)) {
    if (isAbove(row.tlp, owner.tlpMax)) writer.leaveOut(aboveTlp)
    // The package has no word for what is taken back: it is not said at all.
    else if (!row.active) writer.leaveOut('values that are inactive')
    else {
      const groups = endsOf(row.groups)
      const said = writer.indicator(sourceOf(row), row.labels, groups)
      if (said !== '') related += groups.length
      yield said
    }
  }
  for (const { list, types } of stix111Lists) {
    for await (const row of rowsOf<RelatedRow>(client, 'stix_related', relatedGroups, [owner.id, types, tlpMax])) {
      if (isAbove(row.tlp, owner.tlpMax)) writer.leaveOut(aboveTlp)
      else if (isTakenBack(row)) writer.leaveOut('groups that are revoked or deprecated')
      else {
        const [end] = endsOf([row])
        if (end === undefined) throw new Error(`a group is stored with the type ${row.type}`)
        const description = row.attributes?.find(({ type }) => type === 'Description')?.value
        const relations = endsOf(row.relations)
        const group = {
          ...end,
          name: row.name,
          description,
          modified: row.modified_at,
          tlp: levelOf(row.tlp),
          relations,
        }
        const said = writer.group(list, group, row.labels)
        related += said.related
        yield said.xml
      }
    }
  }
  await leaveOthersOut(client, owner, writer, related)
}

/** Ends of relations; all of them are of types that the query named. */
function endsOf<End extends { type: string }>(ends: readonly End[] | null): (End & Stix111End)[] {
  return (ends ?? []).flatMap((end) => {
    const type = parseGroupType(end.type)
    return type === undefined ? [] : [{ ...end, type } as End & Stix111End]
  })
}

function isTakenBack({ status }: GroupRow): boolean {
  return status === 'Revoked' || status === 'Deprecated'
}

async function leaveOthersOut(
  client: PoolClient,
  owner: OutputOwner,
  writer: OutputWriter,
  related: number,
): Promise<void> {
  const { rows: types } = await client.query<{ type: string; count: number }>(
    `select type, count(*)::int as count from library_group where owner_id = $1 and type <> all($2::text[]) group by type`,
    [owner.id, stix111Lists.flatMap((each) => each.types)],
  )
  for (const { type, count } of types) writer.leaveOut(`groups of the type ${type}, for which it has no place`, count)
  const { rows } = await client.query<{ links: string; texts: string }>(
    `select (select count(*) from group_link l join library_group g on g.id = l.group_id where g.owner_id = $1)
         + (select count(*) from indicator_group where owner_id = $1)
         + (select count(*) from indicator_link where owner_id = $1 and taken_back_at is null) as links,
       (select count(*) from stix_object where owner_id = $1 and outcome = 'kept') as texts`,
    [owner.id],
  )
  const others = Number(rows[0]?.links ?? 0) - related
  if (others > 0) writer.leaveOut('relationships that it has no place for, or of what is left out', others)
  const texts = Number(rows[0]?.texts ?? 0)
  if (texts > 0) writer.leaveOut('objects of STIX 2 that are kept as texts', texts)
}

type RelatedRow = GroupRow & { relations: { type: string; xid: string; kind: string }[] | null }
type IndicatedRow = AssertionRow & { groups: { type: string; xid: string }[] | null }

/** Of a group `t` that is in the package itself. `$3` is the highest TLP. */
const isSaid = `coalesce(t.tlp <= $3::int, true) and coalesce(t.status, '') not in ('Revoked', 'Deprecated')`

/** `$2` are the types of groups that it may name. */
const indicatedAssertions = `select ${assertionColumns}, (
    select json_agg(json_build_object('type', t.type, 'xid', t.xid) order by t.type, t.xid collate "C")
    from indicator_group l join library_group t on t.id = l.group_id
    where l.owner_id = $1 and l.indicator_id = a.indicator_id and t.type = any($2::text[]) and ${isSaid}
  ) as groups
  from assertion a join indicator i on i.id = a.indicator_id
  where a.owner_id = $1 order by i.type collate "C", i.value collate "C"`

/** `$2` are their types. */
const relatedGroups = `select ${groupColumns}, (
    select json_agg(json_build_object('type', t.type, 'xid', t.xid, 'kind', l.kind) order by t.type, t.xid collate "C", l.kind collate "C")
    from group_link l join library_group t on t.id = l.linked_id
    where l.group_id = g.id and t.owner_id = $1 and ${isSaid}
  ) as relations
  from library_group g where g.owner_id = $1 and g.type = any($2::text[]) order by g.xid collate "C"`
