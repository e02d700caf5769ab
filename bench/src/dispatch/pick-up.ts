import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { median } from '../median.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { instant } from './first-line.ts'
import { SpokenLines } from '../spoken-lines.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import type { SystemUnderTest } from './system-under-test.ts'

const rowsARound = 60
const graphileFile = fileURLToPath(new URL('graphile-process.ts', import.meta.url))

/** Between two rows of either side, so that each finds nothing under way: the hub still books the event, the worker ends its job. */
const pauseMs = 20

/** From a committed row to the process that was meant by it; both say so with one line on standard output. */
export async function measurePickUp(
  rounds: number,
  say: (line: string) => void,
  system: SystemUnderTest,
): Promise<Measurement[]> {
  await using stack = new AsyncDisposableStack()
  await system.database.query('create database graphile')
  const url = system.databaseUrl.replace('/postern?', '/graphile?')
  const database = new pg.Client({ connectionString: url })
  await database.connect()
  stack.defer(() => database.end())
  const child = spawn(process.execPath, [graphileFile, url], { stdio: ['ignore', 'pipe', 'pipe'], env: {} })
  const worker = stack.adopt(new SpokenLines(child), (lines) => lines.end())
  await worker.next('ready')
  const outbox = stack.use(await openOutbox(system))
  const measured = await runAlternating(
    rounds,
    async () => {
      const took = await middleOf(() => pickUpOfOurs(system, outbox))
      say(`command picked up: ${took.toFixed(2)} ms`)
      return took
    },
    async () => {
      const took = await middleOf(async () => {
        const picked = worker.next('picked')
        await database.query(`select graphile_worker.add_job('pick')`)
        const committed = instant()
        await picked
        return instant() - committed
      })
      say(`graphile-worker: ${took.toFixed(2)} ms`)
      return took
    },
  )
  return [
    comparison({
      work: 'row committed → environment server has verified the command and journaled it, p50',
      unit: 'ms',
      goal: '≤ 1',
      ours: measured.ours,
      peer: measured.peer,
      peerIs: 'graphile-worker 0.18.0 on the same PostgreSQL, job committed → task starts in its process',
    }),
  ]
}

/**
 * A command to cancel what is over, new each time: the server verifies it and remembers it in its journal as any other, and then
 * says so, and nothing starts.
 */
async function pickUpOfOurs({ lines }: SystemUnderTest, outbox: Outbox): Promise<number> {
  const command = outbox.cancelOfEnded()
  const heard = lines.next(`: the hub has it ended. ${command.reason}`)
  await outbox.commit(command)
  const committed = instant()
  await heard
  return instant() - committed
}

async function middleOf(pickUp: () => Promise<number>): Promise<number> {
  const took: number[] = []
  for (let row = 0; row < rowsARound; row++) {
    await wait(pauseMs)
    took.push(await pickUp())
  }
  return median(took)
}
