import * as z from 'zod'
import { median } from './median.ts'
import { type Goal, isMet } from './met.ts'
import { roundsMin } from './run-alternating.ts'

const range = z.strictObject({ min: z.number(), max: z.number() })

/** One line of docs/performance.json. Whoever reads it refuses a row that does not hold together. */
export const Row = z
  .strictObject({
    bench: z.string(),
    work: z.string(),
    unit: z.string(),
    /** Medians over the rounds; the ranges go from the smallest to the largest. */
    ours: z.number(),
    oursRange: range,
    /** The other side, and what it is. */
    peer: z.number().optional(),
    peerRange: range.optional(),
    peerIs: z.string().optional(),
    /** ours / peer. Of a rate higher is better, of a time lower: the goal says which. */
    ratio: z.number().optional(),
    /** Memory and counts stand alone; everything else is compared. */
    absolute: z.literal(true).optional(),
    goal: z.string(),
    met: z.boolean(),
    rounds: z.int().min(roundsMin),
    measuredAt: z.iso.date(),
    commit: z.string(),
  })
  .superRefine((row, context) => {
    const problem = problemOf(row)
    if (problem !== undefined) context.addIssue(`${row.bench}, ${row.work}: ${problem}`)
  })
export type Row = z.infer<typeof Row>

/** What a bench measured, before it is dated. */
export type Measurement = Omit<Row, 'bench' | 'measuredAt' | 'commit'>

type Said = { work: string; unit: string; goal: Goal; ours: readonly number[] }

/** A row that compares; `peer` are the other side's figures of the same rounds, of the same unit. */
export function comparison({ peer, peerIs, ...said }: Said & { peer: readonly number[]; peerIs: string }): Measurement {
  if (peer.length !== said.ours.length)
    throw new Error(`${said.work}: ours has ${said.ours.length} rounds, the other side ${peer.length}.`)
  const ratio = rounded(median(said.ours) / median(peer))
  return {
    ...summary(said),
    peer: rounded(median(peer)),
    peerRange: rangeOf(peer),
    peerIs,
    ratio,
    met: isMet(ratio, said.goal),
  }
}

/** A row that stands alone: memory, or a count. */
export function absolute(said: Said): Measurement {
  const row = summary(said)
  return { ...row, absolute: true, met: isMet(row.ours, said.goal) }
}

function summary({ work, unit, goal, ours }: Said) {
  return { work, unit, goal, ours: rounded(median(ours)), oursRange: rangeOf(ours), rounds: ours.length }
}

function rangeOf(figures: readonly number[]): { min: number; max: number } {
  return { min: rounded(Math.min(...figures)), max: rounded(Math.max(...figures)) }
}

/** Three figures are more than a busy machine can tell apart. */
function rounded(figure: number): number {
  return Number(figure.toPrecision(3))
}

function problemOf({ absolute: isAbsolute, peer, ratio, ours, goal, met }: Row): string | undefined {
  if (isAbsolute === true)
    return ratio === undefined && met === isMet(ours, goal) ? undefined : 'met is not what the figure and the goal give'
  if (peer === undefined || ratio === undefined)
    return 'the other side was not measured; only memory and counts stand alone'
  // Both sides were rounded on their own.
  if (Math.abs(ratio - ours / peer) > ratioSlack * ratio) return 'the ratio is not that of the two sides'
  return met === isMet(ratio, goal) ? undefined : 'met is not what the ratio and the goal give'
}

const ratioSlack = 0.02
