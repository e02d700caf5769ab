import { fileURLToPath } from 'node:url'
import { packageApp } from '@postern/app-sdk/package'
import { callHub, ensureJob, ensureOwner, installPackage } from '@postern/cli'
import { Environment, paths } from '@postern/protocol'
import type { Bench } from '../bench.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { endedExecutions, signToEach } from './commands.ts'
import { fleetServers } from './config.ts'
import { enrolFleet } from './enrol-fleet.ts'
import { Fleet } from './fleet.ts'
import { type HubUnderTest, startHubUnderTest } from './hub-under-test.ts'
import { percentile95 } from './percentile.ts'
import { measureTelemetry } from './telemetry.ts'
import { turnOfBare, turnOfOurs } from './turns.ts'

const appSource = fileURLToPath(new URL('../dispatch/sample-app', import.meta.url))
const bareIs =
  'aedes 1.2.0 behind the same TLS with client certificates, a process; it checks no password and records nothing'

/** What thousands of environment servers cost the hub and its edge. */
export const fleetBench: Bench = {
  name: 'fleet',
  async measure(rounds, say) {
    await using hub = await startHubUnderTest()
    const jobId = await jobOf(hub)
    const { fleet: file, tls } = await enrolFleet(hub.store)
    await using fleet = await Fleet.start(file)
    const executions = await endedExecutions(hub.store, jobId)
    say(`${fleet.size} servers are enrolled`)
    const measured = await runAlternating(
      rounds,
      async () => {
        const turn = await turnOfOurs(hub, fleet, await signToEach(hub.store, executions))
        const page = percentile95(turn.pagesMs)
        say(`ours: ${shown(turn)}, p95 of ${turn.pagesMs.length} pages ${page.toFixed(0)} ms`)
        return { ...turn, page }
      },
      async () => {
        const turn = await turnOfBare(tls, fleet, await signToEach(hub.store, executions))
        // The hub serves pages while nobody storms it: the other side of how long they take meanwhile.
        const page = await hub.readEnvironments()
        say(`bare: ${shown(turn)}, a page ${page.toFixed(0)} ms`)
        return { ...turn, page }
      },
    )
    return [...rowsOf(measured), ...(await measureTelemetry(say, hub, fleet))]
  },
}

type Measured = { bytesAConnection: number; commandSeconds: number; stormSeconds: number; page: number }

function rowsOf({ ours, peer }: { ours: Measured[]; peer: Measured[] }): Measurement[] {
  const both = (name: keyof Measured) => ({
    ours: ours.map((each) => each[name]),
    peer: peer.map((each) => each[name]),
  })
  return [
    comparison({
      work: `resident memory a connection, ${fleetServers} servers`,
      unit: 'bytes',
      goal: '≤ 1.3',
      ...both('bytesAConnection'),
      peerIs: bareIs,
    }),
    comparison({
      work: `signed commands committed → acknowledgements recorded, of ${fleetServers} servers`,
      unit: 's',
      goal: '≤ 2',
      ...both('commandSeconds'),
      peerIs: `${bareIs}: the same bytes, published → a reply from all`,
    }),
    comparison({
      work: `reconnect storm after a restart: ${fleetServers} servers at once → all have their subscriptions`,
      unit: 's',
      goal: '≤ 1.5',
      ...both('stormSeconds'),
      peerIs: bareIs,
    }),
    comparison({
      work: 'GET /v1/environments during the storm, p95',
      unit: 'ms',
      goal: '≤ 20',
      bound: '≤ 1000 ms',
      ...both('page'),
      peerIs: 'the same while no server is connected',
    }),
  ]
}

function shown({ bytesAConnection, commandSeconds, stormSeconds }: Omit<Measured, 'page'>): string {
  const kilobytes = (bytesAConnection / 1000).toFixed(1)
  return `${kilobytes} kB a connection, commands ${commandSeconds.toFixed(2)} s, storm ${stormSeconds.toFixed(2)} s`
}

/** Whose executions the commands are about; it never runs. */
async function jobOf({ target }: HubUnderTest): Promise<string> {
  const environment = await callHub(target, paths.environments, Environment, { json: { name: 'Bench' } })
  const app = await installPackage(target, (await packageApp(appSource)).file)
  const owner = await ensureOwner(target, 'Bench')
  const job = await ensureJob(target, app, environment, { name: 'Never', parameters: {}, owner: owner.name })
  return job.id
}
