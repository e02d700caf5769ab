import { deprecate } from './deprecate.ts'
import { dayMs, lifecycleBounds as bounds } from './lifecycle-bounds.ts'
import type { AssertedValues, Lifecycle, LifecycleDecision, LifecycleFacts } from './lifecycle-facts.ts'
import { LifecycleSum } from './lifecycle-sum.ts'
import { statusesInForce } from './in-force.ts'
import { keptUntil } from './kept-until.ts'
import { instantText, times } from './lifecycle-words.ts'

/**
 * What is in force of an assertion now, from what its owner said, the owner's rule, sightings, reports of harmlessness, a person's
 * decision and the time (D24, D28): the terms in this order, the decision last. The same facts and the same instant always give the
 * same. Bounds: `lifecycleBounds`.
 *
 * Sightings keep alive what is alive and bring nothing back: what has expired, or has come to its rule's minimum, stays so until its
 * owner says it anew or a person decides (S1).
 *
 * @param now milliseconds since 1970
 */
export function lifecycle(facts: LifecycleFacts, now: number): Lifecycle {
  const sum = new LifecycleSum(facts, now)
  const decision = inForce(facts.decision, now)
  sum.changesAt(decision?.until)
  const minimum = addDeprecation(sum, facts, now)
  addSightings(sum, facts, now)
  addFalsePositives(sum, facts, now)
  addExpiry(sum, facts, decision, now)
  if (minimum !== undefined && minimum.isReached && facts.rule?.atMinimum === 'inactive') sum.values.active = false
  if (decision !== undefined) addDecision(sum, decision, now)
  const decidesLife = decision !== undefined && (decision.status !== null || decision.confidence !== null)
  return {
    inForce: sum.values,
    terms: sum.terms,
    nextChangeAt: sum.nextChangeAt,
    isOver: minimum !== undefined && minimum.isReached && facts.rule?.atMinimum === 'delete' && !decidesLife,
  }
}

function inForce(decision: LifecycleDecision | undefined, now: number): LifecycleDecision | undefined {
  return decision === undefined || (decision.until !== null && decision.until <= now) ? undefined : decision
}

function addDeprecation(
  sum: LifecycleSum,
  { rule, said, saidAt, sightings }: LifecycleFacts,
  now: number,
): { isReached: boolean } | undefined {
  if (rule === undefined) return undefined
  const start = said.confidence ?? rule.confidenceStart
  // What has no confidence and is given none loses none on the way; only its end shows.
  const isUnseen = said.confidence === null && !rule.givesConfidence
  const { confidence, steps, nextAt, zeroAt } = deprecate(
    start,
    rule,
    saidAt,
    isUnseen ? Number.POSITIVE_INFINITY : now,
  )
  sum.changesAt(nextAt)
  const until = zeroAt === null ? null : keptUntil(zeroAt, sightings, bounds.sightingDays * dayMs, now)
  if (until !== null) sum.changesAt(until)
  const isReached = until !== null && until <= now
  const end = isReached ? atMinimum[rule.atMinimum] : ''
  if (isUnseen) {
    const text = `No confidence was said, and the rule gives none; it comes to its minimum as one of ${start} would, at ${instantText(until ?? now)}.`
    sum.add({ term: 'deprecation', text: [text, end].filter(Boolean).join(' ') })
    return { isReached }
  }
  // Before its first step a rule has done nothing, unless it gave a confidence where none was said.
  if (steps === 0 && said.confidence !== null && !isReached) return { isReached }
  const began = said.confidence === null ? `No confidence was said, so the rule begins with ${start}.` : ''
  const each = rule.isPercent ? `${rule.amount} % of what was left` : `${rule.amount} points`
  const taken = `${times(steps, 'step')} of ${each}, one every ${times(rule.intervalHours, 'hour')} since ${instantText(saidAt)}: ${start} became ${confidence}.`
  sum.add({ term: 'deprecation', text: [began, steps > 0 ? taken : '', end].filter(Boolean).join(' '), confidence })
  return { isReached }
}

const atMinimum = {
  nothing: 'It has come to the rule’s minimum, which changes nothing else.',
  inactive: 'It has come to the rule’s minimum and is inactive.',
  delete: 'It has come to the rule’s minimum and is deleted.',
} as const

