import { dayMs, lifecycleBounds } from './lifecycle-bounds.ts'

/**
 * How long sightings keep alive what would end at `end`: each one before the end moves it to `keepsMs` after itself, a year beyond
 * `end` at most. One after the end brings nothing back, so that forged alarms revive nothing (S1).
 *
 * @param sightings instants in any order; those after `now` do not count
 */
export function keptUntil(end: number, sightings: readonly number[], keepsMs: number, now: number): number {
  const last = end + lifecycleBounds.sightingKeepsDaysMax * dayMs
  let kept = end
  for (const at of sightings.toSorted((a, b) => a - b)) {
    if (at > now || at >= kept) break
    kept = Math.max(kept, Math.min(at + keepsMs, last))
  }
  return kept
}
