import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../median.ts'
import { absolute, type Measurement } from '../row.ts'
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
    const added = measured.ours.map((ours, round) => ours - (measured.peer[round] ?? Number.NaN))
    say(`SDK: +${added.map((ms) => ms.toFixed(1)).join(', +')} ms over ${median(measured.peer).toFixed(1)} ms`)
    return [
      absolute({
        work: `an app's file with the SDK, from start to end, beyond an empty file of the same rounds`,
        unit: 'ms',
        goal: '≤ 15',
        ours: added,
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
