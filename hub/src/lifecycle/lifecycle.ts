import type { DeprecationRules } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import { createDecisions, type DecisionParts } from './decisions.ts'
import { explainLifecycle } from './explain.ts'
import { previewRules } from './rule-preview.ts'
import { createRules } from './rules.ts'
import { createLifecycleWorker } from './worker.ts'

export { applyNow, lockIndicator } from './apply-now.ts'
export { explainLifecycle } from './explain.ts'

export type Lifecycles = ReturnType<typeof createLifecycles>

/** What time, sightings, reports and people make of what owners assert (D24, D28). */
export function createLifecycles(parts: DecisionParts) {
  return {
    rules: createRules(parts),
    previewRules: (caller: PersonCaller, ownerId: string, wanted: DeprecationRules) =>
      previewRules(parts, caller, ownerId, wanted),
    decisions: createDecisions(parts),
    explain: (caller: PersonCaller, indicatorId: string) => explainLifecycle(parts, caller, indicatorId),
    /** A turn of the hub's worker. @returns how many assertions it looked at */
    tick: createLifecycleWorker(parts).turn,
  }
}
