import { readFileSync, statSync } from 'node:fs'
import { limits, paths, StixImport } from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

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
  const { objects, mapped, kept, unchanged, refused, indicators, groups, associations } = answer
  say.line(
    `${objects} objects of STIX ${answer.specVersion}: ${mapped} mapped, ${kept} kept as text, ${unchanged} unchanged, ${refused} refused`,
  )
  if (answer.batchId !== null) {
    say.line(
      `${indicators.created} indicators and ${groups.created} groups created, ${indicators.updated} and ${groups.updated} updated, ${associations} associations`,
    )
  }
  if (refused + indicators.refused + groups.refused > 0) process.exitCode = 3
}
