import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { callHub, sendToHub, verifyReceipt } from '@postern/cli'
import {
  EnvironmentPage,
  type ExecutionDetail,
  ExecutionPage,
  IndicatorPage,
  paths,
  Plan,
  type Receipt,
  ReceiptProof,
} from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hostNames, startStory, type Story } from './story.ts'

const known = hostNames(200, 'known')
let story: Story
beforeAll(async () => (story = await startStory()))
afterAll(async () => await story[Symbol.asyncDispose]())

/** Every story begins in sync: the source, the library and the AED hold the same. */
beforeEach(async () => {
  story.aed.setFaults([])
  story.publish(known)
  expect((await story.feed()).state).toBe('succeeded')
  const { receipts } = await story.export()
  expect(receipts).toMatchObject([{ state: 'in-sync', desired: 200, held: 200 }])
  expect(story.held()).toEqual(known)
})

async function decide(planId: string, decision: 'approve' | 'refuse'): Promise<Plan> {
  return await callHub(story.system.hub.target, paths.planDecision(planId), Plan, { json: { decision } })
}

test('D5: a feed that turns up empty never empties a control', async () => {
  story.publish([])
  expect((await story.feed()).message).toContain('200 values gone')
  const { data } = await callHub(story.system.hub.target, paths.indicators, IndicatorPage)
  expect(data).toEqual([])

  const { execution, plans, receipts } = await story.export()
  expect(plans).toMatchObject([{ state: 'waiting', desired: 0, held: 200, add: 0, remove: 200 }])
  expect(tripped(plans[0])).toEqual(expect.arrayContaining(['shrink-to-nothing', 'share-changed']))
  expect(execution.message).toContain('waits for approval')
  expect(receipts).toEqual([])
  expect(story.held()).toEqual(known)

  // The next run does not get around it either: it makes the same plan anew, and the older one can no longer be approved.
  const again = await story.export()
  expect(again.plans).toMatchObject([{ state: 'waiting', remove: 200 }])
  expect((await story.readExport(execution.id)).plans).toMatchObject([{ state: 'superseded' }])
  await expect(decide(plans[0]?.id ?? '', 'approve')).rejects.toThrow('is superseded')
  expect(story.held()).toEqual(known)
})

test('AED-7, D5, D40: an AED that answers OK and stores nothing is found out: drift, and the receipt, signed by its server, names every missing value', async () => {
  const added = hostNames(3, 'added')
  story.publish([...known, ...added])
  await story.feed()
  story.aed.setFaults([{ on: 'taxii-post', fault: 'store-nothing-answer-ok', after: 0, delayMs: 1 }])
  const { execution, plans, receipts } = await story.export()
  expect(execution.state).toBe('partial')
  expect(plans).toMatchObject([{ state: 'applied', add: 3 }])
  expect(receipts).toMatchObject([{ state: 'drift', desired: 203, held: 200, missing: 3, extra: 0 }])
  const fingerprint = await expectSigned(execution, [...plans, ...receipts])
  for (const receipt of receipts) await expectProved(receipt, execution.attempts[0]?.serverXid ?? '', fingerprint)
  const values = await story.receiptValues(receipts[0]?.id ?? '')
  expect(values.map(({ change, type, value }) => [change, type, value])).toEqual(
    added.map((value) => ['missing', 'Host', value]),
  )
  expect(story.held()).toEqual(known)

  story.aed.setFaults([])
  const mended = await story.export()
  expect(mended.receipts).toMatchObject([{ state: 'in-sync', added: 3, held: 203 }])
  expect(story.held()).toEqual([...known, ...added].toSorted())
})

test('D5: a plan that trips a guard waits; refusing it changes nothing, approving it starts an execution that applies it', async () => {
  const wanted = [...known.slice(0, 50), ...hostNames(150, 'new')].toSorted()
  story.publish(wanted)
  await story.feed()
  const first = await story.export()
  expect(first.plans).toMatchObject([{ state: 'waiting', desired: 200, held: 200, add: 150, remove: 150 }])
  expect(tripped(first.plans[0])).toEqual(['share-changed'])

  expect(await decide(first.plans[0]?.id ?? '', 'refuse')).toMatchObject({ state: 'refused' })
  await expect(decide(first.plans[0]?.id ?? '', 'approve')).rejects.toThrow('only a waiting plan can be decided about')
  expect(story.held()).toEqual(known)

  const second = await story.export()
  const planId = second.plans[0]?.id ?? ''
  expect(second.plans).toMatchObject([{ state: 'waiting', checksum: first.plans[0]?.checksum }])
  // What is approved is what was shown, whatever has come into the library since.
  story.publish([...wanted, ...hostNames(5, 'later')])
  await story.feed()
  expect(await decide(planId, 'approve')).toMatchObject({ decidedBy: expect.any(String) })
  const approved = await approvedExecution(second.execution.jobId)
  expect(approved.execution).toMatchObject({ trigger: 'approval', state: 'succeeded' })
  expect(approved.receipts).toMatchObject([{ planId, state: 'in-sync', added: 150, removed: 150, removedBy: 'revoke' }])
  expect(await callHub(story.system.hub.target, paths.plan(planId), Plan)).toMatchObject({ state: 'applied' })
  expect(story.held()).toEqual(wanted)
})

/** D40: by the server that ran it, with the key that it enrolled with; once it has told how the attempt ended. */
async function expectSigned({ attempts }: ExecutionDetail, written: readonly (Plan | Receipt)[]): Promise<string> {
  const { data } = await callHub(story.system.hub.target, paths.environments, EnvironmentPage)
  const servers = data.flatMap((environment) => environment.servers)
  const keyFingerprint = servers.find(({ serverXid }) => serverXid === attempts[0]?.serverXid)?.keyFingerprint
  expect(keyFingerprint).toMatch(/^[0-9a-f]{64}$/)
  expect(written.map(({ signature }) => signature)).toEqual(
    written.map(() => expect.objectContaining({ state: 'signed', keyFingerprint, doubtfulFrom: null })),
  )
  return keyFingerprint ?? ''
}

/** D40: what the hub hands out of a receipt is checked without it, down to the bytes of its list. */
async function expectProved({ id }: Receipt, serverXid: string, fingerprint: string): Promise<void> {
  const { target } = story.system.hub
  const proof = await callHub(target, paths.receiptProof(id), ReceiptProof)
  const list = await sendToHub(target, paths.receiptValues(id), { headers: { accept: 'application/x-ndjson' } })
  const valuesSha256 = createHash('sha256').update(gunzipSync(list.bytes)).digest('hex')
  const [said] = verifyReceipt(proof, { fingerprint, valuesSha256 })
  expect(said).toContain(`Signed by environment server ${serverXid} `)
}

function tripped(plan: Plan | undefined): string[] {
  return plan?.guards.flatMap((guard) => (guard.tripped ? [guard.guard] : [])) ?? []
}

/** The newest execution of the job, once it has ended. */
async function approvedExecution(jobId: string) {
  const page = await callHub(story.system.hub.target, `${paths.executions}?jobId=${jobId}&limit=1`, ExecutionPage)
  const { id } = await story.end(page.data[0]?.id ?? '')
  return await story.readExport(id)
}
