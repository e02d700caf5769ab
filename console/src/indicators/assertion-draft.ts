import type { StatedAssertion, WriteAssertion } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'
import {
  type AttributeDraft,
  attributeOf,
  draftOfAttribute,
  mistakesOfAttributes,
} from '../attributes/attribute-draft.ts'
import { editedInstant, fieldOf } from '../format/utc-field.ts'

/** What an owner says of an indicator, as it is typed; what is empty is not said. Times are UTC, as `2026-11-21T09:30`. */
export interface AssertionDraft {
  rating: string
  confidence: string
  status: WriteAssertion['status']
  active: boolean
  firstSeen: string
  lastSeen: string
  expiresAt: string
  tags: string[]
  securityLabels: string[]
  attributes: AttributeDraft[]
}

export function draftOfAssertion(said: StatedAssertion): AssertionDraft {
  const { rating, confidence, status, active, tags, securityLabels } = said
  return {
    rating: rating === null ? '' : String(rating),
    confidence: confidence === null ? '' : String(confidence),
    status,
    active,
    firstSeen: fieldOf(said.firstSeen),
    lastSeen: fieldOf(said.lastSeen),
    expiresAt: fieldOf(said.expiresAt),
    tags,
    securityLabels,
    attributes: said.attributes.map(draftOfAttribute),
  }
}

/** What to send, or why it cannot be sent. @param stored what was typed over */
export function assertionOf(
  draft: AssertionDraft,
  stored: StatedAssertion,
): WriteAssertion | { mistakes: FieldProblems } {
  const mistakes: FieldProblems = {
    ...(Number(draft.confidence) > 100 && { confidence: 'A confidence is from 0 to 100.' }),
    ...mistakesOfAttributes(draft.attributes, stored.attributes),
  }
  if (Object.keys(mistakes).length > 0) return { mistakes }
  return {
    rating: draft.rating === '' ? null : Number(draft.rating),
    confidence: draft.confidence === '' ? null : Number(draft.confidence),
    status: draft.status,
    active: draft.active,
    firstSeen: editedInstant(draft.firstSeen, stored.firstSeen),
    lastSeen: editedInstant(draft.lastSeen, stored.lastSeen),
    expiresAt: editedInstant(draft.expiresAt, stored.expiresAt),
    tags: draft.tags,
    securityLabels: draft.securityLabels,
    attributes: draft.attributes.map(attributeOf),
  }
}
