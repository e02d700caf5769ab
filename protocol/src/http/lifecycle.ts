import * as z from 'zod/mini'
import { limits } from '../limits.ts'
import { Count, Id, Instant, pageOf } from '../primitives.ts'

export const indicatorStatuses = ['Active', 'Review', 'Expired', 'Indirect', 'Whitelisted'] as const
export const IndicatorStatus = z.enum(indicatorStatuses)
export type IndicatorStatus = z.infer<typeof IndicatorStatus>

const Confidence = z.int().check(z.minimum(0), z.maximum(100))
const Rating = z.number().check(z.minimum(0), z.maximum(5))

/** How assertions of an owner lose confidence while their owner does not repeat them (D24). */
export const DeprecationRule = z.strictObject({
  /** An indicator type, or `*` for all types that have no rule of their own. */
  indicatorType: z.string().check(z.minLength(1), z.maxLength(50)),
  /** Hours between two steps. */
  intervalHours: z.int().check(z.minimum(1), z.maximum(87_600)),
  /** Taken from the confidence at each step: points, or percent of what is left; what that leaves is rounded down, so that it ends. */
  amount: z.int().check(z.minimum(1), z.maximum(100)),
  isPercent: z.boolean(),
  /** What an assertion without a confidence is counted from. */
  confidenceStart: z._default(z.int().check(z.minimum(1), z.maximum(100)), 100),
  /**
   * Whether an assertion without a confidence is given `confidenceStart`, which raises it at once. If not it keeps none, and comes to its
   * minimum when one of that confidence would (D44).
   */
  givesConfidence: z._default(z.boolean(), false),
  /** What happens when the confidence has come to 0. */
  atMinimum: z.enum(['nothing', 'inactive', 'delete']),
})
export type DeprecationRule = z.infer<typeof DeprecationRule>
/** All rules of an owner; the PUT replaces them. */
export const DeprecationRules = z.strictObject({ rules: z.array(DeprecationRule).check(z.maxLength(100)) })
export type DeprecationRules = z.infer<typeof DeprecationRules>

/** What a person fixes for an indicator, over all owners (D28). At least one of the four is there. */
export const WriteDecision = z.strictObject({
  status: z.optional(IndicatorStatus),
  rating: z.optional(Rating),
  confidence: z.optional(Confidence),
  expiresAt: z.optional(Instant),
  reason: z.string().check(z.minLength(1), z.maxLength(1000)),
  /** When it ends by itself; without it, when it is taken back. */
  until: z.optional(Instant),
})
export type WriteDecision = z.infer<typeof WriteDecision>
export const Decision = z.object({
  status: z.nullable(IndicatorStatus),
  rating: z.nullable(z.number()),
  confidence: z.nullable(z.int()),
  expiresAt: z.nullable(Instant),
  reason: z.string(),
  until: z.nullable(Instant),
  decidedBy: z.string(),
  decidedAt: Instant,
})
export type Decision = z.infer<typeof Decision>

/** That somebody saw the indicator; `owner` is in whose name it is reported, and is not moved by it (S1). */
export const ReportSighting = z.strictObject({
  owner: z.string().check(z.minLength(1), z.maxLength(100)),
  /** Now, if it is absent; never in the future, nor before 1970. */
  seenAt: z.optional(Instant.check(z.refine((text) => text >= '1970', { error: 'Nothing was seen before 1970' }))),
  /** How often it was seen; 1, if it is absent. */
  count: z.optional(z.int().check(z.minimum(1), z.maximum(limits.sightingCountMax))),
})
export type ReportSighting = z.infer<typeof ReportSighting>
export const Sighting = z.object({
  id: Id,
  indicatorId: z.guid(),
  ownerId: Id,
  ownerName: z.string(),
  controlId: z.nullable(Id),
  controlName: z.nullable(z.string()),
  /** The Event group that brought it. */
  groupId: z.nullable(Id),
  groupName: z.nullable(z.string()),
  /** The sighting object of STIX that brought it. */
  stixId: z.nullable(z.string()),
  seenAt: Instant,
  count: z.int(),
  recordedBy: z.string(),
  recordedAt: Instant,
})
export type Sighting = z.infer<typeof Sighting>
export const SightingPage = pageOf(Sighting)

/** That it was seen where nothing bad was. Counts once a day and person. */
export const ReportFalsePositive = z.strictObject({ note: z.optional(z.string().check(z.maxLength(1000))) })
export type ReportFalsePositive = z.infer<typeof ReportFalsePositive>

/** One line of the sum that leads to the values in force. */
export const LifecycleTerm = z.object({
  term: z.enum(['said', 'deprecation', 'sightings', 'false-positives', 'expiry', 'decision']),
  /** What it does, as a sentence with its figures. */
  text: z.string(),
  /** What it adds to the confidence; 0 where it moves something else. */
  confidenceChange: z.int(),
  /** The confidence after it; null while there is none. */
  confidence: z.nullable(z.int()),
  /** What it adds to the rating. */
  ratingChange: z.number(),
  /** The rating after it; null while there is none. */
  rating: z.nullable(z.number()),
})
export type LifecycleTerm = z.infer<typeof LifecycleTerm>

/** How one owner's assertion came to its values in force, line by line (LIB-9). */
export const AssertionLifecycle = z.object({
  ownerId: Id,
  ownerName: z.string(),
  /** What the owner said, and when last. */
  said: z.object({
    rating: z.nullable(z.number()),
    confidence: z.nullable(z.int()),
    status: z.string(),
    active: z.boolean(),
    expiresAt: z.nullable(Instant),
    at: Instant,
  }),
  /** What is in force. */
  now: z.object({
    rating: z.nullable(z.number()),
    confidence: z.nullable(z.int()),
    status: z.string(),
    active: z.boolean(),
    expiresAt: z.nullable(Instant),
  }),
  terms: z.array(LifecycleTerm),
  /** When the values in force change next by themselves. */
  nextChangeAt: z.nullable(Instant),
})
export type AssertionLifecycle = z.infer<typeof AssertionLifecycle>
export const IndicatorLifecycle = z.object({
  decision: z.nullable(Decision),
  sightingCount: Count,
  falsePositiveCount: Count,
  assertions: z.array(AssertionLifecycle),
})
export type IndicatorLifecycle = z.infer<typeof IndicatorLifecycle>
