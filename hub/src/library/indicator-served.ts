import {
  type IndicatorType,
  isTooWide,
  type ListFormatFacts,
  listFormatFacts,
  type ListFormatName,
  parseIndicatorType,
} from '@postern/intel'
import type { IndicatorExports, IndicatorServed, Obstacle } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import { isShownTo } from '../collections/collection-scope.ts'
import type { Db } from '../database/database.ts'
import { explainLimits } from './explain-limits.ts'
import { inForce } from './in-force.ts'
import { type ExportFacts, type Member, obstaclesOf, when } from './obstacles.ts'

const { servedMax } = explainLimits

type Of = { organizationId: string; indicatorId: string; type: string }
type Row = Pick<IndicatorServed, 'kind' | 'id' | 'name' | 'source'> & {
  type: string
  value: string
  tlpMax: number
  member: Member | null
}
type ListRow = Row & {
  format: ListFormatName
  types: string[] | null
  ipv4: number
  ipv6: number
  version: number | null
  heldReason: string | null
}
type TaxiiRow = Row & { hasObject: boolean }

/**
 * Which firewall lists and TAXII collections serve an indicator, and why others do not (D27): by the version that they have come to, and
 * by what keeps it back now.
 * @param maker whose own data collections are shown beside the shared ones; undefined for everybody's
 */
export async function readServed(
  db: Db,
  of: Of,
  facts: ExportFacts,
  maker: string | undefined,
): Promise<Pick<IndicatorExports, 'served' | 'listsOfOtherTypes'>> {
  const formats = formatsThatTake(parseIndicatorType(of.type))
  const lists = await readLists(db, of, formats, maker)
  const collections = await readTaxiiCollections(db, of, maker)
  const takesIt = ({ format }: ListRow) => formats.includes(format)
  return {
    served: [
      ...lists.filter(takesIt).map((row) => toServed(row, whyNotListed(row, facts))),
      ...collections.map((row) => toServed(row, whyNotOverTaxii(row, facts))),
    ],
    // Nothing that anybody could mend keeps it from these.
    listsOfOtherTypes: lists.filter((row) => !takesIt(row)).map(({ name }) => name),
  }
}

function formatsThatTake(type: IndicatorType | undefined): ListFormatName[] {
  // The keys of a constant are its own names.
  const names = Object.keys(listFormatFacts) as ListFormatName[]
  return names.filter((name) => {
    const { types }: ListFormatFacts = listFormatFacts[name]
    return type !== undefined && types.includes(type)
  })
}

async function readLists(
  db: Db,
  of: Of,
  formats: readonly ListFormatName[],
  maker: string | undefined,
): Promise<ListRow[]> {
  const { rows } = await sql<ListRow>`
    select 'firewall-list' as kind, l.id::text, l.name, k.name as source, l.format, l.indicator_types as types, l.tlp_max as "tlpMax",
      l.ipv4_prefix_min as ipv4, l.ipv6_prefix_min as ipv6, l.served_version as version, l.held_reason as "heldReason", i.type, i.value,
      ${memberIn(sql`l.served_version`)} as member
    from firewall_list l join collection k on k.id = l.collection_id join indicator i on i.id = ${of.indicatorId}::uuid
    where l.organization_id = ${of.organizationId} and ${isShownTo(maker)}
    order by l.format = any(${[...formats]}::text[]) desc, l.name limit ${servedMax}`.execute(db)
  return rows
}

async function readTaxiiCollections(db: Db, of: Of, maker: string | undefined): Promise<TaxiiRow[]> {
  const { rows } = await sql<TaxiiRow>`
    select 'taxii-collection' as kind, t.id::text, t.title as name, coalesce(k.name, o.name) as source, t.tlp_max as "tlpMax", i.type, i.value,
      case when t.owner_id is null then ${memberIn(sql`t.object_version`)} else (
        select json_build_object('active', ${inForce()}, 'tlp', a.tlp, 'excluded', false)
        from assertion a where a.indicator_id = i.id and a.owner_id = t.owner_id) end as member,
      exists (select from taxii_object s where s.taxii_collection_id = t.id and s.indicator_id = i.id and s.is_last and not s.is_revoked)
        or exists (select from taxii_object s where s.taxii_collection_id = t.id and s.value_ids @> array[i.id] and s.is_last
          and not s.is_revoked) as "hasObject"
    from taxii_collection t join taxii_root r on r.id = t.root_id join indicator i on i.id = ${of.indicatorId}::uuid
    left join collection k on k.id = t.collection_id left join owner o on o.id = t.owner_id
    where r.organization_id = ${of.organizationId} and t.can_read and (t.owner_id is not null or ${isShownTo(maker)})
    order by t.title, t.id limit ${servedMax}`.execute(db)
  return rows
}

function memberIn(version: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select json_build_object('active', m.active, 'tlp', m.tlp, 'excluded', m.excluded) from collection_member m
    where m.collection_id = k.id and m.indicator_id = i.id and m.from_version <= ${version}
      and (m.until_version is null or m.until_version > ${version}))`
}

function whyNotListed(row: ListRow, facts: ExportFacts): Obstacle[] {
  const { version, type, value, types, ipv4, ipv6, format, member, tlpMax } = row
  return [
    ...when(version === null, 'nothing-served', row.heldReason),
    ...when(types !== null && !types.includes(type), 'type'),
    // Of no version it is no member, which says nothing of it.
    ...obstaclesOf(member, facts, tlpMax).filter(({ reason }) => version !== null || reason !== 'not-a-member'),
    ...when(isTooWide(type, value, { ipv4, ipv6 }), 'wide'),
    ...when(listFormatFacts[format].entry(type, value) === undefined, 'format'),
  ]
}

function whyNotOverTaxii({ member, tlpMax, hasObject }: TaxiiRow, facts: ExportFacts): Obstacle[] | 'not-yet' {
  const obstacles = obstaclesOf(member, facts, tlpMax)
  return obstacles.length === 0 && !hasObject ? 'not-yet' : obstacles
}

function toServed({ kind, id, name, source }: ListRow | TaxiiRow, why: Obstacle[] | 'not-yet'): IndicatorServed {
  const obstacles = why === 'not-yet' ? [] : why
  const [first] = obstacles
  return {
    kind,
    id,
    name,
    source,
    isServed: why !== 'not-yet' && first === undefined,
    // A list's obstacles are no app's.
    reason: why === 'not-yet' ? why : ((first?.reason ?? null) as IndicatorServed['reason']),
    detail: first?.detail ?? null,
    obstacles,
  }
}
