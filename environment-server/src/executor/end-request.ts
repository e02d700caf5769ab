import type { AttemptResult } from '@postern/protocol'

/** Why a running attempt is to end before its app does: the reason of an AbortSignal. */
export class EndRequest extends Error {
  override name = 'EndRequest'
  readonly outcome: Extract<
    AttemptResult['outcome'],
    'cancelled' | 'lease-lost' | 'timed-out' | 'limit' | 'interrupted'
  >
  constructor(outcome: EndRequest['outcome'], sentence: string) {
    super(sentence)
    this.outcome = outcome
  }
}
