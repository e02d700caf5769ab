/** A part of the fleet, `node fleet-process.ts FILE PART PARTS`: takes orders from the bench, and tells it how far it is. */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { telemetryPeriodSeconds } from './config.ts'
import { addressOf, type FleetFile } from './identity.ts'
import type { Order } from './fleet.ts'
import { SimulatedServer, type Tally } from './simulated-server.ts'

const tellEveryMs = 25

const [file = '', part, parts] = process.argv.slice(2)
const { caPem, identities } = JSON.parse(readFileSync(file, 'utf8')) as FleetFile
const tally: Tally = { connected: 0, failed: 0, commands: 0, answers: 0, telemetry: 0 }
const servers = identities
  .map((identity, index) => ({ identity, index }))
  .filter(({ index }) => index % Number(parts) === Number(part))
  .map(({ identity, index }) => new SimulatedServer(identity, caPem, addressOf(index), tally))
let connection = new AbortController()
let running: Promise<unknown> = Promise.resolve()
let telemetry: AbortController | undefined
let told = ''

function tell(): void {
  const now = JSON.stringify(tally)
  if (now === told) return
  told = now
  process.send?.(tally)
}

process.on('message', (order: Order) => {
  if (order.do === 'connect') {
    connection = new AbortController()
    running = Promise.all(servers.map((server) => server.run(order.port, order.talks, connection.signal)))
  } else if (order.do === 'disconnect') {
    connection.abort()
    void running.then(tell)
  } else if (order.do === 'telemetry') {
    telemetry?.abort()
    telemetry = order.on ? new AbortController() : undefined
    if (telemetry !== undefined) for (const server of servers) void sendTelemetry(server, telemetry.signal)
  }
})
// The bench is gone: so is whoever it made.
process.once('disconnect', () => process.exit(0))
setInterval(tell, tellEveryMs)
process.send?.(tally)

/** Each at its own moment of the period, as servers that were started at any time. */
async function sendTelemetry(server: SimulatedServer, signal: AbortSignal): Promise<void> {
  const periodMs = telemetryPeriodSeconds * 1000
  try {
    for (await wait(Math.random() * periodMs, undefined, { signal }); ; await wait(periodMs, undefined, { signal }))
      server.offerTelemetry()
  } catch {
    // Told to stop.
  }
}
