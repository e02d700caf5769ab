import type { Caller } from '../access/caller.ts'
import { Problem } from '../lib/problem.ts'

/** An export's execution, with the control that it fills. */
export type Exporter = {
  organizationId: string
  executionId: string
  attempt: number
  jobId: string
  controlId: string
  collectionIds: readonly string[]
}

/** @throws Problem `forbidden` for anyone else (D22) */
export function exporterOf(caller: Caller): Exporter {
  if (caller.kind !== 'execution' || caller.appKind !== 'export' || caller.controlId === null) {
    throw new Problem('forbidden', 'Only an export writes plans and receipts, those of its own control.')
  }
  return { ...caller, controlId: caller.controlId }
}
