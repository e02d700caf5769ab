import { readFileSync, statSync } from 'node:fs'
import { limits, paths, StixImport } from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'
import { say } from '../say.ts'
import { formatCount, formatCountOf } from './format-count.ts'

const shownReasonsMax = 20

const outcomes = [
  ['mapped', 'mapped'],
  ['kept', 'kept as text'],
  ['unchanged', 'unchanged'],
  ['refused', 'refused'],
] as const

/** Sends a STIX bundle; the hub reads it as a whole, and says what became of every object. */
export async function importStix(target: HubTarget, file: string, owner: string): Promise<void> {
  const { size } = statSync(file)
  if (size > limits.batchBytesMax)
    throw new Error(`${file} has ${size} bytes; a bundle has at most ${limits.batchBytesMax}. Split it.`)
  const answer = await callHub(target, `${paths.stixBundles}?${new URLSearchParams({ owner })}`, StixImport, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: readFileSync(file),
  })
  for (const { id, reason } of answer.notMapped
    .filter(({ outcome }) => outcome === 'refused')
    .slice(0, shownReasonsMax))
    say.error(`${id}: ${reason ?? 'refused'}`)
  if (answer.refused > shownReasonsMax) say.error(`and ${answer.refused - shownReasonsMax} more that were refused`)
  const { mapped, kept, unchanged, refused, indicators, groups, associations } = answer
  const n = formatCount
  say.line(
    `${formatCountOf(answer.objects, 'object')} of STIX ${answer.specVersion}: ${n(mapped)} mapped, ${n(kept)} kept as text, ${n(unchanged)} unchanged, ${n(refused)} refused`,
  )
  if (answer.batchId !== null) {
    say.line(
      `indicators: ${n(indicators.created)} created, ${n(indicators.updated)} updated (a file counts once, however many hashes it has)`,
    )
    say.line(`groups: ${n(groups.created)} created, ${n(groups.updated)} updated; associations: ${n(associations)}`)
  }
  for (const kind of answer.kinds) {
    if (kind.reasons.length === 0) continue
    const counts = outcomes.flatMap(([outcome, word]) => (kind[outcome] > 0 ? [`${n(kind[outcome])} ${word}`] : []))
    say.line(`  ${kind.type}: ${counts.join(', ')}`)
    for (const { outcome, reason, count } of kind.reasons)
      say.line(`    ${n(count)} ${outcome === 'mapped' ? 'mapped in part' : outcome} × ${reason}`)
  }
  if (refused + indicators.refused + groups.refused > 0) process.exitCode = 3
}
