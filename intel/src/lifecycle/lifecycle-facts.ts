import type { LifecycleStatus } from './in-force.ts'

export type { LifecycleStatus }

/** What an assertion says. Instants are milliseconds since 1970. */
export type AssertedValues = {
  /** 0 to 5. */
  rating: number | null
  /** 0 to 100. */
  confidence: number | null
  status: LifecycleStatus
  active: boolean
  expiresAt: number | null
}

export type LifecycleRule = {
  intervalHours: number
  /** Points, or percent of what is left. */
  amount: number
  isPercent: boolean
  /** What an assertion without a confidence is counted from. */
  confidenceStart: number
  /** Whether it is given that; if not it keeps none, and comes to its end as one of that confidence would (D44). */
  givesConfidence: boolean
  atMinimum: 'nothing' | 'inactive' | 'delete'
}

/** What a person fixed; null where the person left it to the sum. */
export type LifecycleDecision = {
  status: LifecycleStatus | null
  rating: number | null
  confidence: number | null
  expiresAt: number | null
  /** The decision's own end. */
  until: number | null
}

/** Everything that an assertion's values in force follow from. */
export type LifecycleFacts = {
  said: AssertedValues
  /** When the owner said it last. */
  saidAt: number
  rule: LifecycleRule | undefined
  /**
   * The last of each day and reporter, a control or else an owner, in any order. Those that the assertion's own owner reports are
   * not among them (S1).
   */
  sightings: readonly number[]
  /** One a day and reporter, in any order. */
  falsePositives: readonly number[]
  decision: LifecycleDecision | undefined
}

/** One line of the sum. */
export type LifecycleTerm = {
  term: 'said' | 'deprecation' | 'sightings' | 'false-positives' | 'expiry' | 'decision'
  text: string
  confidenceChange: number
  /** After it; null while there is none. */
  confidence: number | null
  ratingChange: number
  /** After it; null while there is none. */
  rating: number | null
}

export type Lifecycle = {
  inForce: AssertedValues
  terms: LifecycleTerm[]
  /** The first instant after now at which something may be in force that is not now; null if nothing changes by itself. */
  nextChangeAt: number | null
  /** The rule says to delete it. */
  isOver: boolean
}
