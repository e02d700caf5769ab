import { keepsFromExports } from '@postern/intel'
import type {
  IndicatorDetail,
  IndicatorExports,
  IndicatorLifecycle,
  IndicatorOnTarget,
  IndicatorServed,
} from '@postern/protocol'

/** All that the hub says of one indicator's way to controls. */
export type Explained = { indicator: IndicatorDetail; lifecycle: IndicatorLifecycle; exports: IndicatorExports }

/** The way from assertion to receipt, a fact a row; the first column says of what it speaks. */
export function explainedRows({ indicator, lifecycle, exports }: Explained, control?: string): string[][] {
  return [
    ['indicator', indicator.type, indicator.value, indicator.tlp === null ? 'no TLP label' : `TLP:${indicator.tlp}`],
    ...lifecycle.assertions.flatMap((assertion) => assertionRows(assertion, lifecycle.decision)),
    ...decisionRows(lifecycle),
    ...indicator.exclusions.map(exclusionRow),
    ...exports.collections.flatMap(collectionRows),
    ...exports.targets.map(targetRow),
    ...exports.served.map(servedRow),
    ...exports.covering.map(coveringRow),
    ...(exports.targets.length > 0 ? [] : [['control', control ?? '', 'no control has reported a receipt yet']]),
  ]
}

type AssertionLifecycle = IndicatorLifecycle['assertions'][number]

/** What the owner said, the sum that changed it, and what is in force. */
function assertionRows(
  { ownerName, said, now, terms }: AssertionLifecycle,
  decision: IndicatorLifecycle['decision'],
): string[][] {
  const inForce = valueWords(now)
  return [
    ['asserted', ownerName, valueWords(said)],
    ...terms.map(({ text }) => ['because', ownerName, text]),
    ['in-force', ownerName, decision === null ? inForce : `${inForce}, by the decision of ${decision.decidedBy}`],
  ]
}

function valueWords({ status, active, confidence, rating, expiresAt }: AssertionLifecycle['now']): string {
  return [
    active ? status : `${status}, inactive`,
    ...(rating === null ? [] : [`rating ${rating}`]),
    ...(confidence === null ? [] : [`confidence ${confidence}`]),
    ...(expiresAt === null ? [] : [`expires ${expiresAt}`]),
  ].join(', ')
}

function decisionRows({ decision }: IndicatorLifecycle): string[][] {
  return decision === null ? [] : [['decided', decision.decidedBy, decision.reason]]
}

function exclusionRow({ listName, entry, ...list }: IndicatorDetail['exclusions'][number]): string[] {
  return ['excluded', listName, `${entry}: ${keepsFromExports(list) ? 'keeps it from being exported' : 'informs only'}`]
}

/** Whether it holds it, and, owner by owner, what of its query keeps out whose word. */
function collectionRows(membership: IndicatorExports['collections'][number]): string[][] {
  const { collectionName, state, sinceVersion, untilVersion, owners, misfits } = membership
  const since = sinceVersion === null ? '' : ` since version ${sinceVersion}`
  const until = untilVersion === null ? '' : ` with version ${untilVersion}`
  const by = owners.length === 0 ? '' : `, by the word of ${owners.join(', ')}`
  const fits = owners.length === 0 ? '' : `; it fits now${by}, and enters with the next refresh`
  const words = { member: `holds it${since}${by}`, departed: `let it go${until}${fits}`, never: `never held it${fits}` }
  return [
    ['collection', collectionName, words[state]],
    ...misfits.map(({ ownerName, terms }) => ['unfit', collectionName, ownerName, terms.join('; ')]),
  ]
}

/** What is said of a value that no owner asserts: whether a control has it all the same, and by what. */
export function unassertedRows(value: string, covering: readonly Covering[]): string[][] {
  return [[unassertedWords(value, covering)], ...covering.map(coveringRow)]
}

type Covering = Pick<IndicatorExports['covering'][number], 'type' | 'value' | 'targets'>

function unassertedWords(value: string, covering: readonly Covering[]): string {
  if (covering.some(({ targets }) => targets.length > 0))
    return `No owner asserts ${value} itself, but what stands for it too is on controls.`
  const nor = covering.length === 0 ? '' : ' nor is what stands for it on a control,'
  return `No owner asserts ${value},${nor} so no control gets it from here.`
}

function coveringRow({ type, value, targets }: Covering): string[] {
  const places = targets.map(({ controlName, target, state }) => `${controlName} ${target} (${state})`)
  return ['covered', type, value, places.length === 0 ? 'on no control' : `on ${places.join(', ')}`]
}

function servedRow({ kind, name, source, isServed, reason, detail }: IndicatorServed): string[] {
  const words = reason === null ? `served from ${source}` : (detail ?? servedWords[reason])
  return [kind, name, isServed ? 'served' : 'not served', words]
}

const servedWords: Record<NonNullable<IndicatorServed['reason']>, string> = {
  'not-a-member': 'not in what it reads',
  'not-yet': 'readers get it with the next turn',
  'nothing-served': 'no version of it is served',
  type: 'of a type that it leaves out',
  inactive: 'active by the word of no owner',
  tlp: 'its TLP is narrower than its readers may be given',
  excluded: 'kept back by an exclusion list',
  decided: 'kept back by a decision',
  wide: 'a network wider than it may have',
  format: 'its format cannot say the value',
}

function targetRow(target: IndicatorOnTarget): string[] {
  const { controlName, target: name, state, receiptId, executionId, checkedAt } = target
  const proof = `receipt ${receiptId} of execution ${executionId}, looked at ${checkedAt}`
  return ['control', controlName, name, state, whyOnTarget(target), proof]
}

function whyOnTarget({ state, reason, detail, isWanted, collectionName }: IndicatorOnTarget): string {
  if (state === 'held' && !isWanted) return `no longer wanted from ${collectionName}: it goes with the next export`
  // The detail is the whole sentence: whose decision, and why.
  if (reason === 'decided' && detail !== null) return detail
  const words = reason === null ? stateWords[state] : reasonWords[reason]
  return detail === null ? words : `${words}: ${detail}`
}

const stateWords: Record<IndicatorOnTarget['state'], string> = {
  held: 'it was read back',
  missing: 'written, and not there when it was read back',
  extra: 'on the control, though nothing sends it there',
  refused: 'the control refused it',
  pending: 'written; the control has not fetched it yet',
  unverifiable: 'written; this control cannot be read back',
  absent: 'not on the control',
  unknown: 'whether it is on the control is not known',
}

const reasonWords: Record<NonNullable<IndicatorOnTarget['reason']>, string> = {
  'not-a-member': 'no member of the data collection that goes there',
  'not-yet': 'a member since the last export: it goes there with the next one',
  inactive: 'active by the word of no owner',
  tlp: 'its TLP is narrower than this control may be given',
  excluded: 'kept back by an exclusion list',
  decided: 'kept back by a decision',
  'left-out': 'left out by the app',
  'not-named': 'whether it is there is not known, since the receipt counts more values than it names',
  'not-read': 'nothing sends it there, and the control was not read, so that whether it is there is not known',
}
