import { setTimeout as wait } from 'node:timers/promises'
import { residentMegabytes } from '../ingest/resident-memory.ts'
import { startBareBroker } from './bare-under-test.ts'
import { commandAll, type CommandToEach, publishToAll } from './commands.ts'
import type { BrokerTls } from './enrol-fleet.ts'
import type { Fleet } from './fleet.ts'
import type { HubUnderTest } from './hub-under-test.ts'

/** What one side did in one round. */
export type Turn = { bytesAConnection: number; commandSeconds: number; stormSeconds: number }

/** After connecting, until memory is looked at: garbage is collected, sockets' buffers are given back. */
const settleMs = 10_000

/** The whole fleet connects to a fresh hub, is commanded, loses it, and comes back at once. */
export async function turnOfOurs(
  hub: HubUnderTest,
  fleet: Fleet,
  commands: readonly CommandToEach[],
): Promise<Turn & { pagesMs: number[] }> {
  await hub.restart()
  // Silent, as on the other side: what is compared is connections and commands.
  const bytesAConnection = await bytesOf(hub.edgePid(), fleet, () => fleet.connect(hub.brokerPort, false))
  const commandSeconds = await commandAll(hub.store, commands)
  await fleet.disconnect()
  await hub.restart()
  const reading = new AbortController()
  const pages = readPages(hub, reading.signal)
  const stormSeconds = await fleet.connect(hub.brokerPort, true)
  reading.abort()
  const pagesMs = await pages
  await fleet.disconnect()
  return { bytesAConnection, commandSeconds, stormSeconds, pagesMs }
}

/** The same with a broker that asks nothing and records nothing. */
export async function turnOfBare(tls: BrokerTls, fleet: Fleet, commands: readonly CommandToEach[]): Promise<Turn> {
  const measured = await withBroker(async (broker) => ({
    bytesAConnection: await bytesOf(broker.pid, fleet, () => fleet.connect(broker.port, false)),
    commandSeconds: await publishToAll(broker, commands),
  }))
  const stormSeconds = await withBroker((broker) => fleet.connect(broker.port, false))
  return { ...measured, stormSeconds }

  async function withBroker<Result>(
    work: (broker: Awaited<ReturnType<typeof startBareBroker>>) => Promise<Result>,
  ): Promise<Result> {
    await using broker = await startBareBroker(tls)
    const result = await work(broker)
    await fleet.disconnect()
    return result
  }
}

/** One page after the other, as a person who looks on. @returns how long each took, in milliseconds */
export async function readPages(hub: HubUnderTest, signal: AbortSignal): Promise<number[]> {
  const took: number[] = []
  while (!signal.aborted) {
    took.push(await hub.readEnvironments())
    await wait(pauseMs)
  }
  return took
}

/** Between two pages: a console asks again when something changed, and not more often than this. */
const pauseMs = 500

async function bytesOf(pid: number, fleet: Fleet, connect: () => Promise<unknown>): Promise<number> {
  const before = residentMegabytes(pid)
  await connect()
  await wait(settleMs)
  return ((residentMegabytes(pid) - before) * 1_000_000) / fleet.size
}