function addSightings(sum: LifecycleSum, { sightings }: LifecycleFacts, now: number): void {
  const windowMs = bounds.sightingDays * dayMs
  const counting = sightings.filter((at) => at <= now && at > now - windowMs).sort((a, b) => a - b)
  const count = Math.min(counting.length, bounds.sightingsMax)
  if (count === 0) return
  // As many as count at most do so until one fewer is left.
  sum.changesAt((counting[counting.length - count] ?? 0) + windowMs)
  const { rating, confidence } = sum.values
  const raised = count === bounds.sightingsMax ? bounds.sightingsMaxRating : 0
  sum.add({
    term: 'sightings',
    text: `${times(counting.length, 'sighting')} in the last ${bounds.sightingDays} days, one counted for each day and control: ${bounds.sightingPoints} points each, ${bounds.sightingsMax * bounds.sightingPoints} at most${raised > 0 ? `; so many raise the rating by ${raised}` : ''}.`,
    confidence: confidence === null ? null : Math.min(bounds.confidenceMax, confidence + count * bounds.sightingPoints),
    rating: rating === null ? null : Math.min(bounds.ratingMax, rating + raised),
  })
}

function addFalsePositives(sum: LifecycleSum, { falsePositives }: LifecycleFacts, now: number): void {
  const windowMs = bounds.falsePositiveDays * dayMs
  const counting = falsePositives.filter((at) => at <= now && at > now - windowMs).sort((a, b) => a - b)
  const count = Math.min(counting.length, bounds.falsePositivesMax)
  if (count === 0) return
  sum.changesAt((counting[counting.length - count] ?? 0) + windowMs)
  const { rating, confidence, status } = sum.values
  const isMany = count >= bounds.falsePositivesForReview
  if (isMany && statusesInForce.includes(status)) sum.values.status = 'Review'
  sum.add({
    term: 'false-positives',
    text: `${times(counting.length, 'report')} of a false positive in the last ${bounds.falsePositiveDays} days, one counted for each day and reporter: ${bounds.falsePositivePoints} points each, ${bounds.falsePositivesMax * bounds.falsePositivePoints} at most${isMany ? `; ${bounds.falsePositivesForReview} or more put it under review and lower the rating by ${bounds.falsePositivesRating}` : ''}.`,
    confidence: confidence === null ? null : Math.max(0, confidence - count * bounds.falsePositivePoints),
    rating: rating === null ? null : Math.max(0, rating - (isMany ? bounds.falsePositivesRating : 0)),
  })
}

function addExpiry(
  sum: LifecycleSum,
  { said, sightings }: LifecycleFacts,
  decision: LifecycleDecision | undefined,
  now: number,
): void {
  // Where a person decided the expiry, the owner's does not count.
  if (said.expiresAt === null || (decision !== undefined && decision.expiresAt !== null)) return
  const end = keptUntil(said.expiresAt, sightings, bounds.sightingExpiryDays * dayMs, now)
  sum.changesAt(end)
  sum.values.expiresAt = end
  const moved =
    end === said.expiresAt
      ? ''
      : ` Sightings move that to ${instantText(end)}, ${bounds.sightingExpiryDays} days after the last.`
  if (end <= now) expire(sum.values)
  sum.add({
    term: 'expiry',
    text: `The owner says that it expires at ${instantText(said.expiresAt)}.${moved}${end <= now ? ' It has expired.' : ''}`,
  })
}

function expire(values: AssertedValues): void {
  values.status = 'Expired'
  values.active = false
}

function addDecision(sum: LifecycleSum, decision: LifecycleDecision, now: number): void {
  const { values } = sum
  const parts: string[] = []
  if (decision.status !== null) {
    values.status = decision.status
    if (decision.status === 'Active') values.active = true
    if (decision.status === 'Expired') values.active = false
    parts.push(`status ${decision.status}`)
  }
  if (decision.expiresAt !== null) {
    values.expiresAt = decision.expiresAt
    sum.changesAt(decision.expiresAt)
    if (decision.expiresAt <= now) expire(values)
    parts.push(`expiry ${instantText(decision.expiresAt)}`)
  }
  if (decision.rating !== null) parts.push(`rating ${decision.rating}`)
  if (decision.confidence !== null) parts.push(`confidence ${decision.confidence}`)
  const end = decision.until === null ? '' : `, until ${instantText(decision.until)}`
  sum.add({
    term: 'decision',
    text: `A person decided ${parts.join(', ')}${end}; that wins over all before it.`,
    confidence: decision.confidence ?? values.confidence,
    rating: decision.rating ?? values.rating,
  })
}
