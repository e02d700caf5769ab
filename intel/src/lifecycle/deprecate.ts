import { hourMs } from './lifecycle-bounds.ts'
import type { LifecycleRule } from './lifecycle-facts.ts'

export type Deprecated = {
  confidence: number
  /** Steps that were taken. */
  steps: number
  /** The next step; null when nothing is left to take. */
  nextAt: number | null
  /** When the steps brought it to 0; null while they have not. */
  zeroAt: number | null
}

/**
 * Takes a rule's steps since `saidAt` from a confidence. What percentages leave is rounded down, so that they too come to 0: every
 * step takes at least one point, and there are 100 at most.
 */
export function deprecate(
  start: number,
  { intervalHours, amount, isPercent }: LifecycleRule,
  saidAt: number,
  now: number,
): Deprecated {
  const intervalMs = intervalHours * hourMs
  const due = Math.max(0, Math.floor((now - saidAt) / intervalMs))
  let confidence = start
  let steps = 0
  while (steps < due && confidence > 0) {
    confidence = isPercent ? Math.floor((confidence * (100 - amount)) / 100) : Math.max(0, confidence - amount)
    steps += 1
  }
  const isZero = confidence === 0
  return {
    confidence,
    steps,
    nextAt: isZero ? null : saidAt + (steps + 1) * intervalMs,
    // Who says 0 has an interval too.
    zeroAt: isZero ? saidAt + Math.max(1, steps) * intervalMs : null,
  }
}
