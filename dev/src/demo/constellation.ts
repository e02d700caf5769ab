import { mkdirSync, readFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import {
  installBuiltInApps,
  type LocalEnvironmentServer,
  type LocalHub,
  startLocalEnvironmentServer,
  startLocalHub,
  SupervisedProcess,
} from '@postern/cli'
import { AedIdentity, MispFeedIdentity } from '@postern/simulators'
import type { Input } from './input.ts'

/** Everything that the demo runs, each as a process of its own, as in production (D19). */
export type Constellation = AsyncDisposable & {
  hub: LocalHub
  server: LocalEnvironmentServer
  aed: AedIdentity
  feed: MispFeedIdentity
}

export type ConstellationOptions = {
  checkout: string
  dataFolder: string
  input: Input
  onCrash: (name: string, how: string) => void
  onStep: (what: string) => void
}

export async function startConstellation(options: ConstellationOptions): Promise<Constellation> {
  const { checkout, dataFolder, input, onCrash, onStep } = options
  await using stack = new AsyncDisposableStack()
  onStep('the hub, its database and its broker')
  const hub = await startLocalHub({ checkout, dataFolder, onCrash })
  stack.defer(hub.stop)
  onStep('the apps: built, signed, installed')
  await installBuiltInApps(hub.target, checkout, join(dataFolder, 'packages'))
  onStep('a rehearsal AED and a MISP feed')
  const aedState = join(dataFolder, 'aed')
  const feedState = join(dataFolder, `feeds/${input.suffix}`)
  await simulator('aed', [
    '--state',
    aedState,
    '--collection',
    'Postern sample',
    ...(input.taxiiCollection === 'Postern sample' ? [] : ['--collection', input.taxiiCollection]),
  ])
  await simulator('misp', ['--state', feedState, '--events', input.folder])
  const aed = AedIdentity.parse(JSON.parse(readFileSync(join(aedState, 'aed.json'), 'utf8')))
  const feed = MispFeedIdentity.parse(JSON.parse(readFileSync(join(feedState, 'misp-feed.json'), 'utf8')))
  onStep('an environment server: bundle, enrolment, connection')
  const server = await startLocalEnvironmentServer({
    target: hub.target,
    dataFolder,
    environmentName: 'Demo',
    // Appliance and feed are on this machine, which no app may reach unless the local policy says so (S7).
    egressAllowed: [`127.0.0.1:${aed.port}`, `127.0.0.1:${feed.port}`],
    onCrash,
  })
  stack.defer(async () => await server.process.stop())
  const started = stack.move()
  return { hub, server, aed, feed, [Symbol.asyncDispose]: () => started.disposeAsync() }

  async function simulator(name: 'aed' | 'misp', args: string[]): Promise<void> {
    mkdirSync(join(dataFolder, 'logs'), { recursive: true })
    const simulated = new SupervisedProcess(
      {
        name: `${name} simulator`,
        command: process.execPath,
        args: [join(checkout, `simulators/src/${name}/main.ts`), ...args],
        env: { PATH: '/usr/bin:/bin', ...sameCompileCache() },
        logFile: join(dataFolder, `logs/${name}-simulator.log`),
        cwd: dataFolder,
      },
      onCrash,
    )
    await simulated.start()
    stack.defer(async () => await simulated.stop())
  }
}

/** What Node compiles of the simulators is kept where our own code's is, if it is kept at all. */
function sameCompileCache(): Record<string, string> {
  const folder = getCompileCacheDir()
  // Node names the folder of its version below the one that it was given.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}
