import type { Decision } from '@postern/protocol'
import { formatUtc } from '../format/instants.ts'

/** The values of a decision: `status Whitelisted, rating 0`. */
export function decisionWords({ status, rating, confidence, expiresAt }: Decision): string {
  return [
    status !== null && `status ${status}`,
    rating !== null && `rating ${rating}`,
    confidence !== null && `confidence ${confidence}`,
    expiresAt !== null && `expires ${formatUtc(expiresAt)} UTC`,
  ]
    .filter((part) => part !== false)
    .join(', ')
}
