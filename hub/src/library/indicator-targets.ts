import { parseTlp, tlpLevels } from '@postern/intel'
import type { IndicatorOnTarget, ReceiptState } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import { targetNames } from '../controls/target-names.ts'
import type { Db } from '../database/database.ts'
import { typeOfReason } from '../exports/desired-values.ts'
import { readSignatures } from '../exports/receipt-signatures.ts'
import { explainLimits } from './explain-limits.ts'
import { type ExportFacts, type Member, obstaclesOf, when } from './obstacles.ts'

const { shownMax } = explainLimits

/** What the newest receipt of a target was made from, and what the collection says now. */
type TargetRow = Omit<
  IndicatorOnTarget,
  'since' | 'checkedAt' | 'reason' | 'detail' | 'isWanted' | 'obstacles' | 'state' | 'signature'
> & {
  newestReceiptId: string
  state: Exclude<IndicatorOnTarget['state'], 'absent' | 'unknown'> | 'left-out' | null
  leftOutReason: string | null
  since: Date | null
  checkedAt: Date
  highestTlp: string
  type: string
  receipt: {
    state: ReceiptState
    desired: number
    /** How many of those desired are known by name; null where nobody counted. */
    named: number | null
    /** Values missing and extra: where there are any, the control was read. */
    differing: number
    notTaken: Record<string, number>
  }
  /** In the version that the receipt speaks of. */
  exported: Member | null
  now: Member | null
}

/** What each target of the organization's controls holds of an indicator, and why not (D5, D21). */
export async function readTargets(
  db: Db,
  of: { organizationId: string; indicatorId: string },
  facts: ExportFacts,
): Promise<IndicatorOnTarget[]> {
  const rows = await readTargetRows(db, of)
  const receiptIds = rows.flatMap(({ receiptId, newestReceiptId }) => [receiptId, newestReceiptId])
  const signatures = await readSignatures(db, of.organizationId, receiptIds)
  return rows.map(({ newestReceiptId, ...row }) => {
    const signature = signatures.weakest([row.receiptId, newestReceiptId])
    return { ...toTarget(row, facts), ...(signature !== undefined && { signature }) }
  })
}

/** Each control's targets, and each target's newest receipt, are found by the index (control_id, target, id desc), one step a target. */
async function readTargetRows(
  db: Db,
  { organizationId, indicatorId }: { organizationId: string; indicatorId: string },
): Promise<TargetRow[]> {
  const { rows } = await sql<TargetRow>`
    select c.id as "controlId", c.name as "controlName", c.highest_tlp as "highestTlp", n.target, v.state, v.since,
      r.collection_id as "collectionId", k.name as "collectionName", r.collection_version as "collectionVersion",
      r.created_at as "checkedAt", v.reason as "leftOutReason", i.type,
      json_build_object('state', r.state, 'desired', r.desired, 'named', r.named, 'differing', r.missing + r.extra,
        'notTaken', r.not_taken) as receipt, said.id as "receiptId", r.id as "newestReceiptId", said.execution_id as "executionId", j.name as "jobName",
      (select ${member} from collection_member m where ${ofIndicator(indicatorId)}
        and m.from_version <= r.collection_version and (m.until_version is null or m.until_version > r.collection_version)) as exported,
      (select ${member} from collection_member m where ${ofIndicator(indicatorId)} and m.until_version is null) as "now"
    from control c
    cross join lateral ${targetNames(shownMax)}
    cross join lateral (
      -- A receipt whose values never came says nothing of any.
      select id, collection_id, collection_version, created_at, state, desired, named, missing, extra, not_taken from receipt
      where control_id = c.id and target = n.target and values_sha256 is not null order by id desc limit 1
    ) r
    join collection k on k.id = r.collection_id
    join indicator i on i.id = ${indicatorId}::uuid
    left join control_value v on v.control_id = c.id and v.target = n.target and v.indicator_id = ${indicatorId}::uuid
    join receipt said on said.id = coalesce(v.receipt_id, r.id)
    join execution e on e.id = said.execution_id
    join job j on j.id = e.job_id
    where c.organization_id = ${organizationId}
    order by coalesce(v.state, 'left-out') = 'left-out', c.name, n.target
    limit ${shownMax}`.execute(db)
  return rows
}

