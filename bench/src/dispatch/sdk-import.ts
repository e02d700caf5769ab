import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../median.ts'
import { difference, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import type { SystemUnderTest } from './system-under-test.ts'

const startsARound = 15

/** What an app's file with the SDK in it costs before the first line of it runs. */
export async function measureSdkImport(
  rounds: number,
  say: (line: string) => void,
  system: SystemUnderTest,
): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-empty-'))
  const empty = join(folder, 'app.mjs')
  writeFileSync(empty, '')
  try {
    const measured = await runAlternating(
      rounds,
      // Nobody launched it: it loads all of itself, says so and ends.
      () => middleOfStarts(join(system.appFolder(), 'app.mjs')),
      () => middleOfStarts(empty),
    )
    const { ours, peer } = measured
    say(`SDK: ${median(ours).toFixed(1)} ms, empty ${median(peer).toFixed(1)} ms`)
    return [
      difference({
        work: `an app's file with the SDK, from start to end`,
        unit: 'ms',
        goal: '≤ +15 ms',
        ours,
        peer,
        peerIs: 'an empty file',
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function middleOfStarts(file: string): Promise<number> {
  const took: number[] = []
  for (let count = 0; count < startsARound; count++) {
    const start = performance.now()
    const child = spawn(process.execPath, [file], { stdio: 'ignore', env: {} })
    await once(child, 'exit')
    took.push(performance.now() - start)
  }
  return median(took)
}
