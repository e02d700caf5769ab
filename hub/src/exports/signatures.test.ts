import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { indicatorId } from '@postern/intel'
import {
  type AttemptSignature,
  attemptText,
  type CreateReceipt,
  planText,
  type Receipt,
  type ReceiptValue,
  receiptText,
  type WrittenDigest,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PersonCaller } from '../access/caller.ts'
import { createControls } from '../controls/controls.ts'
import { doubtServerKeys, keepServerKey } from '../environments/server-keys.ts'
import { createExclusions } from '../exclusions/exclusions.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from '../executions/rehearsal.ts'
import { createExports, type Exports } from './exports.ts'
import { readTargets } from '../library/indicator-targets.ts'
import { readExportFacts } from '../library/obstacles.ts'
import { addTestCollection, endTestExport, type ExportCaller, startTestExport } from './test-export.ts'
import { planIn, planLines, receiptIn } from './test-plans.ts'

let rehearsal: Rehearsal
let exports: Exports
let server: RehearsedServer
let serverKey: KeyObject
let appId: string
let collectionId: string

beforeAll(async () => {
  rehearsal = await startRehearsal()
  exports = createExports({ ...rehearsal, exclusions: createExclusions({ ...rehearsal, onTouched() {} }) })
  server = await rehearsal.addServer('one')
  appId = await rehearsal.addApp({ kind: 'export', programName: 'aed_v1' })
  collectionId = await addTestCollection(rehearsal)
  serverKey = await enrolKey(server)
})
afterAll(() => rehearsal.close())

const values: ReceiptValue[] = [['extra', 'Host', 'x.example.com', 'held after applying']]
const list = values.map((value) => `${JSON.stringify(value)}\n`).join('')
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const spkiOf = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'der' })

/** The server enrols with a key, and this is its private half. */
async function enrolKey({ serverXid }: RehearsedServer): Promise<KeyObject> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const key = { fingerprint: sha256(spkiOf(privateKey)), publicKeyPem }
  await keepServerKey(rehearsal.db, serverXid, key, rehearsal.clock.now())
  return privateKey
}

const start = async () => (await startTestExport(rehearsal, { server, appId, collectionId })).execution

/** A receipt as the app sends it, and how the app names it. */
async function send(execution: ExportCaller, changes: Partial<CreateReceipt> = {}) {
  const created = receiptIn(collectionId, { state: 'drift', held: 5, extra: 1, ...changes })
  const { id } = await exports.receipts.create(execution, created)
  await exports.receipts.putValues(execution, id, Readable.from([gzipSync(list)]))
  const written: WrittenDigest = { kind: 'receipt', sha256: sha256(receiptText(created, sha256(list))) }
  return { id, written }
}

function signatureOf(executionId: string, written: WrittenDigest[], key = serverKey): AttemptSignature {
  const text = attemptText({ serverXid: server.serverXid, executionId, attempt: 1, outcome: 'exited', written })
  return {
    keyFingerprint: sha256(spkiOf(key)),
    written,
    signature: sign('sha256', Buffer.from(text), key).toString('base64'),
  }
}

const end = ({ executionId }: ExportCaller, signature?: AttemptSignature) =>
  endTestExport(rehearsal, server, executionId, signature === undefined ? {} : { signature })

const person = (): PersonCaller => ({
  kind: 'user',
  userId: '1',
  name: 'ada',
  role: 'analyst',
  organizationId: rehearsal.organizationId,
})

const stateOf = async (id: string) => (await exports.receipts.get(person(), id)).signature?.state

test('D40: a receipt waits for its server’s word until the attempt has ended, and then anybody can check it', async () => {
  const execution = await start()
  const plan = planIn(collectionId, ['a.example.com'], { held: 3 })
  const draft = await exports.plans.create(execution, plan)
  const lines = planLines(['a.example.com']).map((line) => `${JSON.stringify(line)}\n`)
  await exports.plans.putValues(execution, draft.id, Readable.from([gzipSync(lines.join(''))]))
  const { id, written } = await send(execution, { reason: 'a "quoted"\nreason', notTaken: { z: 1, a: 2 } })
  expect(await stateOf(id)).toBe('awaited')
  await expect(exports.receipts.proof(person(), id)).rejects.toThrow('has no proof')
  const planWritten: WrittenDigest = { kind: 'plan', sha256: sha256(planText(plan)) }
  await end(execution, signatureOf(execution.executionId, [planWritten, written]))

  const signed = {
    state: 'signed',
    keyFingerprint: sha256(spkiOf(serverKey)),
    receivedAt: rehearsal.clock.now().toISOString(),
    doubtfulFrom: null,
  }
  expect((await exports.receipts.get(person(), id)).signature).toMatchObject(signed)
  expect((await exports.plans.get(person(), draft.id)).signature).toMatchObject(signed)
  const { executionId } = execution
  const [listed] = await exports.receipts.list(person(), { executionId }, undefined, 10)
  expect(listed?.signature).toMatchObject(signed)
  const proof = await exports.receipts.proof(person(), id)
  expect(proof.attemptText.split('\n')).toContain(`receipt ${sha256(proof.receiptText)}`)
  const signature = Buffer.from(proof.signature, 'base64')
  expect(verify('sha256', Buffer.from(proof.attemptText), createPublicKey(proof.publicKey), signature)).toBe(true)
  // Apps that read the receipts of their control do not judge them.
  expect((await exports.receipts.get(execution, id)).signature).toBeUndefined()
})

