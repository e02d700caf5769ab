import { lifecycle, type Lifecycle } from '@postern/intel'
import type { Statements } from '../database/statements.ts'
import { type AssertionFacts, readFacts } from './facts.ts'
import type { SaidBeside } from './said-beside.ts'

export type Settling = {
  organizationId: string
  indicatorIds: readonly string[]
  /** Only this owner's assertions: in its own batch. */
  ownerId?: string
  now: Date
  /** Indicators that the owner says again, unchanged: what a rule has taken begins anew. */
  restated?: ReadonlySet<string>
}

export type Settled = {
  /** Indicators of which something is in force now that was not. */
  touched: string[]
  /** Assertions that their rule says to delete. */
  over: { indicatorId: string; ownerId: string }[]
  /** Assertions that were looked at. */
  count: number
}

/** Of a rule's interval: an owner's word that comes again sooner is not written down again. */
export const restatedAfterShare = 1 / 8

/**
 * Brings the values in force of assertions in line with what `lifecycle` says of them now; rows that are right are not written. In
 * the caller's transaction, which holds the locks of these indicators' identities: whoever writes assertions takes those first, in
 * the order of their ids, so the view that the caller computes afterwards overlooks none.
 */
export async function settle(db: Statements, settling: Settling): Promise<Settled> {
  const { organizationId, indicatorIds, ownerId, now, restated } = settling
  const found = await readFacts(db, { organizationId, indicatorIds, ownerId, lock: true, now })
  const settled: Settled = { touched: [], over: [], count: found.length }
  const written: WrittenRow[] = []
  const touched = new Set<string>()
  for (const assertion of found) {
    const row = judge(assertion, now, restated)
    if (row.isOver) settled.over.push({ indicatorId: assertion.indicatorId, ownerId: assertion.ownerId })
    if (row.isTouched) touched.add(assertion.indicatorId)
    if (row.isTouched || row.isNoted) written.push(row)
  }
  if (written.length > 0) await writeRows(db, written)
  settled.touched = [...touched]
  return settled
}

/** Of these indicators, by owners of the organization: as many as `settle` looks at if nobody else has one. */
export async function countAssertions(
  db: Statements,
  organizationId: string,
  indicatorIds: readonly string[],
): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from assertion
     where indicator_id = any($2::uuid[]) and owner_id in (select id from owner where organization_id = $1)`,
    [organizationId, indicatorIds],
  )
  return Number(rows[0]?.count)
}

/** What an assertion becomes. `isTouched`: readers see the difference; `isNoted`: only this library's own notes change. */
type WrittenRow = {
  assertion: AssertionFacts
  inForce: Lifecycle['inForce']
  said: SaidBeside | null
  /** When the owner said it, where that is said anew. */
  restatedAt: number | null
  nextChangeAt: number | null
  isOver: boolean
  isTouched: boolean
  isNoted: boolean
}

function judge(assertion: AssertionFacts, now: Date, restated: ReadonlySet<string> | undefined): WrittenRow {
  const { stored } = assertion
  const nowMs = now.getTime()
  const isRestated = restated?.has(assertion.indicatorId) === true && mayRestate(assertion, nowMs)
  const facts = isRestated ? { ...assertion.facts, saidAt: nowMs } : assertion.facts
  const { inForce, nextChangeAt, isOver } = lifecycle(facts, nowMs)
  const said = saidBeside(facts.said, inForce)
  // What is over stays due until it is deleted.
  const changesAt = isOver ? nowMs : nextChangeAt
  const isTouched =
    inForce.rating !== stored.rating ||
    inForce.confidence !== stored.confidence ||
    inForce.status !== stored.status ||
    inForce.active !== stored.active ||
    inForce.expiresAt !== stored.expiresAt
  const isNoted = isRestated || changesAt !== stored.nextChangeAt || !isSame(said, stored.said)
  const restatedAt = isRestated ? nowMs : null
  return { assertion, inForce, said, restatedAt, nextChangeAt: changesAt, isOver, isTouched, isNoted }
}

function mayRestate({ facts: { rule, saidAt } }: AssertionFacts, now: number): boolean {
  return rule !== undefined && now - saidAt >= rule.intervalHours * 3_600_000 * restatedAfterShare
}

function saidBeside(said: Lifecycle['inForce'], inForce: Lifecycle['inForce']): SaidBeside | null {
  const beside: SaidBeside = {
    ...(said.rating === inForce.rating ? {} : { rating: said.rating }),
    ...(said.confidence === inForce.confidence ? {} : { confidence: said.confidence }),
    ...(said.status === inForce.status ? {} : { status: said.status }),
    ...(said.active === inForce.active ? {} : { active: said.active }),
    ...(said.expiresAt === inForce.expiresAt ? {} : { expires: instant(said.expiresAt) }),
  }
  return Object.keys(beside).length === 0 ? null : beside
}

function isSame(said: SaidBeside | null, stored: SaidBeside | null): boolean {
  if (said === null || stored === null) return said === stored
  return (
    said.rating === stored.rating &&
    said.confidence === stored.confidence &&
    said.status === stored.status &&
    said.active === stored.active &&
    said.expires === stored.expires
  )
}

async function writeRows(db: Statements, rows: readonly WrittenRow[]): Promise<void> {
  await db.query(
    `update assertion a set rating = n.rating, confidence = n.confidence, status = n.status, active = n.active, expires = n.expires,
       said = n.said, stated_at = coalesce(n.restated_at, a.stated_at), next_change_at = n.next_change_at
     from unnest($1::uuid[], $2::bigint[], $3::real[], $4::smallint[], $5::text[], $6::boolean[], $7::timestamptz[], $8::jsonb[],
       $9::timestamptz[], $10::timestamptz[])
       n (indicator_id, owner_id, rating, confidence, status, active, expires, said, restated_at, next_change_at)
     where a.indicator_id = n.indicator_id and a.owner_id = n.owner_id`,
    [
      rows.map(({ assertion }) => assertion.indicatorId),
      rows.map(({ assertion }) => assertion.ownerId),
      rows.map(({ inForce }) => inForce.rating),
      rows.map(({ inForce }) => inForce.confidence),
      rows.map(({ inForce }) => inForce.status),
      rows.map(({ inForce }) => inForce.active),
      rows.map(({ inForce }) => instant(inForce.expiresAt)),
      rows.map(({ said }) => (said === null ? null : JSON.stringify(said))),
      rows.map(({ restatedAt }) => instant(restatedAt)),
      rows.map(({ nextChangeAt }) => instant(nextChangeAt)),
    ],
  )
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
