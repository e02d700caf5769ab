import { callHub } from '@postern/cli'
import { launchApp } from '@postern/app-sdk/test-kit'
import { Execution, LogPage, paths } from '@postern/protocol'
import { comparison, type Measurement } from '../row.ts'
import { median } from '../median.ts'
import { runAlternating } from '../run-alternating.ts'
import { firstLineAt, instant } from './first-line.ts'
import type { SystemUnderTest } from './system-under-test.ts'

/** Runs a round, of which the middle counts: one run's start hangs on where the kernel puts it. */
const runs = 9

export async function measureRunNow(
  rounds: number,
  say: (line: string) => void,
  system: SystemUnderTest,
): Promise<Measurement[]> {
  const measured = await runAlternating(
    rounds,
    async () => {
      const took = await middleOf(() => runNow(system))
      say(`run now: ${took.toFixed(1)} ms`)
      return took
    },
    async () => {
      const took = await middleOf(() => spawnAlone(system))
      say(`spawn: ${took.toFixed(1)} ms`)
      return took
    },
  )
  return [
    comparison({
      work: 'run now by HTTPS → first line of the app',
      unit: 'ms',
      goal: '≤ 1.5',
      ours: measured.ours,
      peer: measured.peer,
      peerIs: 'spawn of the same app file with the same inputs, unconfined and without the platform → its first line',
    }),
  ]
}

async function middleOf(run: () => Promise<number>): Promise<number> {
  const took: number[] = []
  for (let count = 0; count < runs; count++) took.push(await run())
  return median(took)
}

/** From just before the request to what the app says of its first line; the execution is over when this resolves. */
async function runNow({ hub, job, lines }: SystemUnderTest): Promise<number> {
  const before = instant()
  const execution = callHub(hub, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })
  const [{ id }] = await Promise.all([execution, lines.next(': exited 0.')])
  return firstLineAt(await logOf(hub, id)) - before
}

/** The log comes to the hub a moment after the app's end. */
async function logOf(hub: SystemUnderTest['hub'], executionId: string): Promise<string[]> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { data } = await callHub(hub, paths.executionLog(executionId), LogPage)
    const texts = data.map(({ text }) => text)
    if (texts.some((text) => text.includes('ends: '))) return texts
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`The log of execution ${executionId} did not come.`)
}

async function spawnAlone(system: SystemUnderTest): Promise<number> {
  let before = 0
  const finished = await launchApp({
    appFolder: system.appFolder(),
    hubUrl: 'https://localhost',
    parameters: {},
    onStart: () => (before = instant()),
  })
  return firstLineAt(finished.log.map(({ text }) => text)) - before
}
