import { setTimeout as delay } from 'node:timers/promises'
import { callHub } from '@postern/cli'
import { Environment, Job, JobPage, paths } from '@postern/protocol'
import { withHubDatabase } from '../../hub-database.ts'
import { waitFor } from '../../environment-server/wait-for.ts'
import type { Story } from '../story.ts'
import { ChangingHosts } from './changing-hosts.ts'
import { killVictim, type Victim, victims } from './killer.ts'
import type { SeededDraw } from './seeded-draw.ts'

export type StormOptions = {
  story: Story
  draw: SeededDraw
  kills: number
  /** A busy machine gets over a kill more slowly: after so long the storm ends with those that there were. */
  minutesMax: number
}

/** How a storm went: what was killed when, and the hosts that the source held at its end. */
export type Storm = { killed: Record<Victim, number>; hosts: string[] }

/** A kill comes within this time after the one before was got over. */
const pauseMsMax = 1_500
/** One in so many kills does not wait until the one before was got over. */
const doubleKillIn = 4

/** Both jobs run every few seconds while the source changes and parts are killed; every kind of part comes in turn. */
export async function storm({ story, draw, kills, minutesMax }: StormOptions): Promise<Storm> {
  const killed = Object.fromEntries(victims.map((victim) => [victim, 0])) as Record<Victim, number>
  const source = new ChangingHosts(draw)
  await firstLoop(story, source.now)
  await schedule(story, story.jobs.feed, '0/4 * * * * ?')
  await schedule(story, story.jobs.export, '2/4 * * * * ?')
  let order: Victim[] = []
  let ended = 0
  const end = performance.now() + minutesMax * 60_000
  for (let count = 0; count < kills && performance.now() < end; count += 1) {
    if (order.length === 0) order = shuffled(victims, draw)
    // The order was filled just now.
    const victim = order.pop() as Victim
    source.change()
    story.publish(source.now)
    if (draw.integer(doubleKillIn) !== 0) {
      await isWell(story)
      ended = await moreThan(story, ended)
    }
    await delay(draw.integer(pauseMsMax))
    await killVictim(story, victim)
    killed[victim] += 1
  }
  await isWell(story)
  await schedule(story, story.jobs.feed, null)
  await schedule(story, story.jobs.export, null)
  await nothingIsOpen(story)
  return { killed, hosts: source.now }
}

/** Everything that lasts is held before the first kill. */
async function firstLoop(story: Story, hosts: string[]): Promise<void> {
  story.publish(hosts)
  await story.feed()
  const { receipts } = await story.export()
  if (receipts[0]?.state !== 'in-sync') throw new Error(`the first export left ${JSON.stringify(receipts)}`)
}

function shuffled(all: readonly Victim[], draw: SeededDraw): Victim[] {
  const left = [...all]
  return all.flatMap(() => left.splice(draw.integer(left.length), 1))
}

/** The hub answers with its database behind it, and the environment server is heard again. */
async function isWell({ system, server }: Story): Promise<void> {
  let last: unknown
  await waitFor(
    async () => {
      try {
        const environment = await callHub(system.hub.target, paths.environment(server.environment.id), Environment)
        await callHub(system.hub.target, paths.jobs, JobPage)
        last = environment.servers
        const heard = environment.servers[0]?.lastHeartbeatAt
        return heard !== null && heard !== undefined && Date.parse(heard) > Date.now() - 11_000
      } catch (error) {
        last = error
        return false
      }
    },
    'the system to be well again',
    () => JSON.stringify(last instanceof Error ? last.message : last),
  )
}

/** Waits until another execution has ended: the jobs go on. @returns how many have */
async function moreThan({ system }: Story, ended: number): Promise<number> {
  return await waitFor(async () => {
    const now = await countEnded(system.dataFolder).catch(() => 0)
    return now > ended && now
  }, `more than ${ended} executions to end`)
}

async function countEnded(dataFolder: string): Promise<number> {
  return await withHubDatabase(dataFolder, async (client) => {
    const { rows } = await client.query('select count(*)::int as ended from execution where finished_at is not null')
    return rows[0].ended
  })
}

/** The hub may be away while it is told. */
async function schedule({ system }: Story, job: Job, cron: string | null): Promise<void> {
  const json = { schedule: cron === null ? null : { cron, timeZone: 'UTC' } }
  await waitFor(async () => {
    try {
      return await callHub(system.hub.target, paths.job(job.id), Job, { method: 'PATCH', json })
    } catch {
      return undefined
    }
  }, `the schedule of ${job.name} to be taken`)
}

async function nothingIsOpen({ system }: Story): Promise<void> {
  let open: unknown[] = []
  await waitFor(
    async () => {
      open = await withHubDatabase(system.dataFolder, async (client) => {
        const { rows } = await client.query(
          `select e.id, e.state, e.message, a.number, a.state as attempt, a.accepted_at from execution e
           left join attempt a on a.execution_id = e.id where e.finished_at is null or (a.number is not null and a.finished_at is null)`,
        )
        return rows
      }).catch((error: unknown) => [error])
      return open.length === 0
    },
    'everything that runs to end',
    () => JSON.stringify(open),
  )
}
