import type { Assertion, Decision } from '@postern/protocol'
import { capitalised } from '../format/capitalised.ts'
import { formatUtc } from '../format/instants.ts'
import { statusWords } from './indicator-faces.ts'

/** What is in force in place of what the owner said, and by whose doing; empty where all is as it was said. */
export function inForceWords(assertion: Assertion, decision: Decision | null): string {
  const { said } = assertion
  const changes = [
    {
      word: statusWords(assertion),
      isChanged: statusWords(assertion) !== statusWords(said),
      isDecided: decision !== null && decision.status !== null,
    },
    {
      word: `rating ${assertion.rating ?? 'none'}`,
      isChanged: assertion.rating !== said.rating,
      isDecided: decision !== null && decision.rating !== null,
    },
    {
      word: `confidence ${assertion.confidence ?? 'none'}`,
      isChanged: assertion.confidence !== said.confidence,
      isDecided: decision !== null && decision.confidence !== null,
    },
    {
      word: assertion.expiresAt === null ? 'no expiry' : `expires ${formatUtc(assertion.expiresAt)} UTC`,
      isChanged: assertion.expiresAt !== said.expiresAt,
      isDecided: decision !== null && decision.expiresAt !== null,
    },
  ].filter(({ isChanged }) => isChanged)
  const wordsOf = (isDecided: boolean) =>
    changes.flatMap((change) => (change.isDecided === isDecided ? [change.word] : [])).join(', ')
  const [decided, ruled] = [wordsOf(true), wordsOf(false)]
  return [
    ...(decided === '' || decision === null
      ? []
      : [`${capitalised(decided)}, by the decision of ${decision.decidedBy}.`]),
    ...(ruled === '' ? [] : [`${capitalised(ruled)}, by rules, sightings and reports; the sum stands below.`]),
  ].join(' ')
}
