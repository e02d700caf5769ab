import type { AssertedValues, LifecycleFacts, LifecycleTerm } from './lifecycle-facts.ts'
import { instantText } from './lifecycle-words.ts'

type AddedTerm = {
  term: LifecycleTerm['term']
  text: string
  /** After it; what was before it where it moves none. */
  confidence?: number | null
  rating?: number | null
}

/** Values in force on the way, and the terms that led to them. */
export class LifecycleSum {
  readonly values: AssertedValues
  readonly terms: LifecycleTerm[] = []
  nextChangeAt: number | null = null
  readonly #now: number

  constructor({ said, saidAt }: LifecycleFacts, now: number) {
    this.values = { ...said }
    this.#now = now
    const confidence = said.confidence === null ? 'no confidence' : `confidence ${said.confidence}`
    const rating = said.rating === null ? 'no rating' : `rating ${said.rating}`
    this.terms.push({
      term: 'said',
      text: `The owner said at ${instantText(saidAt)}: ${confidence}, ${rating}, status ${said.status}${said.active ? '' : ', inactive'}.`,
      confidenceChange: said.confidence ?? 0,
      confidence: said.confidence,
      ratingChange: said.rating ?? 0,
      rating: said.rating,
    })
  }

  add({ term, text, confidence = this.values.confidence, ...moved }: AddedTerm): void {
    const rating = rounded(moved.rating === undefined ? this.values.rating : moved.rating)
    this.terms.push({
      term,
      text,
      confidenceChange: (confidence ?? 0) - (this.values.confidence ?? 0),
      confidence,
      ratingChange: rounded((rating ?? 0) - (this.values.rating ?? 0)),
      rating,
    })
    this.values.confidence = confidence
    this.values.rating = rating
  }

  /** Notes an instant at which something may change. */
  changesAt(at: number | null | undefined): void {
    if (at === null || at === undefined || at <= this.#now) return
    if (this.nextChangeAt === null || at < this.nextChangeAt) this.nextChangeAt = at
  }
}

/** Ratings have decimals, and sums of those have noise. */
function rounded<Rating extends number | null>(rating: Rating): Rating
function rounded(rating: number | null): number | null {
  return rating === null ? null : Math.round(rating * 1e4) / 1e4
}
