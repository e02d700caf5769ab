import { setTimeout as wait } from 'node:timers/promises'
import { Rehearsal } from '@postern/dev/environment-server'
import { residentMegabytes } from '../ingest/resident-memory.ts'
import { absolute, type Measurement } from '../row.ts'
import type { BundleFolder } from './bundle-folder.ts'

const idleMs = 60_000

/** Of several servers at once, each with a hub of its own: memory does not hang on who else runs, and a minute is long. */
export async function measureIdleMemory(
  rounds: number,
  say: (line: string) => void,
  { wrapper }: BundleFolder,
): Promise<Measurement[]> {
  await using stack = new AsyncDisposableStack()
  const rehearsals: Rehearsal[] = []
  for (let count = 0; count < rounds; count++)
    rehearsals.push(stack.use(await Rehearsal.start({ process: { wrapper, environment: { NODE_COMPILE_CACHE: '' } } })))
  say(`${rounds} servers are connected and idle for a minute`)
  await wait(idleMs)
  const megabytes = rehearsals.map(({ server }) => residentMegabytes(pidOf(server)))
  say(`resident: ${megabytes.map((each) => each.toFixed(1)).join(', ')} MB`)
  return [
    absolute({
      work: 'environment server from its bundle, connected over TLS, idle for a minute: resident memory',
      unit: 'MB',
      goal: '≤ 60 MB',
      ours: megabytes,
    }),
  ]
}

function pidOf({ pid }: Rehearsal['server']): number {
  if (pid === undefined) throw new Error('The environment server has no process.')
  return pid
}
