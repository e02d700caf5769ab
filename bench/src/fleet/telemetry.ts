import { setTimeout as wait } from 'node:timers/promises'
import { absolute, comparison, type Measurement } from '../row.ts'
import { roundsMin } from '../run-alternating.ts'
import { fleetServers, telemetrySeconds } from './config.ts'
import type { Fleet } from './fleet.ts'
import type { HubUnderTest } from './hub-under-test.ts'
import { percentile95 } from './percentile.ts'
import { processSeconds } from './process-time.ts'
import { readPages } from './turns.ts'

/** What was sent last is on its way, and written within a second. */
const arrivalMs = 15_000
const pagesQuietly = 20

/**
 * Telemetry and heartbeats from the whole fleet for minutes, a stretch of time for each round that may be written down: what arrived
 * in the tables of what was sent, and how long the console's page takes meanwhile.
 */
export async function measureTelemetry(
  say: (line: string) => void,
  hub: HubUnderTest,
  fleet: Fleet,
): Promise<Measurement[]> {
  const quiet = await quietPages(hub)
  await hub.restart()
  await fleet.connect(hub.brokerPort, true)
  const before = await countRows(hub)
  const sentBefore = fleet.tally.telemetry
  const cpu = { hub: processSeconds(hub.hubPid()), edge: processSeconds(hub.edgePid()) }
  const start = performance.now()
  fleet.order({ do: 'telemetry', on: true })
  const busy: number[] = []
  for (let stretch = 0; stretch < roundsMin; stretch++)
    busy.push(percentile95(await pagesWithin(hub, (telemetrySeconds * 1000) / roundsMin)))
  fleet.order({ do: 'telemetry', on: false })
  const seconds = (performance.now() - start) / 1000
  const share = (name: 'hub' | 'edge', pid: number) =>
    `${name} ${((100 * (processSeconds(pid) - cpu[name])) / seconds).toFixed(0)} %`
  say(`processor, of one core: ${share('hub', hub.hubPid())}, ${share('edge', hub.edgePid())}`)
  const sent = fleet.tally.telemetry - sentBefore
  const arrived = await arrivedRows(hub, before, sent)
  say(`telemetry: ${sent} sent, ${arrived} arrived; heartbeats answered ${fleet.tally.answers}`)
  await fleet.disconnect()
  return [
    absolute({
      work: `telemetry every 10 s from ${fleetServers} servers for ${telemetrySeconds} s: rows in the tables`,
      unit: 'rows',
      goal: `≥ ${sent} rows`,
      ours: Array.from({ length: roundsMin }, () => arrived),
    }),
    comparison({
      work: 'GET /v1/environments meanwhile, p95',
      unit: 'ms',
      goal: '≤ 5',
      bound: '≤ 1000 ms',
      ours: busy,
      peer: quiet,
      peerIs: 'the same while no server is connected',
    }),
  ]
}

async function quietPages(hub: HubUnderTest): Promise<number[]> {
  const quiet: number[] = []
  for (let stretch = 0; stretch < roundsMin; stretch++) {
    const took: number[] = []
    for (let page = 0; page < pagesQuietly; page++) took.push(await hub.readEnvironments())
    quiet.push(percentile95(took))
  }
  return quiet
}

async function pagesWithin(hub: HubUnderTest, ms: number): Promise<number[]> {
  const reading = new AbortController()
  const pages = readPages(hub, reading.signal)
  await wait(ms)
  reading.abort()
  return await pages
}

async function arrivedRows(hub: HubUnderTest, before: number, sent: number): Promise<number> {
  const deadline = performance.now() + arrivalMs
  for (;;) {
    const arrived = (await countRows(hub)) - before
    if (arrived >= sent || performance.now() > deadline) return arrived
    await wait(500)
  }
}

async function countRows({ store }: HubUnderTest): Promise<number> {
  const { rows } = await store.database.query<{ count: number }>('select count(*)::int as count from telemetry_10s')
  return rows[0]?.count ?? 0
}
