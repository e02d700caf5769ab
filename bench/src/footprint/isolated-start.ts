import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { giveAway, unprivilegedUser } from '@postern/dev/environment-server'
import {
  bubblewrapConfinement,
  type Confinement,
  type LaunchRequest,
  letBegin,
  plainConfinement,
  unshareConfinement,
} from '@postern/environment-server/sandbox'
import { median } from '../median.ts'
import { difference, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'

const startsARound = 31

/** From the wish to start an app to its first byte, with a program that does nothing else: what the confinement adds. */
export async function measureIsolatedStart(rounds: number, say: (line: string) => void): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const confinement of [bubblewrapConfinement(), unshareConfinement({ diesWithServer: true })]) {
    const { ours, peer } = await runAlternating(
      rounds,
      () => middleOfStarts(confinement),
      () => middleOfStarts(plainConfinement()),
    )
    say(`${confinement.name}: ${median(ours).toFixed(1)} ms, unconfined ${median(peer).toFixed(1)} ms`)
    measurements.push(
      difference({
        work: `start in tier isolated by ${confinement.name} → first byte of a program that prints one`,
        unit: 'ms',
        goal: '≤ +5 ms',
        ours,
        peer,
        peerIs: 'the same start, unconfined',
      }),
    )
  }
  return measurements
}

async function middleOfStarts(confinement: Confinement): Promise<number> {
  const folder = mkdtempSync('/tmp/postern-start-')
  try {
    chmodSync(folder, 0o755)
    const took: number[] = []
    for (let start = 0; start < startsARound; start++) took.push(await startOnce(confinement, folder, start))
    return median(took)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function startOnce(confinement: Confinement, folder: string, start: number): Promise<number> {
  const request = requestIn(join(folder, String(start)))
  const before = performance.now()
  const { command, arguments: argv, folder: cwd } = confinement.launch(request)
  const prepared = performance.now() - before
  // A server is that user already; only a bench that root runs has to hand over what it made.
  giveAway(request.workFolder)
  const spawned = performance.now()
  const child = spawn(command, argv, {
    cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    detached: true,
    ...unprivilegedUser(),
  })
  const { stdout } = child
  // The report on what it used; unread, it would keep the pipe open.
  child.stdio[3]?.on('data', () => undefined)
  letBegin(child)
  const closed = once(child, 'close')
  if (stdout === null) throw new Error('There is no pipe to read from.')
  await Promise.race([once(stdout, 'data'), closed.then(() => fail(confinement))])
  const took = prepared + performance.now() - spawned
  await closed
  return took
}

function requestIn(top: string): LaunchRequest {
  const folder = (name: string) => {
    mkdirSync(join(top, name), { recursive: true })
    return join(top, name)
  }
  const standIn = join(folder('run'), 'stand-in')
  writeFileSync(standIn, '')
  const request: LaunchRequest = {
    executionId: 'bench',
    attempt: 1,
    appFolder: folder('app'),
    folders: { in: folder('in'), out: folder('out'), log: folder('log'), temp: folder('tmp') },
    workFolder: folder('work'),
    runtime: '/bin/echo',
    runtimeFolders: [],
    runtimeArguments: ['x'],
    egressSocket: standIn,
    certificatesFolder: folder('certificates'),
    needsProxyPort: false,
    processesMax: 16,
    diskBytesMax: 1024 * 1024,
  }
  giveAway(top)
  return request
}

function fail(confinement: Confinement): never {
  throw new Error(`Nothing starts by ${confinement.name} here.`)
}
