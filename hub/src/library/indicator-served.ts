import { isTooWide, listFormatFacts, type ListFormatName } from '@postern/intel'
import type { IndicatorServed } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { isKeptFromExports, whichDecision } from '../exclusions/never-exported.ts'
import { explainLimits } from './explain-limits.ts'
import { inForce } from './in-force.ts'

const { servedMax } = explainLimits

type Of = { organizationId: string; indicatorId: string }
/** A member of the version that is served, or an assertion of the owner whose objects are. */
type Member = { active: boolean; tlp: number | null; excluded: boolean }
type Row = Pick<IndicatorServed, 'kind' | 'id' | 'name' | 'source'> & {
  type: string
  value: string
  tlpMax: number
  isKept: boolean
  decision: string | null
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
export async function readServed(db: Db, of: Of, maker: string | undefined): Promise<IndicatorServed[]> {
  const lists = await readLists(db, of, maker)
  const collections = await readTaxiiCollections(db, of, maker)
  return [
    ...lists.map((row) => toServed(row, whyNotListed(row))),
    ...collections.map((row) => toServed(row, whyNotOverTaxii(row))),
  ]
}

async function readLists(db: Db, of: Of, maker: string | undefined): Promise<ListRow[]> {
  const { rows } = await sql<ListRow>`
    select 'firewall-list' as kind, l.id::text, l.name, k.name as source, l.format, l.indicator_types as types, l.tlp_max as "tlpMax",
      l.ipv4_prefix_min as ipv4, l.ipv6_prefix_min as ipv6, l.served_version as version, l.held_reason as "heldReason", ${ofIndicator(of)},
      ${memberIn(sql`l.served_version`)} as member
    from firewall_list l join collection k on k.id = l.collection_id join indicator i on i.id = ${of.indicatorId}::uuid
    where l.organization_id = ${of.organizationId} and ${isShown(maker)}
    order by l.name limit ${servedMax}`.execute(db)
  return rows
}

async function readTaxiiCollections(db: Db, of: Of, maker: string | undefined): Promise<TaxiiRow[]> {
  const { rows } = await sql<TaxiiRow>`
    select 'taxii-collection' as kind, t.id::text, t.title as name, coalesce(k.name, o.name) as source, t.tlp_max as "tlpMax", ${ofIndicator(of)},
      case when t.owner_id is null then ${memberIn(sql`t.object_version`)} else (
        select json_build_object('active', ${inForce()}, 'tlp', a.tlp, 'excluded', false)
        from assertion a where a.indicator_id = i.id and a.owner_id = t.owner_id) end as member,
      exists (select from taxii_object s where s.taxii_collection_id = t.id and s.indicator_id = i.id and s.is_last and not s.is_revoked)
        or exists (select from taxii_object s where s.taxii_collection_id = t.id and s.value_ids @> array[i.id] and s.is_last
          and not s.is_revoked) as "hasObject"
    from taxii_collection t join taxii_root r on r.id = t.root_id join indicator i on i.id = ${of.indicatorId}::uuid
    left join collection k on k.id = t.collection_id left join owner o on o.id = t.owner_id
    where r.organization_id = ${of.organizationId} and t.can_read and (t.owner_id is not null or ${isShown(maker)})
    order by t.title, t.id limit ${servedMax}`.execute(db)
  return rows
}

function ofIndicator({ organizationId }: Of): RawBuilder<unknown> {
  return sql`i.type, i.value, ${isKeptFromExports(organizationId, sql`i.id`)} as "isKept", ${whichDecision(organizationId)} as decision`
}

function memberIn(version: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select json_build_object('active', m.active, 'tlp', m.tlp, 'excluded', m.excluded) from collection_member m
    where m.collection_id = k.id and m.indicator_id = i.id and m.from_version <= ${version}
      and (m.until_version is null or m.until_version > ${version}))`
}

function isShown(maker: string | undefined): RawBuilder<boolean> {
  return maker === undefined ? sql`true` : sql`(k.is_shared or k.maker = ${maker})`
}

type Reason = NonNullable<IndicatorServed['reason']>

function whyNotListed(row: ListRow): Reason | null {
  const { version, type, value, types, ipv4, ipv6, format } = row
  if (version === null) return 'nothing-served'
  if (types !== null && !types.includes(type)) return 'type'
  const reason = whyKeptBack(row)
  if (reason !== null) return reason
  if (isTooWide(type, value, { ipv4, ipv6 })) return 'wide'
  return listFormatFacts[format].entry(type, value) === undefined ? 'format' : null
}

function whyNotOverTaxii(row: TaxiiRow): Reason | null {
  return whyKeptBack(row) ?? (row.hasObject ? null : 'not-yet')
}

/** In the order in which lists and exports count what they leave out. */
function whyKeptBack({ member, isKept, decision, tlpMax }: Row): Reason | null {
  if (member === null) return 'not-a-member'
  if (member.excluded || isKept) return decision === null ? 'excluded' : 'decided'
  if (!member.active) return 'inactive'
  return member.tlp !== null && member.tlp > tlpMax ? 'tlp' : null
}

function toServed(
  { kind, id, name, source, decision, ...row }: ListRow | TaxiiRow,
  reason: Reason | null,
): IndicatorServed {
  const heldReason = 'heldReason' in row ? row.heldReason : null
  const details: Partial<Record<Reason, string | null>> = { decided: decision, 'nothing-served': heldReason }
  return {
    kind,
    id,
    name,
    source,
    isServed: reason === null,
    reason,
    detail: reason === null ? null : (details[reason] ?? null),
  }
}