const member = sql`json_build_object('active', m.active, 'tlp', m.tlp, 'excluded', m.excluded)`

function ofIndicator(indicatorId: string): RawBuilder<boolean> {
  return sql`m.collection_id = r.collection_id and m.indicator_id = ${indicatorId}::uuid`
}

function toTarget(
  { exported, now, highestTlp, leftOutReason, receipt, type, ...row }: Omit<TargetRow, 'newestReceiptId'>,
  facts: ExportFacts,
): IndicatorOnTarget {
  // The table admits levels only.
  const tlpMax = tlpLevels.indexOf(parseTlp(highestTlp)!)
  const isWanted = now !== null && now.active && !now.excluded && !isTooNarrow(now, tlpMax)
  const { decision } = facts
  const told = stateOf(row.state, { exported, isWanted, tlpMax, leftOutReason, decision, receipt, type })
  return {
    ...row,
    ...told,
    isWanted,
    obstacles: [...obstaclesOf(now, facts, tlpMax), ...when(told.reason === 'left-out', 'left-out', told.detail)],
    since: row.since?.toISOString() ?? null,
    checkedAt: row.checkedAt.toISOString(),
  }
}

type Told = Pick<IndicatorOnTarget, 'state' | 'reason' | 'detail'>
type Findings = Pick<TargetRow, 'exported' | 'leftOutReason' | 'receipt' | 'type'> & {
  decision: string | null
  isWanted: boolean
  tlpMax: number
}

/** What is not known to be there is absent only where the receipt proves it: else it is not known (D5). */
function stateOf(state: TargetRow['state'], { exported, isWanted, tlpMax, ...found }: Findings): Told {
  const { leftOutReason, decision, receipt, type } = found
  if (state === 'left-out') return { state: 'absent', reason: 'left-out', detail: leftOutReason }
  if (state !== null) return { state, reason: null, detail: null }
  const keptBack = whyKeptBack(exported, tlpMax)
  if (keptBack === undefined) {
    return receipt.named === receipt.desired
      ? { state: 'absent', reason: 'left-out', detail: onlyReason(receipt, type) }
      : { state: 'unknown', reason: 'not-named', detail: notNamed(receipt) }
  }
  const isRead = receipt.state === 'in-sync' || receipt.differing > 0
  if (!isRead) return { state: 'unknown', reason: 'not-read', detail: null }
  if (isWanted) return { state: 'absent', reason: 'not-yet', detail: null }
  if (keptBack === 'excluded' && decision !== null) return { state: 'absent', reason: 'decided', detail: decision }
  return { state: 'absent', reason: keptBack, detail: null }
}

/** Why the hub did not give it to the export; undefined where it did. */
function whyKeptBack(
  member: Member | null,
  tlpMax: number,
): 'not-a-member' | 'excluded' | 'inactive' | 'tlp' | undefined {
  if (member === null) return 'not-a-member'
  if (member.excluded) return 'excluded'
  if (!member.active) return 'inactive'
  return isTooNarrow(member, tlpMax) ? 'tlp' : undefined
}

/** Where an app took nothing of a type, for one reason, that is the reason of every value. */
function onlyReason({ notTaken }: TargetRow['receipt'], type: string): string | null {
  const [reason, ...others] = Object.keys(notTaken).filter((each) => typeOfReason(each) === type)
  return reason !== undefined && others.length === 0 ? reason : null
}

function notNamed({ desired, named }: TargetRow['receipt']): string {
  return named === null
    ? 'Its receipt was written before the hub counted what it can name; the next one tells.'
    : `The control should hold ${desired} values by its receipt, of which ${named} are known by name, and this is none of those.`
}

function isTooNarrow({ tlp }: Member, tlpMax: number): boolean {
  return tlp !== null && tlp > tlpMax
}
