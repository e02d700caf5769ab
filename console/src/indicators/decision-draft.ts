import { type Decision, indicatorStatuses, type WriteDecision } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'
import { leftEmpty } from '../elements/left-empty.ts'
import { editedInstant, fieldOf } from '../format/utc-field.ts'

/** A decision as it is typed; what is empty is left to the owners. Times are UTC, as `2026-11-21T09:30`. */
export interface DecisionDraft {
  status: string
  rating: string
  confidence: string
  expiresAt: string
  reason: string
  until: string
}

export function draftOfDecision(decision: Decision | null): DecisionDraft {
  return {
    status: decision?.status ?? '',
    rating: decision?.rating == null ? '' : String(decision.rating),
    confidence: decision?.confidence == null ? '' : String(decision.confidence),
    expiresAt: fieldOf(decision?.expiresAt),
    reason: decision?.reason ?? '',
    until: fieldOf(decision?.until),
  }
}

/** What to send, or why it cannot be sent. @param stored what was typed over */
export function decisionOf(
  draft: DecisionDraft,
  stored: Decision | null = null,
): WriteDecision | { mistakes: FieldProblems } {
  const status = indicatorStatuses.find((each) => each === draft.status)
  const rating = draft.rating === '' ? undefined : Number(draft.rating)
  const confidence = draft.confidence === '' ? undefined : Number(draft.confidence)
  const expiresAt = editedInstant(draft.expiresAt, stored?.expiresAt)
  const isEmpty = expiresAt === null && [status, rating, confidence].every((decided) => decided === undefined)
  const mistakes: FieldProblems = {
    ...(isEmpty && { status: 'Decide at least one: status, rating, confidence or expiry.' }),
    ...(confidence !== undefined && confidence > 100 && { confidence: 'A confidence is from 0 to 100.' }),
    ...leftEmpty({ reason: [draft.reason, 'Say why: it is shown to everyone who asks.'] }),
  }
  if (Object.keys(mistakes).length > 0) return { mistakes }
  const until = editedInstant(draft.until, stored?.until)
  return {
    ...(status !== undefined && { status }),
    ...(rating !== undefined && { rating }),
    ...(confidence !== undefined && { confidence }),
    ...(expiresAt !== null && { expiresAt }),
    reason: draft.reason.trim(),
    ...(until !== null && { until }),
  }
}
