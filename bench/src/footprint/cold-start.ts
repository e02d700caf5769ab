import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Rehearsal, unprivilegedUser } from '@postern/dev/environment-server'
import { median } from '../median.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { SpokenLines } from '../spoken-lines.ts'
import type { BundleFolder } from './bundle-folder.ts'

const startsARound = 7

/** From `run.sh` of an enrolled server to its connection, without the time that the master password's key takes by design. */
export async function measureColdStart(
  rounds: number,
  say: (line: string) => void,
  bundle: BundleFolder,
): Promise<Measurement[]> {
  // Enrolled by this first start.
  await using rehearsal = await Rehearsal.start({ process: { wrapper: bundle.wrapper } })
  await rehearsal.server.stop()
  const measured = await runAlternating(
    rounds,
    async () => {
      const took = await middleOf(() => connectedAfter(bundle.runScript, rehearsal.server.home))
      say(`connected after ${took.toFixed(1)} ms, unlocking apart`)
      return took
    },
    async () => {
      const took = await middleOf(emptyRun)
      say(`node -e 0: ${took.toFixed(1)} ms`)
      return took
    },
  )
  return [
    comparison({
      work: 'cold start of an enrolled environment server by run.sh → connected, unlocking apart',
      unit: 'ms',
      goal: '≤ 4',
      ours: measured.ours,
      peer: measured.peer,
      peerIs: 'node -e 0, to its end',
    }),
  ]
}

async function middleOf(start: () => Promise<number>): Promise<number> {
  const took: number[] = []
  for (let count = 0; count < startsARound; count++) took.push(await start())
  return median(took)
}

async function connectedAfter(runScript: string, home: string): Promise<number> {
  const before = performance.now()
  const options = ['--home', home, '--password-file', join(home, 'password'), '--verbose']
  const lines = new SpokenLines(
    spawn('/bin/sh', [runScript, ...options], {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', POSTERN_NODE: process.execPath },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...unprivilegedUser(),
    }),
  )
  try {
    const [unlocked] = await Promise.all([lines.next('The keychain was unlocked in '), lines.next('Connected to ')])
    const took = performance.now() - before
    return took - Number(/in (?<ms>\d+) ms/.exec(unlocked)?.groups?.['ms'])
  } finally {
    await lines.end()
  }
}

async function emptyRun(): Promise<number> {
  const before = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: {} }), 'exit')
  return performance.now() - before
}
