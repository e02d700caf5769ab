import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { topics } from '@postern/protocol'
import pg from 'pg'
import { median } from '../median.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { instant } from './first-line.ts'
import { SpokenLines } from '../spoken-lines.ts'
import type { SystemUnderTest } from './system-under-test.ts'

const rowsARound = 60
const graphileFile = fileURLToPath(new URL('graphile-process.ts', import.meta.url))

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
  const measured = await runAlternating(
    rounds,
    async () => {
      const took = await middleOf(() => pickUpOfOurs(system))
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
      work: 'row committed → environment server has the command, p50',
      unit: 'ms',
      goal: '≤ 1',
      ours: measured.ours,
      peer: measured.peer,
      peerIs: 'graphile-worker 0.18.0 on the same PostgreSQL, job committed → task starts in its process',
    }),
  ]
}

/** The payload is no command, so that the server says at once that it came, and does nothing more. */
async function pickUpOfOurs({ database, lines, serverXid }: SystemUnderTest): Promise<number> {
  const id = randomUUID()
  const heard = lines.next('A command was thrown away: it is not a signed envelope')
  await database.query('begin')
  await database.query(
    `insert into command (id, server_xid, execution_id, attempt, kind, topic, payload, created_at, next_publish_at, expires_at)
     select $1, $2, a.execution_id, a.number, 'execute', $3, $4, now(), now() - interval '1 second', now() + interval '1 minute'
     from attempt a limit 1`,
    [id, serverXid, topics.commands(serverXid), JSON.stringify({ id })],
  )
  await database.query(`select pg_notify('postern_command', $1)`, [serverXid])
  await database.query('commit')
  const committed = instant()
  await heard
  const took = instant() - committed
  await database.query('delete from command where id = $1', [id])
  return took
}

async function middleOf(pickUp: () => Promise<number>): Promise<number> {
  const took: number[] = []
  for (let row = 0; row < rowsARound; row++) took.push(await pickUp())
  return median(took)
}
