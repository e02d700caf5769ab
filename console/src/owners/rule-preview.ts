import { hourMs, lifecycle } from '@postern/intel'
import type { DeprecationRule } from '@postern/protocol'

export interface RulePoint {
  /** Hours after the owner said it last. */
  hours: number
  confidence: number
}

export interface RulePreview {
  /** The confidence from each point on, in order; the first is at hour 0. */
  points: RulePoint[]
  /** When the rule's minimum is reached. */
  endHours: number
  end: DeprecationRule['atMinimum']
  /** It is counted so, and shows none of it but its end. */
  isUnseen: boolean
}

/** A rule has 100 steps at most, since each takes a point at least. */
const stepsMax = 101

/**
 * What a rule does to an assertion that nobody repeats, reports or decides on, by the very function that the hub computes with.
 * @param said the confidence that the owner said, or null for none
 */
export function rulePreview(rule: DeprecationRule, said: number | null): RulePreview {
  const isUnseen = said === null && !rule.givesConfidence
  const facts = {
    said: {
      rating: null,
      confidence: isUnseen ? rule.confidenceStart : said,
      status: 'Active',
      active: true,
      expiresAt: null,
    },
    saidAt: 0,
    rule,
    sightings: [],
    falsePositives: [],
    decision: undefined,
  } as const
  const points: RulePoint[] = []
  let now = 0
  for (let step = 0; step <= stepsMax; step += 1) {
    const { inForce, nextChangeAt } = lifecycle(facts, now)
    const confidence = inForce.confidence ?? 0
    if (points.at(-1)?.confidence !== confidence) points.push({ hours: now / hourMs, confidence })
    if (nextChangeAt === null || nextChangeAt <= now) break
    now = nextChangeAt
  }
  return { points, endHours: now / hourMs, end: rule.atMinimum, isUnseen }
}

/** A span as people say it: `36 hours`, `10 days`, `2.5 years`. */
export function spanWords(hours: number): string {
  if (hours < 48) return `${hours} ${hours === 1 ? 'hour' : 'hours'}`
  const days = Math.round((hours / 24) * 10) / 10
  if (days <= 730) return `${days} days`
  return `${Math.round((days / 365.25) * 10) / 10} years`
}

const endWords: Record<DeprecationRule['atMinimum'], string> = {
  nothing: 'it stays in the library, without confidence',
  inactive: 'it becomes inactive and is exported no more',
  delete: 'it is deleted',
}

/** What the curve shows, in a sentence. */
export function previewWords({ points, endHours, end, isUnseen }: RulePreview): string {
  const [first] = points
  const half = points.find(({ confidence }) => confidence <= (first?.confidence ?? 0) / 2)
  const halved = half && half.hours < endHours ? `${half.confidence} after ${spanWords(half.hours)}, ` : ''
  const begin = isUnseen ? 'It is given no confidence: counted unseen, from' : 'From'
  return `${begin} ${first?.confidence ?? 0} to ${halved}0 after ${spanWords(endHours)}; then ${endWords[end]}.`
}
