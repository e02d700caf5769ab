import { isInForce, keepsFromExports } from '@postern/intel'
import type { Assertion, IndicatorDetail, IndicatorMembership, IndicatorOnTarget } from '@postern/protocol'
import { signatureFaces } from '../executions/execution-faces.ts'
import { provesNothing } from '../executions/signature-trust.ts'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { decisionWords } from '../indicators/decision-words.ts'
import { onTargetFaces, onTargetWords, statusWords } from '../indicators/indicator-faces.ts'
import { misfitWords } from '../indicators/misfit-words.ts'

/** One step on the way from somebody's word to a control. */
export interface ExplanationStep {
  name: string
  /** `passed`; `stopped`: this is why it is not there; `told`: worth knowing, and nothing follows from it; `open`: not come to. */
  outcome: 'passed' | 'stopped' | 'told' | 'open'
  text: string
}

/** From assertion to receipt for one target of a control, in the order in which the hub decides. */
export function explanationOf(
  indicator: Pick<IndicatorDetail, 'assertions' | 'exclusions' | 'decision' | 'tlp'>,
  membership: IndicatorMembership | undefined,
  target: IndicatorOnTarget,
): ExplanationStep[] {
  return settled([
    ...stepsInLibrary(indicator),
    collectionStep(target, membership),
    tlpStep(indicator.tlp, target),
    targetStep(target),
  ])
}

/** The part of the way that is the same for every control. */
export function stepsInLibrary({
  assertions,
  exclusions,
  decision,
}: Pick<IndicatorDetail, 'assertions' | 'exclusions' | 'decision'>): ExplanationStep[] {
  const steps = [assertedStep(assertions), inForceStep(assertions)]
  if (decision !== null) {
    const what = `${plainText(decision.decidedBy)} decided over all owners: ${decisionWords(decision)}.`
    const text = `${what} Why: “${plainText(decision.reason)}”.`
    steps.splice(1, 0, { name: 'Decided', outcome: 'told', text })
  }
  const keeping = exclusions.filter(keepsFromExports)
  if (keeping.length > 0) {
    const text = keeping
      .map(
        ({ listName, entry }) =>
          `${plainText(listName)} keeps it from being exported, by its entry ${plainText(entry)}.`,
      )
      .join(' ')
    steps.push({ name: 'Excluded', outcome: 'stopped', text })
  } else if (exclusions.length > 0) {
    const names = exclusions.map(({ listName }) => plainText(listName)).join(', ')
    steps.push({
      name: 'Not excluded',
      outcome: 'told',
      text: `On ${names}, which does not keep it from being exported.`,
    })
  } else {
    steps.push({ name: 'Not excluded', outcome: 'passed', text: 'No exclusion list hits it.' })
  }
  return steps
}

function assertedStep(assertions: readonly Assertion[]): ExplanationStep {
  if (assertions.length === 0)
    return { name: 'Asserted', outcome: 'stopped', text: 'No owner that you may read asserts it.' }
  return { name: 'Asserted', outcome: 'passed', text: `By ${namesOf(assertions)}.` }
}

function inForceStep(assertions: readonly Assertion[]): ExplanationStep {
  const inForce = assertions.filter(isInForce)
  if (inForce.length > 0) {
    return {
      name: 'In force',
      outcome: 'passed',
      text: `Active by the word of ${inForce.map(nameInForce).join(', ')}.`,
    }
  }
  const words = assertions.map(({ ownerName, active, status, said }) => {
    const own = isInForce(said) ? ', against the owner’s own word' : ''
    return `${plainText(ownerName)}: ${statusWords({ active, status })}${own}`
  })
  return { name: 'In force', outcome: 'stopped', text: `No owner’s word is in force. ${words.join('; ')}.` }
}

/** An owner with its confidence, and what the owner itself said where that is another. */
function nameInForce({ ownerName, confidence, said }: Assertion): string {
  const own = said.confidence === confidence ? '' : `; the owner says ${said.confidence ?? 'none'}`
  return `${plainText(ownerName)}${confidence === null ? '' : ` (confidence ${confidence}${own})`}`
}

function collectionStep(target: IndicatorOnTarget, membership: IndicatorMembership | undefined): ExplanationStep {
  const name = 'In the data collection'
  const collection = plainText(target.collectionName)
  if (membership === undefined) {
    return target.reason === 'not-a-member'
      ? { name, outcome: 'stopped', text: `${collection} did not hold it when it was last exported.` }
      : { name, outcome: 'told', text: `${collection} is not shown to you; what its last receipt says stands below.` }
  }
  const why = misfitWords(membership)
  if (membership.state === 'never') return { name, outcome: 'stopped', text: `${collection} does not hold it.${why}` }
  if (membership.state === 'departed') {
    const until = membership.untilVersion === null ? '' : ` with version ${formatCount(membership.untilVersion)}`
    return { name, outcome: 'stopped', text: `It left ${collection}${until}.${why}` }
  }
  const by = membership.owners.length === 0 ? '' : `, by the word of ${membership.owners.map(plainText).join(', ')}`
  const since = membership.sinceVersion === null ? '' : ` since version ${formatCount(membership.sinceVersion)}`
  return { name, outcome: 'passed', text: `In ${collection}${since}${by}.` }
}

function tlpStep(tlp: string | null, { reason, obstacles, controlName }: IndicatorOnTarget): ExplanationStep {
  const label = tlp === null ? 'It has no TLP label' : `TLP:${tlp}`
  return reason === 'tlp' || obstacles.some((each) => each.reason === 'tlp')
    ? {
        name: 'May be shared',
        outcome: 'stopped',
        text: `${label} is narrower than ${plainText(controlName)} may be given.`,
      }
    : { name: 'May be shared', outcome: 'passed', text: `${label}; nothing keeps it from this control.` }
}

function targetStep(target: IndicatorOnTarget): ExplanationStep {
  const name = 'On the control'
  const isThere = target.state === 'held' || target.state === 'extra'
  const isOnTheWay =
    target.state === 'pending' ||
    target.state === 'unverifiable' ||
    target.state === 'unknown' ||
    target.reason === 'not-yet'
  const text = `${onTargetFaces[target.state].word}: ${onTargetWords(target)}`
  if (target.signature !== undefined && provesNothing(target.signature)) {
    const { meaning } = signatureFaces[target.signature]
    return { name, outcome: 'told', text: `${text} But the receipt that says so proves nothing. ${meaning}` }
  }
  return { name, outcome: isThere ? 'passed' : isOnTheWay ? 'told' : 'stopped', text }
}

/**
 * Every step that stops it says so, since mending one does not get it there. What else follows the first was not come to, but for how the
 * control stands, which is a fact of its own.
 */
function settled(steps: readonly ExplanationStep[]): ExplanationStep[] {
  const stopped = steps.findIndex(({ outcome }) => outcome === 'stopped')
  return steps.map((step, index) =>
    stopped >= 0 && index > stopped && index < steps.length - 1 && step.outcome === 'passed'
      ? { ...step, outcome: 'open' }
      : step,
  )
}

function namesOf(assertions: readonly Assertion[]): string {
  return assertions.map(({ ownerName }) => plainText(ownerName)).join(', ')
}
