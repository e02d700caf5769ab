import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { waitFor } from '../../environment-server/wait-for.ts'
import { withHubDatabase } from '../../hub-database.ts'
import { startStory, type Story } from '../story.ts'
import { type Books, libraryOf, membersAt, readBooks } from './books.ts'
import { faultsIn } from './faults-in-books.ts'
import { HeldHistory } from './held-history.ts'
import { SeededDraw, testSeed } from './seeded-draw.ts'
import { storm } from './storm.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** What a soak was made of, for docs/soak.md. */
    soaked?: string
  }
}

const isSoak = process.env['POSTERN_SOAK'] === '1'
const kills = Number(process.env['POSTERN_SOAK_KILLS'] ?? (isSoak ? 200 : 6))
const minutesMax = Number(process.env['POSTERN_SOAK_MINUTES'] ?? (isSoak ? 40 : 15))
/** Part after part is killed on purpose: a longer wait would only prove patience. */
const restartDelayMsMax = 500

test('D10, D15: parts killed at random instants under a schedule: one effect, true receipts, every attempt accounted for', async ({
  task,
}) => {
  const seed = testSeed()
  await using story = await startStory(restartDelayMsMax)
  using history = new HeldHistory(story.held)
  // Each write to the appliance takes a moment, so that some kills fall into it.
  story.aed.setFaults([{ on: 'taxii-post', fault: 'slow', delayMs: 300 }])
  const { killed, hosts } = await storm({ story, draw: new SeededDraw(seed), kills, minutesMax })
  story.aed.setFaults([])
  task.meta.soaked = `${Object.values(killed).reduce((sum, each) => sum + each)} kills`

  // Time may end a storm early where a shorter one was asked for, but not before every part was killed.
  const count = Object.values(killed).reduce((sum, each) => sum + each)
  if (process.env['POSTERN_SOAK_MINUTES'] === undefined) expect(count, `seed ${seed}`).toBe(kills)
  expect(Object.values(killed), `seed ${seed}`).not.toContain(0)
  expect(await guardedPlans(story), `seed ${seed}`).toEqual([])
  await story.feed()
  const last = await story.export()
  const { state, message } = last.execution
  const context = `seed ${seed}, killed ${JSON.stringify(killed)}; the last export: ${state}, ${message}`
  expect(last.receipts, context).toMatchObject([{ state: 'in-sync', missing: 0, extra: 0, held: hosts.length }])
  expect(story.held(), context).toEqual(hosts)

  let books: Books | undefined
  let faults: string[] = []
  // The last lines of a log come after the result.
  await waitFor(
    async () => {
      books = await withHubDatabase(story.system.dataFolder, readBooks)
      faults = faultsIn(books)
      return faults.length === 0
    },
    `books without a fault (${context})`,
    () => faults.join('\n'),
  )
  const { executions = [], attempts = [], receipts = [] } = books ?? {}
  const library = await withHubDatabase(story.system.dataFolder, (client) => libraryOf(client, 'Source of the story'))
  expect(library, context).toEqual({ values: hosts, byLedger: hosts.length })
  expect(await untrueReceipts(story, history, receipts), context).toEqual([])
  expect(defectsLogged(story), context).toEqual([])
  const states = executions.map(({ state }) => state)
  expect(states.filter((state) => state === 'succeeded').length, context).toBeGreaterThan(2)
  process.stdout.write(
    `${task.meta.soaked}, ${context}; ${executions.length} executions ${tally(states)}; ` +
      `attempts ${tally(attempts.map(({ state }) => state))}; receipts ${tally(receipts.map(({ state }) => state))}; ` +
      `the appliance changed ${history.changes} times\n`,
  )
})

/** Receipts that say *in sync* of a moment at which the appliance held something else. */
async function untrueReceipts(
  { system, jobs }: Story,
  history: HeldHistory,
  receipts: Books['receipts'],
): Promise<string[]> {
  return await withHubDatabase(system.dataFolder, async (client) => {
    const untrue: string[] = []
    for (const { id, state, version, createdAt } of receipts) {
      if (state !== 'in-sync') continue
      const wanted = (await membersAt(client, jobs.collection.id, version)).join('\n')
      const held = history.between(createdAt.getTime(), createdAt.getTime())
      if (!held.some((values) => values.join('\n') === wanted)) untrue.push(`receipt ${id} on version ${version}`)
    }
    return untrue
  })
}

/** Plans that wait for a person: the source changes so little that no guard may be tripped. */
async function guardedPlans({ system }: Story): Promise<unknown[]> {
  return await withHubDatabase(system.dataFolder, async (client) => {
    const { rows } = await client.query(
      `select id, execution_id, state, held, desired, add_count, remove_count, guards from plan
       where exists (select 1 from jsonb_array_elements(guards) each where (each->>'tripped')::boolean)`,
    )
    return rows
  })
}

/** What the processes themselves call a defect. */
function defectsLogged({ system }: Story): string[] {
  const hub = readFileSync(join(system.dataFolder, 'logs/hub.log'), 'utf8').split('\n')
  const server = readFileSync(join(system.dataFolder, 'logs/environment-server.log'), 'utf8').split('\n')
  return [
    ...hub.filter((line) => line.includes('a request ended in a defect') || line.includes('a request failed"')),
    ...server.filter((line) => line.includes('The environment server failed')),
  ]
}

function tally(words: readonly string[]): string {
  return JSON.stringify(
    Object.fromEntries(
      Map.groupBy(words, (word) => word)
        .entries()
        .map(([word, all]) => [word, all.length]),
    ),
  )
}
