import { indicatorTypeFacts, isInForce, parseIndicatorType, statusesInForce, statusInWords } from '@postern/intel'
import type { Assertion, Indicator, IndicatorOnTarget, Obstacle } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'
import { plainText } from '../format/text-pieces.ts'

/** What a person reads for a type; a type that this console does not know is shown as it is called. */
export function indicatorTypeLabel(type: string): string {
  const known = parseIndicatorType(type)
  return known === undefined ? type : indicatorTypeFacts[known].label
}

const activeFace: ExplainedFace = {
  tone: 'good',
  icon: 'tick',
  word: 'Active',
  meaning: 'An owner asserts it as active',
}
const inactiveFace: ExplainedFace = {
  tone: 'open',
  icon: 'barred',
  word: 'Inactive',
  meaning: 'No owner asserts it as active: it is not exported',
}

/** How one owner's word stands: by its status, as queries name it, unless the owner took an active one back. */
export function faceInForce({ active, status }: Pick<Assertion, 'active' | 'status'>): ExplainedFace {
  if (!isInForce({ active, status })) {
    return statusesInForce.some((each) => each === status) ? inactiveFace : { ...inactiveFace, word: status }
  }
  return status === 'Active' ? activeFace : { ...activeFace, word: `Active, ${status.toLowerCase()}` }
}

/** How an indicator stands by the word of all who assert it. */
export function indicatorFace(indicator: Pick<Indicator, 'active' | 'statuses'>): ExplainedFace {
  return indicator.active ? activeFace : { ...inactiveFace, word: statusInWords(indicator) }
}

/** A status, and whether it is inactive; an active one needs no word for it. */
export function statusWords({ status, active }: { status: string; active: boolean }): string {
  return active ? status : `${status}, inactive`
}

export const onTargetFaces: Record<IndicatorOnTarget['state'], ExplainedFace> = {
  held: { tone: 'good', icon: 'tick', word: 'Held', meaning: 'The control was read back and holds it' },
  missing: { tone: 'bad', icon: 'minus', word: 'Missing', meaning: 'It was written, and the control did not hold it' },
  extra: { tone: 'notice', icon: 'plus', word: 'Extra', meaning: 'The control holds it, and should not' },
  refused: { tone: 'bad', icon: 'barred', word: 'Refused', meaning: 'The control refused it' },
  pending: { tone: 'busy', icon: 'clock', word: 'Pending', meaning: 'Written; the control has not fetched it yet' },
  unverifiable: {
    tone: 'doubt',
    icon: 'unseen',
    word: 'Unverifiable',
    meaning: 'Written; this control cannot be read back',
  },
  absent: { tone: 'open', icon: 'minus', word: 'Not there', meaning: 'The control does not hold it' },
  unknown: { tone: 'doubt', icon: 'unseen', word: 'Not known', meaning: 'Whether the control holds it is not known' },
}

const reasonWords: Record<NonNullable<IndicatorOnTarget['reason']>, string> = {
  'not-a-member': 'The data collection that goes there does not hold it.',
  'not-yet': 'It is in the data collection since the last export: it goes there with the next one.',
  inactive: 'No owner asserts it as active, and what is inactive is not exported.',
  tlp: 'Its TLP is narrower than this control may be given.',
  excluded: 'An exclusion list keeps it from being exported; it is named below.',
  decided: 'A decision keeps it from being exported.',
  'left-out': 'The app left it out; the receipt says what it does not take.',
  'not-named': 'Whether it is there is not known: the receipt counts more values than it names.',
  'not-read': 'Nothing sends it there, and the control was not read, so that whether it is there is not known.',
}

interface Further {
  reason: string | null
  obstacles: readonly Obstacle[]
}

/** What else keeps it from there than the reason that is told; undefined where nothing does. */
export function furtherWords({ reason, obstacles }: Further): string | undefined {
  const further = obstacles.filter((each) => each.reason !== reason)
  if (further.length === 0) return undefined
  const words = further.map((each) => plainText(each.detail ?? obstacleWords[each.reason]))
  return `${reason === null ? 'Kept back' : 'Kept back as well'}: ${words.join('; ')}.`
}

/** Of the reasons without a sentence of their own. */
const obstacleWords: Record<Obstacle['reason'], string> = {
  'nothing-served': 'no version of the list is served',
  type: 'the list leaves out values of this type',
  'not-a-member': 'what goes there does not hold it',
  decided: 'a decision keeps it from being exported',
  excluded: 'an exclusion list keeps it from being exported',
  inactive: 'no owner asserts it as active',
  tlp: 'its TLP is narrower than may be given there',
  wide: 'it is a network wider than the list may have',
  format: 'the list’s format cannot say it',
  'left-out': 'the app left it out when it was last exported',
}

/** What one reads beside the state: why it is so, and what comes next. */
export function onTargetWords({ state, reason, detail, isWanted }: IndicatorOnTarget): string {
  if (reason === 'left-out' && detail !== null) return `The app left it out: ${plainText(detail)}.`
  if (reason !== null) return detail === null ? reasonWords[reason] : `${reasonWords[reason]} ${plainText(detail)}`
  if (state === 'held' && !isWanted) return 'It is not wanted there any more: it goes with the next export.'
  return `${onTargetFaces[state].meaning}.`
}