test('D40: what somebody sends with a stolen app token, and what is changed in the database, does not match', async () => {
  const execution = await start()
  const own = await send(execution)
  const stolen = await send(execution, { target: 'elsewhere' })
  await end(execution, signatureOf(execution.executionId, [own.written]))
  expect([await stateOf(own.id), await stateOf(stolen.id)]).toEqual(['signed', 'not-matching'])
  await expect(exports.receipts.proof(person(), stolen.id)).rejects.toThrow('this is not among it')

  const before = await rehearsal.db
    .selectFrom('receipt')
    .select(['held', 'values_sha256', 'reason'])
    .where('id', '=', own.id)
    .executeTakeFirstOrThrow()
  for (const change of [{ held: '4' }, { values_sha256: Buffer.alloc(32) }, { reason: 'All is well.' }]) {
    await changeReceipt(own.id, change)
    expect([change, await stateOf(own.id)]).toEqual([change, 'not-matching'])
    await changeReceipt(own.id, before)
  }
  expect(await stateOf(own.id)).toBe('signed')
})

async function changeReceipt(
  id: string,
  change: { held?: string; values_sha256?: Buffer | null; reason?: string | null },
): Promise<void> {
  await rehearsal.db.updateTable('receipt').set(change).where('id', '=', id).execute()
}

test('D40: a signature by a key that the server never had, and one of another attempt, do not match', async () => {
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const first = await start()
  const byStranger = await send(first)
  await end(first, signatureOf(first.executionId, [byStranger.written], stranger))
  expect(await stateOf(byStranger.id)).toBe('not-matching')
  // It names the server's key and is not by it.
  const second = await start()
  const misnamed = await send(second)
  const signature = signatureOf(second.executionId, [misnamed.written], stranger)
  await end(second, { ...signature, keyFingerprint: sha256(spkiOf(serverKey)) })
  expect(await stateOf(misnamed.id)).toBe('not-matching')
  const third = await start()
  const moved = await send(third)
  await end(third, signatureOf(second.executionId, [moved.written]))
  expect(await stateOf(moved.id)).toBe('not-matching')
})

test('D40: an older server, and an app that names nothing, leave receipts unsigned, and so does a list that never came', async () => {
  const execution = await start()
  const { id } = await send(execution)
  await end(execution)
  const { signature } = await exports.receipts.get(person(), id)
  expect(signature).toMatchObject({ state: 'unsigned', keyFingerprint: null, receivedAt: null })
  expect(signature?.reason).toContain('sent no signature')
  const cut = await start()
  const receipt: Receipt = await exports.receipts.create(cut, receiptIn(collectionId))
  await end(cut, signatureOf(cut.executionId, []))
  expect((await exports.receipts.get(person(), receipt.id)).signature).toMatchObject({
    state: 'unsigned',
    reason: expect.stringContaining('never came'),
  })
})

test('D40: how a control stands is marked by whose word that is, and a value on it by the weakest word that it rests on', async () => {
  const { db, organizationId } = rehearsal
  const id = indicatorId('Host', 'x.example.com')
  await db.insertInto('indicator').values({ id, type: 'Host', value: 'x.example.com', canonical_version: 1 }).execute()
  const place = { server, appId, collectionId }
  const { execution, jobId, controlId } = await startTestExport(rehearsal, place)
  const stands = async () => {
    const { targets } = await createControls(rehearsal).get(person(), controlId)
    const of = { organizationId, indicatorId: id }
    const onTargets = await readTargets(db, of, await readExportFacts(db, of))
    const onTarget = onTargets.find((each) => each.controlId === controlId)
    return [targets[0]?.signature, onTarget?.signature, onTarget?.receiptId]
  }
  const first = await send(execution)
  expect(await stands()).toEqual(['awaited', 'awaited', first.id])
  await end(execution, signatureOf(execution.executionId, [first.written]))
  expect(await stands()).toEqual(['signed', 'signed', first.id])
  // It repeats what the first one said, which therefore is still the one that is named.
  const { execution: next } = await startTestExport(rehearsal, place, { jobId, controlId })
  await send(next)
  await end(next, signatureOf(next.executionId, []))
  expect(await stands()).toEqual(['not-matching', 'not-matching', first.id])
})

test('D40: a pending receipt that became drift is still what its app said', async () => {
  const execution = await start()
  const { id, written } = await send(execution, { state: 'pending', reason: 'Waits to be fetched.' })
  await end(execution, signatureOf(execution.executionId, [written]))
  rehearsal.clock.pass(24 * 3600 + 1)
  await exports.tick()
  const receipt = await exports.receipts.get(person(), id)
  expect(receipt).toMatchObject({ state: 'drift', signature: { state: 'signed' } })
})

test('D40: what came signed by a compromised key since it was in other hands is doubtful, and nothing before', async () => {
  const signedNow = async () => {
    const execution = await start()
    const { id, written } = await send(execution)
    await end(execution, signatureOf(execution.executionId, [written]))
    return id
  }
  const before = await signedNow()
  rehearsal.clock.pass(60)
  const from = rehearsal.clock.now()
  const since = await signedNow()
  rehearsal.clock.pass(60)
  await doubtServerKeys(rehearsal.db, server.serverXid, from)
  expect(await stateOf(before)).toBe('signed')
  const { signature } = await exports.receipts.get(person(), since)
  expect(signature).toMatchObject({ state: 'doubtful', doubtfulFrom: from.toISOString() })
  expect((await exports.receipts.proof(person(), since)).doubtfulFrom).toBe(from.toISOString())
  // Said again of a later time, it takes nothing back; and a key that comes after it is not meant.
  await doubtServerKeys(rehearsal.db, server.serverXid, rehearsal.clock.now())
  serverKey = await enrolKey(server)
  expect([await stateOf(since), await stateOf(await signedNow())]).toEqual(['doubtful', 'signed'])
})
