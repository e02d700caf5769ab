import { keepsFromExports } from '@postern/intel'
import type {
  Exclusion,
  ExplainedIndicator,
  IndicatorExports,
  IndicatorInPlan,
  IndicatorLifecycle,
  IndicatorOnTarget,
  IndicatorServed,
  Obstacle,
  SignatureState,
  UnassertedIndicator,
} from '@postern/protocol'

/** The way from assertion to receipt, a fact a row; the first column says of what it speaks. */
export function explainedRows({ indicator, lifecycle, exports }: ExplainedIndicator, control?: string): string[][] {
  return [
    ['indicator', indicator.type, indicator.value, indicator.tlp === null ? 'no TLP label' : `TLP:${indicator.tlp}`],
    ...lifecycle.assertions.flatMap((assertion) => assertionRows(assertion, lifecycle.decision)),
    ...decisionRows(lifecycle),
    ...indicator.exclusions.map(exclusionRow),
    ...exportRows(exports, indicator.type),
    ...(exports.targets.length > 0 ? [] : [['control', control ?? '', 'no control has reported a receipt yet']]),
  ]
}

/** What no owner asserts: why not a word of it goes anywhere, and where it, or what stands for it too, is all the same. */
export function unassertedRows(unasserted: UnassertedIndicator): string[][] {
  const { type, value, exclusions, exports } = unasserted
  return [
    ['unasserted', type, value, unassertedWords(unasserted)],
    ...exclusions.map(exclusionRow),
    ...exportRows(exports, type),
  ]
}

/** Whether there is more to say of it than that no owner asserts it. */
export function isKnown({ exclusions, exports }: UnassertedIndicator): boolean {
  return exclusions.length > 0 || Object.values(exports).some((rows) => rows.length > 0)
}

export function unassertedWords({ value, exports }: UnassertedIndicator): string {
  const { targets, covering } = exports
  if (targets.length > 0) return `No owner asserts ${value} any more, and it is on controls still.`
  if (covering.some((each) => each.targets.length > 0))
    return `No owner asserts ${value} itself, but what stands for it too is on controls.`
  const nor = covering.length === 0 ? '' : ' nor is what stands for it on a control,'
  return `No owner asserts ${value},${nor} so no control gets it from here.`
}

function exportRows(exports: IndicatorExports, type: string): string[][] {
  const { collections, targets, plans, served, listsOfOtherTypes, covering } = exports
  return [
    ...collections.flatMap(collectionRows),
    ...targets.flatMap(targetRows),
    ...plans.map(planRow),
    ...served.flatMap(servedRows),
    ...otherListRows(listsOfOtherTypes, type),
    ...covering.map(coveringRow),
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
  if (decision === null) return []
  const { status, rating, confidence, expiresAt, until, decidedBy, reason } = decision
  const decided = [
    ...(status === null ? [] : [status]),
    ...(rating === null ? [] : [`rating ${rating}`]),
    ...(confidence === null ? [] : [`confidence ${confidence}`]),
    ...(expiresAt === null ? [] : [`expires ${expiresAt}`]),
    ...(until === null ? [] : [`until ${until}`]),
  ]
  return [['decided', decidedBy, decided.join(', '), reason]]
}

function exclusionRow({ listName, entry, ...list }: Exclusion): string[] {
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

function planRow({ planId, executionId, controlName, target, state, change, reason }: IndicatorInPlan): string[] {
  const does = change === null ? 'not looked up: plans in progress are too large' : changeWords[change]
  const words = reason === null ? does : `${does}: ${reason}`
  return ['plan', controlName, target, state, words, `plan ${planId} of execution ${executionId}`]
}

const changeWords: Record<NonNullable<IndicatorInPlan['change']>, string> = {
  add: 'it adds the value',
  remove: 'it takes the value out',
  'left-out': 'the app leaves the value out',
}

function coveringRow({ type, value, targets }: IndicatorExports['covering'][number]): string[] {
  const places = targets.map(({ controlName, target, state }) => `${controlName} ${target} (${state})`)
  return ['covered', type, value, places.length === 0 ? 'on no control' : `on ${places.join(', ')}`]
}

function servedRows({ kind, name, source, isServed, reason, detail, obstacles }: IndicatorServed): string[][] {
  const words = reason === null ? `served from ${source}` : (detail ?? servedWords[reason])
  return [
    [kind, name, isServed ? 'served' : 'not served', words],
    ...obstacles
      .slice(1)
      .map((each) => ['kept-back', name, kind, obstacleWords(each, { ...reasonWords, ...servedWords })]),
  ]
}

/** Lists that never could have it, however many, are one row. */
function otherListRows(names: readonly string[], type: string): string[][] {
  if (names.length === 0) return []
  return [
    [
      'firewall-list',
      names.join(', '),
      'not served',
      `no ${type} can be in ${names.length === 1 ? 'its format' : 'their formats'}`,
    ],
  ]
}

/** What else keeps it back. */
function obstacleWords({ reason, detail }: Obstacle, words: Readonly<Record<Obstacle['reason'], string>>): string {
  if (reason === 'left-out' && detail !== null) return `${words[reason]}: ${detail}`
  return detail ?? words[reason]
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

function targetRows(target: IndicatorOnTarget): string[][] {
  const { controlName, target: name, state, receiptId, signature, executionId, checkedAt } = target
  const word = signature === undefined || signature === 'signed' ? '' : `, ${signatureWords[signature]}`
  const proof = `receipt ${receiptId} of execution ${executionId}${word}, looked at ${checkedAt}`
  return [
    ['control', controlName, name, state, whyOnTarget(target), proof],
    ...target.obstacles
      .filter(({ reason }) => reason !== target.reason)
      .map((each) => ['kept-back', controlName, name, obstacleWords(each, { ...servedWords, ...reasonWords })]),
  ]
}

/** Whose word the receipt is, where it is not simply its server's (D40). */
const signatureWords: Record<Exclude<SignatureState, 'signed'>, string> = {
  awaited: 'not signed yet',
  unsigned: 'unsigned',
  doubtful: 'signed by a key in other hands',
  'not-matching': 'NOT what its server signed',
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
