import type { StatedAssertion } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { Statements } from '../database/statements.ts'
import type { SaidBeside } from '../lifecycle/said-beside.ts'
import { saidOf } from '../lifecycle/said-beside.ts'
import type { AssertionChange, ClearedField, KeptAttribute } from './assertion-change.ts'

export type AssertionPlace = { organizationId: string; indicatorId: string; ownerId: string }

/** An assertion as its owner wrote it, with what it is about. */
export type KeptAssertion = {
  type: string
  value: string
  ownerName: string
  said: Omit<StatedAssertion, 'attributes'> & { attributes: KeptAttribute[] }
}

type Row = {
  type: string
  value: string
  ownerName: string
  rating: number | null
  confidence: number | null
  active: boolean
  status: StatedAssertion['status']
  firstSeen: Date | null
  lastSeen: Date | null
  expiresAt: Date | null
  tags: string[]
  securityLabels: string[]
  saidBeside: SaidBeside | null
}

/** @param attributesMax of one more, one more is read */
export async function readAssertion(
  db: Db,
  { organizationId, indicatorId, ownerId }: AssertionPlace,
  attributesMax: number,
): Promise<KeptAssertion | undefined> {
  const { rows } = await sql<Row>`
    select i.type, i.value, o.name as "ownerName", a.rating, a.confidence, a.active, a.status, a.first_seen as "firstSeen",
      a.last_seen as "lastSeen", a.expires as "expiresAt", a.tags, a.labels as "securityLabels", a.said as "saidBeside"
    from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
    where a.indicator_id = ${indicatorId}::uuid and a.owner_id = ${ownerId}::bigint
      and o.organization_id = ${organizationId}`.execute(db)
  const [row] = rows
  if (row === undefined) return undefined
  const { rows: attributes } = await sql<KeptAttribute>`
    select id, type, value, source, displayed, pinned from assertion_attribute
    where indicator_id = ${indicatorId}::uuid and owner_id = ${ownerId}::bigint
    order by assertion_attribute.id limit ${attributesMax + 1}`.execute(db)
  const { type, value, ownerName, firstSeen, lastSeen, tags, securityLabels, saidBeside, ...inForce } = row
  const said = saidOf(inForce, saidBeside, (text) => new Date(text))
  return {
    type,
    value,
    ownerName,
    said: {
      ...said,
      firstSeen: instant(firstSeen),
      lastSeen: instant(lastSeen),
      expiresAt: instant(said.expiresAt),
      tags,
      securityLabels,
      attributes,
    },
  }
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null
}

/** Takes the indicator for the transaction before anything about it is read or changed, as every writer of it does. */
export async function holdIndicator(db: Statements, { indicatorId }: AssertionPlace): Promise<void> {
  await db.query('select 1 from indicator where id = $1::uuid for no key update', [indicatorId])
}

const columnOf: Record<ClearedField, string> = {
  rating: 'rating',
  confidence: 'confidence',
  firstSeen: 'first_seen',
  lastSeen: 'last_seen',
  expiresAt: 'expires',
}

/**
 * Takes out what the owner does not say any more, before the item of the change is written: what is then not said by either is gone.
 * The assertion is made due and different, so that the item is written and all of it is worked out anew, whatever it says.
 */
export async function clearFirst(
  db: Statements,
  { indicatorId, ownerId }: AssertionPlace,
  { cleared, goneAttributes }: AssertionChange,
  now: Date,
): Promise<void> {
  const columns = cleared.map((field) => columnOf[field])
  const emptied = columns.map((column) => `${column} = null, `).join('')
  await db.query(
    `update assertion set ${emptied} said = nullif(said - $3::text[], '{}'), digest = null, next_change_at = $4::timestamptz
     where indicator_id = $1::uuid and owner_id = $2`,
    [indicatorId, ownerId, columns, now],
  )
  await db.query(
    'delete from assertion_attribute where indicator_id = $1::uuid and owner_id = $2 and id = any($3::bigint[])',
    [indicatorId, ownerId, goneAttributes],
  )
}
