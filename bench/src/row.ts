import * as z from 'zod'
import { median } from './median.ts'
import { type Goal, isRowMet } from './met.ts'
import { roundsMin } from './run-alternating.ts'

const range = z.strictObject({ min: z.number(), max: z.number() })

/** What may stand alone: amounts of memory (1 MB = 1,000,000 bytes) and counts. A time or a rate is always compared. */
const unitsAlone = new Set(['bytes', 'MB', 'rows'])

/** One line of docs/performance.json. Whoever reads it refuses a row that does not hold together. */
export const Row = z
  .strictObject({
    bench: z.string(),
    work: z.string(),
    kind: z.enum(['comparison', 'difference', 'absolute']),
    unit: z.string(),
    /** Medians over the rounds, not rounded; the ranges go from the smallest to the largest. */
    ours: z.number(),
    oursRange: range,
    /** The other side, and what it is. */
    peer: z.number().optional(),
    peerRange: range.optional(),
    peerIs: z.string().optional(),
    /** Of a comparison, ours / peer. Of a rate higher is better, of a time lower: the goal says which. */
    ratio: z.number().optional(),
    /** Of a difference, ours - peer. */
    difference: z.number().optional(),
    goal: z.string(),
    /** Of a comparison, what our own median must keep besides. */
    bound: z.string().optional(),
    met: z.boolean(),
    rounds: z.int().min(roundsMin),
    /** Of a minute, by getloadavg(3): as the run began, and as the row's bench began. Absent where nobody wrote it down. */
    load: z.strictObject({ atStart: z.number(), beforeBench: z.number() }).optional(),
    measuredAt: z.iso.date(),
    commit: z.string(),
  })
  .superRefine((row, context) => {
    const problem = problemOf(row)
    if (problem !== undefined) context.addIssue(`${row.bench}, ${row.work}: ${problem}`)
  })
export type Row = z.infer<typeof Row>

/** What a bench measured, before it is dated. */
export type Measurement = Omit<Row, 'bench' | 'measuredAt' | 'commit' | 'load'>

type Said = { work: string; unit: string; goal: Goal; ours: readonly number[] }
/** `peer` are the other side's figures of the same rounds, of the same unit. */
type Both = Said & { peer: readonly number[]; peerIs: string }

/** A row that compares by the ratio. @param said.bound what our own median must keep besides */
export function comparison({ bound, ...said }: Both & { bound?: Goal }): Measurement {
  const sides = bothSides(said)
  const row = { ...sides, kind: 'comparison' as const, ratio: sides.ours / sides.peer, ...(bound && { bound }) }
  return { ...row, met: isRowMet(row) }
}

/** A row that compares by what our side adds to the other. */
export function difference(said: Both): Measurement {
  const sides = bothSides(said)
  const row = { ...sides, kind: 'difference' as const, difference: sides.ours - sides.peer }
  return { ...row, met: isRowMet(row) }
}

/** A row that stands alone: memory, or a count. */
export function absolute(said: Said): Measurement {
  if (!unitsAlone.has(said.unit)) throw new Error(`${said.work}: ${notAlone(said.unit)}`)
  const row = { ...summary(said), kind: 'absolute' as const }
  return { ...row, met: isRowMet(row) }
}

function bothSides({ peer, peerIs, ...said }: Both) {
  if (peer.length !== said.ours.length)
    throw new Error(`${said.work}: ours has ${said.ours.length} rounds, the other side ${peer.length}.`)
  return { ...summary(said), peer: median(peer), peerRange: rangeOf(peer), peerIs }
}

function summary({ work, unit, goal, ours }: Said) {
  return { work, unit, goal, ours: median(ours), oursRange: rangeOf(ours), rounds: ours.length }
}

function rangeOf(figures: readonly number[]): { min: number; max: number } {
  return { min: Math.min(...figures), max: Math.max(...figures) }
}

function problemOf(row: Row): string | undefined {
  const misfit = row.kind === 'absolute' ? problemAlone(row) : problemOfSides(row)
  if (misfit !== undefined) return misfit
  try {
    return row.met === isRowMet(row) ? undefined : 'met is not what the figures and the goal give'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function problemAlone({ unit, peer, peerRange, ratio, difference: added, bound }: Row): string | undefined {
  if (!unitsAlone.has(unit)) return notAlone(unit)
  const isAlone = [peer, peerRange, ratio, added, bound].every((each) => each === undefined)
  return isAlone ? undefined : 'it stands alone and has another side'
}

function problemOfSides({
  kind,
  ours,
  peer,
  peerRange,
  peerIs,
  ratio,
  difference: added,
  bound,
}: Row): string | undefined {
  if (peer === undefined || peerRange === undefined || peerIs === undefined) return 'the other side was not measured'
  if (ratio !== (kind === 'comparison' ? ours / peer : undefined)) return 'the ratio is not that of the two sides'
  if (added !== (kind === 'difference' ? ours - peer : undefined)) return 'the difference is not that of the two sides'
  return kind === 'difference' && bound !== undefined ? 'only a comparison has a bound' : undefined
}

function notAlone(unit: string): string {
  return `the other side was not measured; only memory and counts stand alone, not a figure in ${unit}`
}
