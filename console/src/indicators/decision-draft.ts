import { type Decision, indicatorStatuses, type WriteDecision } from '@postern/protocol'

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

/** What to send, or why it cannot be sent. */
export function decisionOf(draft: DecisionDraft): WriteDecision | { mistake: string } {
  const status = indicatorStatuses.find((each) => each === draft.status)
  const rating = draft.rating === '' ? undefined : Number(draft.rating)
  const confidence = draft.confidence === '' ? undefined : Number(draft.confidence)
  const expiresAt = instantOf(draft.expiresAt)
  if (status === undefined && rating === undefined && confidence === undefined && expiresAt === undefined)
    return { mistake: 'Decide at least one: status, rating, confidence or expiry.' }
  if (confidence !== undefined && confidence > 100) return { mistake: 'A confidence is from 0 to 100.' }
  if (draft.reason.trim() === '') return { mistake: 'Say why: it is shown to everyone who asks.' }
  const until = instantOf(draft.until)
  return {
    ...(status !== undefined && { status }),
    ...(rating !== undefined && { rating }),
    ...(confidence !== undefined && { confidence }),
    ...(expiresAt !== undefined && { expiresAt }),
    reason: draft.reason.trim(),
    ...(until !== undefined && { until }),
  }
}

/** An instant of UTC from a field of date and time; undefined where it is empty or none. */
export function instantOf(field: string): string | undefined {
  const at = Date.parse(`${field}Z`)
  return field === '' || Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

function fieldOf(instant: string | null | undefined): string {
  return instant ? new Date(instant).toISOString().slice(0, 16) : ''
}
