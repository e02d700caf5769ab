import { callHub, type SupervisedProcess } from '@postern/cli'
import { Collection, ExecutionDetail, Ledger, LogPage, paths } from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { collectionValues } from '../collection-values.ts'
import { isRunning, processTree } from '../demo/process-tree.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { hostNames, startStory, type Story } from './story.ts'

/** An app that waits this long for the AED is caught in the middle of its work. */
const longMs = 60_000
/** Parts are killed on purpose: a longer wait would only prove patience. */
const restartDelayMsMax = 500

let story: Story
beforeAll(async () => (story = await startStory(restartDelayMsMax)))
afterAll(async () => await story[Symbol.asyncDispose]())
beforeEach(() => story.aed.setFaults([]))

/** SIGKILL, and the wait for the process that its supervisor starts in its place. */
async function kill(victim: SupervisedProcess): Promise<void> {
  const { pid } = victim
  if (pid === undefined) throw new Error('there is no process to kill')
  process.kill(pid, 'SIGKILL')
  await waitFor(() => victim.pid !== pid && isRunning(victim.pid ?? 0), 'the supervisor to start it again')
}

async function look(executionId: string): Promise<ExecutionDetail> {
  return await callHub(story.system.hub.target, paths.execution(executionId), ExecutionDetail)
}

test('D10: an environment server that is killed while its app writes to the AED: the attempt is lost, the next one ends with one effect and a true receipt', async () => {
  story.publish(hostNames(2_100, 'host'))
  await story.feed()
  expect((await story.export()).receipts).toMatchObject([{ state: 'in-sync', held: 2_100 }])

  const hosts = hostNames(3_150, 'host')
  story.publish(hosts)
  await story.feed()
  // The first thousand new values arrive; the rest hangs.
  story.aed.setFaults([{ on: 'taxii-post', fault: 'slow', after: 1, delayMs: longMs }])
  const executionId = await story.start(story.jobs.export)
  await waitFor(() => story.held().length === 3_100, 'the first part to be stored')
  const apps = processTree(story.server.process.pid ?? 0).filter(({ pid }) => pid !== story.server.process.pid)
  expect(apps.length).toBeGreaterThan(0)
  await kill(story.server.process)
  story.aed.setFaults([])

  await story.end(executionId)
  const { execution, plans, receipts } = await story.readExport(executionId)
  expect(execution.state).toBe('succeeded')
  expect(execution.attempts.map((attempt) => attempt.state)).toEqual(['lost', 'finished'])
  expect(execution.attempts[0]?.reason).toContain('The environment server ended while the app ran')
  expect(plans.map((plan) => plan.state).toSorted()).toEqual(['applied', 'failed'])
  expect(receipts).toMatchObject([{ state: 'in-sync', desired: 3_150, held: 3_150, added: 50, missing: 0, extra: 0 }])
  expect(story.held()).toEqual(hosts)
  expect(apps.filter(({ pid }) => isRunning(pid))).toEqual([])
})

test('D15: the broker’s edge is killed: what runs goes on in the same attempt', async () => {
  const { edge } = story.system.hub.processes
  story.publish(hostNames(3_250, 'host'))
  await story.feed()
  story.aed.setFaults([{ on: 'taxii-post', fault: 'slow', after: 0, times: 1, delayMs: 3_000 }])
  const executionId = await story.start(story.jobs.export)
  await waitFor(async () => (await look(executionId)).state === 'running', 'the export to run')
  await kill(edge)
  expect(await story.end(executionId)).toMatchObject({ state: 'succeeded', attempts: [{ number: 1 }] })
  expect(story.held()).toEqual(hostNames(3_250, 'host'))
})

test('D10: the hub is killed under a feed, with another execution waiting: both end, nothing is lost and nothing done twice', async () => {
  const hosts = hostNames(7_500, 'host')
  story.publish(hosts)
  const feedId = await story.start(story.jobs.feed)
  const ledgerOf = async () => await callHub(story.system.hub.target, paths.executionLedger(feedId), Ledger)
  await waitFor(async () => (await ledgerOf()).batches > 0, 'the first of two chunks to be in the library')
  const waitingId = await story.start(story.jobs.feed)
  await kill(story.system.hub.processes.hub)
  expect(await story.end(feedId)).toMatchObject({ state: 'succeeded', attempts: [{ number: 1 }] })
  expect(await story.end(waitingId)).toMatchObject({ state: 'succeeded', attempts: [{ number: 1 }] })
  expect(await ledgerOf()).toMatchObject({ created: 7_500 - 3_250, deleted: 0, refused: 0 })
  for (const executionId of [feedId, waitingId]) expect(await logGaps(executionId)).toEqual([])
  const { id } = story.jobs.collection
  await callHub(story.system.hub.target, paths.collectionRefresh(id), Collection, { method: 'POST', json: {} })
  const { values } = await collectionValues(story.system.hub.target, id)
  expect(values.map(([, value]) => value)).toEqual(hosts)
})

/** Numbers that lack in the log of an execution's first attempt. */
async function logGaps(executionId: string): Promise<number[]> {
  const { data } = await callHub(story.system.hub.target, `${paths.executionLog(executionId)}?limit=1000`, LogPage)
  const there = new Set(data.map(({ seq }) => seq))
  const last = Math.max(...there)
  return Array.from({ length: last }, (_, index) => index + 1).filter((seq) => !there.has(seq))
}
