import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HubTarget } from '@postern/cli'
import { expect, test } from 'vitest'
import { sendIndicators } from '../send-indicators.ts'
import { mayMount, SmallDisk } from '../environment-server/small-disk.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem } from '../test-system.ts'
import { hostNames } from './story.ts'

/** A new cluster, the hub's tables and a few write-ahead segments. */
const diskMegabytes = 200
const owner = 'Sender of the story'
const hostsAtOnce = 1_000
const batchesMax = 20
const segmentsMax = 30

test.skipIf(!mayMount)(
  'D12: the disk under the hub and its database is full: writes are refused with the reason, nothing taken is lost, and it goes on when there is room',
  async () => {
    using disk = new SmallDisk(diskMegabytes)
    await using system = await startTestSystem({}, { below: disk.folder, restartDelayMsMax: 500 })
    const { dataFolder, hub } = system
    const pid = hub.processes.hub.pid
    const taken: string[] = []
    expect(await send(hub.target, taken, 0)).toBeUndefined()

    disk.fill()
    let refusal: string | undefined
    for (let batch = 1; refusal === undefined && batch <= batchesMax; batch += 1)
      refusal = await send(hub.target, taken, batch)
    expect(refusal).toBe("The disk of the hub's database is full. Make room on it and try again.")

    // The hub's log lies on that disk too.
    const logFile = join(dataFolder, 'logs/hub.log')
    disk.fill(logFile)

    // Without room for its next segment of write-ahead log PostgreSQL gives up, and cannot start either.
    expect(await switchesOfSegment(dataFolder)).toBeLessThan(segmentsMax)
    refusal = await send(hub.target, taken, batchesMax + 1)
    expect(refusal).toMatch(/^The (disk of the )?hub's database /)

    disk.makeRoom()
    await waitFor(
      async () => (refusal = await send(hub.target, taken, batchesMax + 2)) === undefined,
      'the hub to take a batch again',
      () => refusal ?? '',
    )
    const held = await withHubDatabase(dataFolder, async (client) => {
      const { rows } = await client.query('select value from indicator order by value')
      return rows.map(({ value }) => value)
    })
    expect(held).toEqual(taken.toSorted())
    expect(hub.processes.hub.pid).toBe(pid)
    // What the hub had to say while it could not write.
    const said = () => readFileSync(logFile, 'utf8')
    await waitFor(() => said().includes('an idle database connection broke'), 'the log to be written', said)
  },
)

/** Sends a batch of hosts, and notes them where the hub says that it has them. @returns how it refused */
async function send(target: HubTarget, taken: string[], batch: number): Promise<string | undefined> {
  const hosts = hostNames(hostsAtOnce, `batch-${batch}`)
  const indicator = hosts.map((summary) => ({ type: 'Host', summary }))
  try {
    const accepted = await sendIndicators(target, owner, { indicator })
    if (accepted !== hostsAtOnce) return `${accepted} of ${hostsAtOnce} were accepted`
    taken.push(...hosts)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) return String(error)
    return error.cause === undefined ? error.message : `${error.message} (${String(error.cause)})`
  }
}

/** Has PostgreSQL begin one segment after another until it fails. @returns how many it began */
async function switchesOfSegment(dataFolder: string): Promise<number> {
  let begun = 0
  await withHubDatabase(dataFolder, async (client) => {
    client.on('error', () => {})
    for (; begun < segmentsMax; begun += 1)
      await client.query(`select pg_logical_emit_message(false, 'story', 'a word'), pg_switch_wal()`)
  }).catch(() => {})
  return begun
}
