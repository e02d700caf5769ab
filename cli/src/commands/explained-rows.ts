import { keepsFromExports } from '@postern/intel'
import type { IndicatorDetail, IndicatorExports, IndicatorLifecycle, IndicatorOnTarget } from '@postern/protocol'

/** All that the hub says of one indicator's way to controls. */
export type Explained = { indicator: IndicatorDetail; lifecycle: IndicatorLifecycle; exports: IndicatorExports }

/** The way from assertion to receipt, a fact a row; the first column says of what it speaks. */
export function explainedRows({ indicator, lifecycle, exports }: Explained, control?: string): string[][] {
  return [
    ['indicator', indicator.type, indicator.value, indicator.tlp === null ? 'no TLP label' : `TLP:${indicator.tlp}`],
    ...lifecycle.assertions.flatMap(assertionRows),
    ...decisionRows(lifecycle),
    ...indicator.exclusions.map(exclusionRow),
    ...exports.collections.map(collectionRow),
    ...exports.targets.map(targetRow),
    ...(exports.targets.length > 0 ? [] : [['control', control ?? '', 'no control has reported a receipt yet']]),
  ]
}

/** What is in force, and the sum that led to it. */
function assertionRows({ ownerName, now, terms }: IndicatorLifecycle['assertions'][number]): string[][] {
  const { status, active, confidence, rating, expiresAt } = now
  const words = [
    active ? status : `${status}, inactive`,
    ...(rating === null ? [] : [`rating ${rating}`]),
    ...(confidence === null ? [] : [`confidence ${confidence}`]),
    ...(expiresAt === null ? [] : [`expires ${expiresAt}`]),
  ]
  return [['asserted', ownerName, words.join(', ')], ...terms.map(({ text }) => ['because', ownerName, text])]
}

function decisionRows({ decision }: IndicatorLifecycle): string[][] {
  return decision === null ? [] : [['decided', decision.decidedBy, decision.reason]]
}

function exclusionRow({ listName, entry, ...list }: IndicatorDetail['exclusions'][number]): string[] {
  return ['excluded', listName, `${entry}: ${keepsFromExports(list) ? 'keeps it from being exported' : 'informs only'}`]
}

function collectionRow(membership: IndicatorExports['collections'][number]): string[] {
  const { collectionName, state, sinceVersion, untilVersion, owners } = membership
  const since = sinceVersion === null ? '' : ` since version ${sinceVersion}`
  const until = untilVersion === null ? '' : ` with version ${untilVersion}`
  const by = owners.length === 0 ? '' : `, by the word of ${owners.join(', ')}`
  const words = { member: `holds it${since}${by}`, departed: `let it go${until}`, never: 'never held it' }
  return ['collection', collectionName, words[state]]
}

function targetRow(target: IndicatorOnTarget): string[] {
  const { controlName, target: name, state, receiptId, executionId, checkedAt } = target
  const proof = `receipt ${receiptId} of execution ${executionId}, looked at ${checkedAt}`
  return ['control', controlName, name, state, whyOnTarget(target), proof]
}

function whyOnTarget({ state, reason, isWanted, collectionName }: IndicatorOnTarget): string {
  if (state === 'held' && !isWanted) return `no longer wanted from ${collectionName}: it goes with the next export`
  return reason === null ? stateWords[state] : reasonWords[reason]
}

const stateWords: Record<IndicatorOnTarget['state'], string> = {
  held: 'it was read back',
  missing: 'written, and not there when it was read back',
  extra: 'on the control, though nothing sends it there',
  refused: 'the control refused it',
  pending: 'written; the control has not fetched it yet',
  unverifiable: 'written; this control cannot be read back',
  absent: 'not on the control',
}

const reasonWords: Record<NonNullable<IndicatorOnTarget['reason']>, string> = {
  'not-a-member': 'no member of the data collection that goes there',
  'not-yet': 'a member since the last export: it goes there with the next one',
  inactive: 'active by the word of no owner',
  tlp: 'its TLP is narrower than this control may be given',
  excluded: 'kept back by an exclusion list',
  'left-out': 'left out by the app, as the receipt says',
}
