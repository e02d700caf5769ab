import type { BatchIndicator } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'

/** What an owner says of everything that is added, as it is typed; what is empty is not said. */
export interface SaidDraft {
  rating: string
  confidence: string
  /** Parted by commas. */
  tags: string
  /** A security label such as `TLP:GREEN`. */
  label: string
  description: string
}

export const nothingSaid: SaidDraft = { rating: '', confidence: '', tags: '', label: '', description: '' }

export type Said = Pick<BatchIndicator, 'rating' | 'confidence' | 'tag' | 'securityLabel' | 'attribute'>

/** What to send, or why it cannot be sent. */
export function saidOf({
  rating,
  confidence,
  tags,
  label,
  description,
}: SaidDraft): Said | { mistakes: FieldProblems } {
  if (Number(confidence) > 100) return { mistakes: { confidence: 'A confidence is from 0 to 100.' } }
  const names = [...new Set(tags.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '')
  return {
    ...(rating !== '' && { rating: Number(rating) }),
    ...(confidence !== '' && { confidence: Number(confidence) }),
    ...(names.length > 0 && { tag: names.map((name) => ({ name })) }),
    ...(label !== '' && { securityLabel: [{ name: label }] }),
    ...(description.trim() !== '' && { attribute: [{ type: 'Description', value: description.trim() }] }),
  }
}
