import { readFileSync, statSync } from 'node:fs'
import { limits, paths, StixImport } from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'
import { say } from '../say.ts'
import { formatCount } from './format-count.ts'
import { ReasonCounts } from './reason-counts.ts'

const shownReasonsMax = 20

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
    `${n(answer.objects)} objects of STIX ${answer.specVersion}: ${n(mapped)} mapped, ${n(kept)} kept as text, ${n(unchanged)} unchanged, ${n(refused)} refused`,
  )
  if (answer.batchId !== null) {
    say.line(
      `indicators: ${n(indicators.created)} created, ${n(indicators.updated)} updated (a file counts once, however many hashes it has)`,
    )
    say.line(`groups: ${n(groups.created)} created, ${n(groups.updated)} updated; associations: ${n(associations)}`)
  }
  const reasons = new ReasonCounts()
  for (const { reason } of answer.notMapped) if (reason !== null) reasons.add(reason)
  for (const line of reasons.lines()) say.line(`  ${line}`)
  if (answer.notMappedCut > 0) say.line(`  ${n(answer.notMappedCut)} × objects of which the hub names no reason here`)
  if (refused + indicators.refused + groups.refused > 0) process.exitCode = 3
}
