import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { launchApp } from '@postern/app-sdk/test-kit'
import { callHub } from '@postern/cli'
import { Execution, type Job, paths } from '@postern/protocol'
import type { Bench } from '../bench.ts'
import { startSystemUnderTest, type SystemUnderTest } from '../dispatch/system-under-test.ts'
import { comparison } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'

/** A job a piece, since executions of one job come one after the other. */
const executionsARound = 40
/** The other side runs as many at a time. */
const executors = 2
const lookEveryMs = 10
const waitMsMax = 300_000

const emptyApp = fileURLToPath(new URL('empty-app', import.meta.url))

/** How many executions one environment server gets through, with everything that is recorded of each. */
export const jobsBench: Bench = {
  name: 'jobs',
  async measure(rounds, say) {
    await using system = await startSystemUnderTest(emptyApp, { appsNumberofJobExecutors: executors })
    const jobs: Job[] = []
    for (let number = 1; number <= executionsARound; number++) jobs.push(await system.addJob(`Empty ${number}`))
    const measured = await runAlternating(
      rounds,
      async () => {
        const rate = await rateOf(() => runJobs(system, jobs))
        say(`ours: ${rate.toFixed(2)} executions a second`)
        return rate
      },
      async () => {
        const rate = await rateOf(() => spawnInLoops(system))
        say(`spawn: ${rate.toFixed(2)} a second`)
        return rate
      },
    )
    return [
      comparison({
        work: `${executionsARound} executions of an empty app on one environment server with ${executors} executors, run now → all recorded`,
        unit: 'executions/s',
        goal: '≥ 0.5',
        ours: measured.ours,
        peer: measured.peer,
        peerIs: `spawn of the same app file, ${executors} at a time in a loop, unconfined and without the platform`,
      }),
    ]
  },
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const before = performance.now()
  await work()
  return executionsARound / ((performance.now() - before) / 1000)
}

async function runJobs({ hub, database }: SystemUnderTest, jobs: readonly Job[]): Promise<void> {
  const deadline = performance.now() + waitMsMax
  for (const { id } of jobs) await callHub(hub, paths.jobExecutions(id), Execution, { method: 'POST', json: {} })
  for (;;) {
    const open = await database.query('select 1 from execution where finished_at is null limit 1')
    if (open.rowCount === 0) break
    if (performance.now() > deadline) throw new Error('Not every execution ended.')
    await wait(lookEveryMs)
  }
  const { rowCount } = await database.query(`select 1 from execution where state <> 'succeeded' limit 1`)
  if (rowCount !== 0) throw new Error('An execution did not succeed.')
}

async function spawnInLoops(system: SystemUnderTest): Promise<void> {
  let left = executionsARound
  const loop = async () => {
    while (left-- > 0) await spawnOnce(system.appFolder())
  }
  await Promise.all(Array.from({ length: executors }, loop))
}

async function spawnOnce(appFolder: string): Promise<void> {
  const { exitCode, stderr } = await launchApp({ appFolder, hubUrl: 'https://localhost', parameters: {} })
  if (exitCode !== 0) throw new Error(`The app ended with ${exitCode}: ${stderr}`)
}
