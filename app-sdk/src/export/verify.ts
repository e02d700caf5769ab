import { join } from 'node:path'
import type { ReceiptState } from '@postern/protocol'
import type { Applied } from './apply.ts'
import { compareSets } from './compare-sets.ts'
import type { ExportControl } from './control.ts'
import type { NotTaken } from './not-taken.ts'
import type { ValuesFile } from './plan-store.ts'
import { writeValuesFile } from './values-file.ts'
import type { ValueSet } from './value-set.ts'
import { keyOf, valueOf } from './value-key.ts'

/** What a control was found to hold, compared with what it should hold: the core of a receipt. */
export interface Verdict {
  readonly state: ReceiptState
  readonly reason: string | undefined
  readonly missing: number
  readonly extra: number
  /** Every missing, extra and refused value, and what the control cannot take. */
  readonly values: ValuesFile
}

interface Counts {
  missing: number
  extra: number
  extraUnexplained: number
}

export interface Finding {
  readonly control: ExportControl
  readonly desired: ValueSet
  /** Read after applying; or, where the control cannot be read, what it is believed to hold. */
  readonly held: ValueSet
  /** Why it could not be read. */
  readonly notReadable: string | undefined
  readonly applied: Applied
  /** What was to be taken out. */
  readonly removed: ValueSet
  /** What of the collection the control cannot take. */
  readonly notTaken: NotTaken
  readonly tempPath: string
}

/**
 * Compares and names every difference. *In sync* needs a read back that shows exactly what is desired. Where the control
 * acknowledged a removal and still lists the values, it is *unverifiable* whether it still acts on them (D6). Everything else is drift.
 */
export async function verify(finding: Finding): Promise<Verdict> {
  const counts = { missing: 0, extra: 0, extraUnexplained: 0 }
  const values = await writeValuesFile(join(finding.tempPath, 'receipt.ndjson.gz'), receiptLines(finding, counts))
  return { ...judge(finding, counts), missing: counts.missing, extra: counts.extra, values }
}

function judge(finding: Finding, counts: Counts): Pick<Verdict, 'state' | 'reason'> {
  const { applied, control, notReadable } = finding
  if (notReadable !== undefined) return { state: 'unverifiable', reason: notReadable }
  if (counts.missing === 0 && counts.extra === 0) return { state: 'in-sync', reason: undefined }
  if (counts.missing === 0 && counts.extraUnexplained === 0) {
    return {
      state: 'unverifiable',
      reason: `the control acknowledged the removal of ${counts.extra} values by ${control.removedBy} and still lists them: nothing shows an effect. Choose another way to remove`,
    }
  }
  const brokeOff = applied.problem === undefined ? '' : `; applying broke off: ${applied.problem.message}`
  const refused = applied.refused.length === 0 ? '' : `; the control refused ${applied.refused.length}`
  return {
    state: 'drift',
    reason:
      `${counts.missing} values are missing, ${counts.extra} are held that should not be${refused}${brokeOff}`.slice(
        0,
        2000,
      ),
  }
}

type Line = readonly string[]

async function* receiptLines(finding: Finding, counts: Counts): AsyncGenerator<readonly Line[]> {
  const refused = new Map(finding.applied.refused.map(({ value, reason }) => [keyOf(value), reason]))
  if (finding.notReadable === undefined) {
    for await (const block of compareSets(finding.desired, finding.held)) {
      const lines = block.flatMap(({ in: where, key }): Line[] => {
        if (where === 'first')
          return [['missing', ...valueOf(key), refused.has(key) ? 'the control refused it' : 'not held after applying']]
        return where === 'second' ? [['extra', ...valueOf(key), 'held after applying']] : []
      })
      counts.missing += lines.filter(([what]) => what === 'missing').length
      counts.extra += lines.filter(([what]) => what === 'extra').length
      yield lines
    }
    counts.extraUnexplained = counts.extra - (await acknowledgedExtras(finding, refused))
  }
  yield finding.applied.refused.map(({ value, reason }) => ['refused', ...value, reason.slice(0, 500)])
  yield* finding.notTaken.lines()
}

/** How many values are still held although the control acknowledged, without breaking off, that they were taken out. */
async function acknowledgedExtras(
  { applied, held, removed }: Finding,
  refused: ReadonlyMap<string, string>,
): Promise<number> {
  if (applied.problem !== undefined) return 0
  let acknowledged = 0
  for await (const block of compareSets(removed, held)) {
    acknowledged += block.filter(({ in: where, key }) => where === 'both' && !refused.has(key)).length
  }
  return acknowledged
}
