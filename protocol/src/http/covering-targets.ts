import type { CoveringIndicator, IndicatorOnTarget } from './library.ts'

/** Of an indicator's targets those that hold it, or were sent it: what stands for another value does so there. */
export function coveringTargets(targets: readonly IndicatorOnTarget[]): CoveringIndicator['targets'] {
  return targets.flatMap(({ controlId, controlName, target, state }) =>
    state === 'held' || state === 'extra' || state === 'pending' || state === 'unverifiable'
      ? [{ controlId, controlName, target, state }]
      : [],
  )
}
