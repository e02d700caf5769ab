import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CreateReceipt, launch, planText, receiptText } from '@postern/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Outcome } from '../define/app.ts'
import { createLogger } from '../launch/logger.ts'
import { startHubDouble } from '../test-kit/hub-double.ts'
import type { HubDouble } from '../test-kit/hub-double.ts'
import { HubSession } from '../net/hub-session.ts'
import { NotReadable } from './control.ts'
import type { ExportControl, Value } from './control.ts'
import { HubPlanStore } from './hub-plan-store.ts'
import { notTakenLimits } from './not-taken-limits.ts'
import { runExport } from './run-export.ts'
import { WrittenFile } from './written-file.ts'

const token = 'API:1:test:4102444800000:signature'
let hub: HubDouble
let folder: string
beforeAll(async () => {
  hub = await startHubDouble(token)
  folder = await mkdtemp(join(process.env['POSTERN_TEST_MEMORY'] ?? tmpdir(), 'export-test-'))
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** What may go wrong with one call of a control. */
type Fault = 'none' | 'ignores' | 'drops-half' | 'answer-lost' | 'fails' | 'refuses'

/** A control in memory that misbehaves as it is told. */
class MemoryControl implements ExportControl {
  readonly target: string
  readonly batchSize = 3
  readonly removedBy = 'delete'
  readonly isUnverified = false
  readonly held_ = new Set<string>()
  faults: Fault[] = []
  readable = true
  valuesMax?: number

  constructor(target: string) {
    this.target = target
  }

  accepts(type: string, _value: string): true | string {
    return type === 'File' ? 'File: not taken' : true
  }

  async *held(): AsyncGenerator<Value> {
    if (!this.readable) throw new NotReadable('it cannot be read')
    // In no order, and some twice, as appliances list.
    const lines = [...this.held_].toReversed()
    for (const line of [...lines, ...lines.slice(0, 2)]) yield valueOf(line)
  }

  add(values: readonly Value[]): ReturnType<ExportControl['add']> {
    return this.#apply(values, (line) => this.held_.add(line))
  }

  remove(values: readonly Value[]): ReturnType<ExportControl['remove']> {
    return this.#apply(values, (line) => this.held_.delete(line))
  }

  // oxlint-disable-next-line require-await -- the control's answers are promises, here as there
  async #apply(values: readonly Value[], change: (line: string) => void): ReturnType<ExportControl['add']> {
    const fault = this.faults.shift() ?? 'none'
    if (fault === 'fails') throw new Error('the connection broke')
    const lines = values.map((value) => value.join('\t'))
    if (fault === 'refuses') return values.map((value) => ({ value, reason: 'not today' }))
    if (fault !== 'ignores')
      for (const line of fault === 'drops-half' ? lines.filter((_, index) => index % 2 === 0) : lines) change(line)
    if (fault === 'answer-lost') throw new Error('the answer was lost')
    return []
  }
}

function valueOf(line: string): Value {
  const [type = '', value = ''] = line.split('\t')
  return [type, value]
}

let runs = 0
/** The folder of the newest run, while it lasts. */
let runFolder = ''

async function push(control: MemoryControl, collection: string, approved?: string): Promise<Outcome> {
  runs += 1
  const tempPath = await mkdtemp(join(folder, `run-${runs}-`))
  runFolder = tempPath
  const log = createLogger('error', () => {})
  const signal = new AbortController().signal
  const session = new HubSession(
    { route: { by: 'direct' }, userAgent: 'test', log, signal },
    `${hub.url}/api`,
    token,
    undefined,
  )
  const [planId = '', checksum = ''] = approved?.split(':') ?? []
  try {
    return await runExport({
      store: new HubPlanStore(session, new WrittenFile(tempPath), log),
      control,
      collection,
      approved: approved === undefined ? undefined : { planId, checksum },
      tempPath,
      log,
      signal,
    })
  } finally {
    session.close()
    await rm(tempPath, { recursive: true })
  }
}

const line = fc
  .tuple(
    fc.constantFrom('Host', 'URL', 'Address'),
    fc.constantFrom(...Array.from({ length: 12 }, (_, index) => `value-${index}`), 'ü', '\u{1f600}', '￿'),
  )
  .map((pair) => pair.join('\t'))
const lines = fc.uniqueArray(line, { maxLength: 20 })
const faults = fc.array(fc.constantFrom<Fault>('none', 'ignores', 'drops-half', 'answer-lost', 'fails', 'refuses'), {
  maxLength: 8,
})
const sorted = (values: Iterable<string>) => [...values].toSorted()

test('AED-7: whatever a control does, a receipt is never wrongly in sync, names every difference, and in the end all is in sync', async () => {
  let name = 0
  await fc.assert(
    fc.asyncProperty(lines, lines, faults, async (wanted, before, misbehaviour) => {
      const id = `property-${(name += 1)}`
      const control = new MemoryControl(id)
      for (const held of before) control.held_.add(held)
      control.faults = [...misbehaviour]
      hub.plans.setCollection(id, wanted.map(valueOf) as [string, string][])
      for (let attempt = 0; attempt < misbehaviour.length + 3; attempt += 1) {
        const outcome = await pushApproving(control, id)
        const receipt = hub.plans.receipts.at(-1)
        const missing = wanted.filter((value) => !control.held_.has(value))
        const extra = [...control.held_].filter((value) => !wanted.includes(value))
        const named = (what: string) =>
          sorted(
            receipt?.values.flatMap(([kind, ...value]) => (kind === what ? [value.slice(0, 2).join('\t')] : [])) ?? [],
          )
        expect(named('missing')).toEqual(sorted(missing))
        expect(named('extra')).toEqual(sorted(extra))
        const isInSync = missing.length === 0 && extra.length === 0
        expect(receipt?.state === 'in-sync').toBe(isInSync)
        expect(outcome.partial === true).toBe(!isInSync)
        expect(receipt?.held).toBe(control.held_.size)
      }
      expect(sorted(control.held_)).toEqual(sorted(wanted))
      expect(hub.complaints).toEqual([])
    }),
    { numRuns: process.env['POSTERN_SOAK'] === '1' ? 1_500 : 60 },
  )
})

/** Pushes; where the plan waits, approves it and lets it be applied. */
async function pushApproving(control: MemoryControl, collection: string): Promise<Outcome> {
  const outcome = await push(control, collection)
  const plan = hub.plans.plans.at(-1)
  return plan?.state === 'waiting' && outcome.message.startsWith('waits')
    ? await push(control, collection, hub.plans.approve(plan.id))
    : outcome
}

const hosts = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index): [string, string] => [
    'Host',
    `h${String(from + index).padStart(5, '0')}.example.com`,
  ])

async function synced(name: string, count: number): Promise<MemoryControl> {
  const control = new MemoryControl(name)
  hub.plans.setCollection(name, hosts(count))
  await push(control, name)
  return control
}

test('AED-7: nothing to change makes no plan and still writes a receipt that says unchanged', async () => {
  const control = await synced('unchanged', 5)
  const plans = hub.plans.plans.length
  expect(await push(control, 'unchanged')).toEqual({ message: 'in sync: 5 values held, unchanged' })
  expect(hub.plans.plans.length).toBe(plans)
  expect(hub.plans.receipts.at(-1)).toMatchObject({ planId: null, state: 'in-sync', added: 0, removed: 0 })
})

test('D40: each plan and receipt is named by its digest before it is sent', async () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const control = await synced('named', 2)
  control.faults = ['refuses']
  hub.plans.setCollection('named', hosts(3))
  const namedAtCall: string[] = []
  hub.intercept = ({ method, path }) => {
    if (method === 'POST') namedAtCall.push(`${path} ${readFileSync(join(runFolder, launch.writtenFile), 'utf8')}`)
    return undefined
  }
  await push(control, 'named')
  hub.intercept = undefined
  const [plan, receipt] = [hub.plans.plans.at(-1), hub.plans.receipts.at(-1)]
  if (plan === undefined || receipt === undefined) throw new Error('nothing was written')
  expect(receipt.values.length).toBe(2)
  const list = sha256(receipt.values.map((value) => `${JSON.stringify(value)}\n`).join(''))
  const planLine = `plan ${sha256(planText(plan.created))}\n`
  const receiptLine = `receipt ${sha256(receiptText({ ...receipt, reason: receipt.reason ?? '' }, list))}\n`
  expect(namedAtCall).toEqual([`/v1/plans ${planLine}`, `/v1/receipts ${planLine}${receiptLine}`])
})

test('D5: a collection that turns up empty never empties a control by itself', async () => {
  const control = await synced('empty', 5)
  hub.plans.setCollection('empty', [])
  expect((await push(control, 'empty')).message).toContain(
    'waits for approval: 0 to add, 5 to remove; shrink-to-nothing',
  )
  expect(control.held_.size).toBe(5)
})

test('D5: a plan that changes more than half of 100 values or more waits; one below is applied', async () => {
  const control = await synced('share', 200)
  hub.plans.setCollection('share', hosts(140))
  expect((await push(control, 'share')).message).toContain('in sync: 140 values held, 0 added, 60 removed')
  hub.plans.setCollection('share', hosts(60))
  expect((await push(control, 'share')).message).toContain('share-changed (80 of 140 held values would change (57 %)')
  expect(control.held_.size).toBe(140)
})

test('S10: a control that suddenly holds ten times, or none, of what the last receipt said waits', async () => {
  const control = await synced('jumped', 5)
  control.held_.clear()
  expect((await push(control, 'jumped')).message).toContain('held-jumped (0 values are held; the last receipt said 5)')
  for (const [type, value] of hosts(60)) control.held_.add(`${type}\t${value}`)
  expect((await push(control, 'jumped')).message).toContain('held-jumped (60 values are held; the last receipt said 5)')
})

test('AED-6: a collection beyond the control’s cap waits, and so does a block that is too wide', async () => {
  const control = new MemoryControl('caps')
  control.valuesMax = 3
  hub.plans.setCollection('caps', [
    ...hosts(4),
    ['CIDR', '10.0.0.0/8'],
    ['CIDR', '192.0.2.0/24'],
    ['CIDR', '2001:d00::/24'],
  ])
  const { message } = await push(control, 'caps')
  expect(message).toContain('wide-cidr (too wide: 10.0.0.0/8, 2001:d00::/24;')
  expect(message).toContain('control-cap (7 values are desired; the control takes 3)')
  expect(control.held_.size).toBe(0)
})

test('D5: an approved plan is applied as it was shown, at the version it was made of', async () => {
  const control = await synced('approved', 5)
  hub.plans.alwaysAsk = true
  hub.plans.setCollection('approved', hosts(6))
  expect((await push(control, 'approved')).message).toBe(
    'waits for approval: 1 to add, 0 to remove; the job always asks',
  )
  const approval = hub.plans.approve(hub.plans.plans.at(-1)?.id ?? '')
  hub.plans.setCollection('approved', hosts(50))
  expect(await push(control, 'approved', approval)).toEqual({ message: 'in sync: 6 values held, 1 added, 0 removed' })
  expect(hub.plans.plans.at(-1)?.state).toBe('applied')
  hub.plans.alwaysAsk = false
})

test('D5: an approved plan is refused when the control has changed since, and nothing is written', async () => {
  const control = await synced('changed', 5)
  hub.plans.alwaysAsk = true
  hub.plans.setCollection('changed', hosts(6))
  await push(control, 'changed')
  const approval = hub.plans.approve(hub.plans.plans.at(-1)?.id ?? '')
  control.held_.add('Host\tstranger.example.com')
  const receipts = hub.plans.receipts.length
  await expect(push(control, 'changed', approval)).rejects.toThrow(
    'the control has changed since the plan was approved',
  )
  expect([control.held_.size, hub.plans.receipts.length, hub.plans.plans.at(-1)?.state]).toEqual([
    6,
    receipts,
    'failed',
  ])
  hub.plans.alwaysAsk = false
})

test('D5: a control that cannot be read is unverifiable, and is sent only what changed since the last receipt', async () => {
  const control = new MemoryControl('blind')
  control.readable = false
  for (const wanted of [hosts(5), hosts(4, 1)]) {
    hub.plans.setCollection('blind', wanted)
    const outcome = await push(control, 'blind')
    expect(outcome).toMatchObject({
      partial: true,
      message: expect.stringContaining('unverifiable: it cannot be read'),
    })
    expect(sorted(control.held_)).toEqual(wanted.map((value) => value.join('\t')))
  }
  const last = hub.plans.receipts.at(-1) as CreateReceipt
  expect([last.state, last.added, last.removed]).toEqual(['unverifiable', 0, 1])
})

test('LIB-8: a plan and a receipt name what their control cannot take with the reason, within bounds, and count all', async () => {
  const [some, many] = [notTakenLimits.namedOfWholeTypeMax + 1, notTakenLimits.namedOfReasonMax + 1]
  const files = Array.from({ length: some }, (_, index): [string, string] => ['File', String(index).padStart(32, '0')])
  const control = new MemoryControl('choosy')
  control.accepts = (type: string, value: string) => {
    if (type === 'File') return 'File: not taken'
    return value.startsWith('h') ? 'Host: not taken here' : true
  }
  hub.plans.setCollection('choosy', [['Host', 'a.example.com'], ...hosts(many), ...files], { 'TLP:RED': 3 })
  const outcome = await push(control, 'choosy')
  expect(outcome.message).toContain(`${some + many + 3} of the collection not taken`)
  const { notTaken, values = [] } = hub.plans.receipts.at(-1) ?? {}
  expect(notTaken).toEqual({ 'File: not taken': some, 'Host: not taken here': many, 'TLP:RED': 3 })
  const named = (type: string) => values.filter((line) => line[1] === type)
  // Of a type in part, many; of one that is not taken at all, the reason says it of each.
  expect([named('Host').length, named('File').length]).toEqual([many - 1, some - 1])
  expect(named('File')[0]).toEqual(['left-out', ...(files[0] ?? []), 'File: not taken'])
  const plan = hub.plans.plans.at(-1)
  expect(plan).toMatchObject({ add: 1, remove: 0, values: [['add', 'Host', 'a.example.com'], ...values] })
})

test('D4: values that were cut off, are out of order or do not agree with their checksum change nothing', async () => {
  const good = `["Host","a.example.com"]\n["Host","b.example.com"]\n`
  const end = (count: number, sha256: string) => `${JSON.stringify({ count, sha256, leftOut: {} })}\n`
  const sha = '0'.repeat(64)
  const streams = {
    'cut off': good,
    'not in order': `["Host","b"]\n["Host","a"]\n${end(2, sha)}`,
    'do not agree': `${good}${end(2, sha)}`,
    'go on after': `${end(0, sha)}${good}`,
  }
  const control = await synced('streams', 2)
  for (const [problem, body] of Object.entries(streams)) {
    hub.intercept = ({ path }) =>
      path.endsWith('/values') && path.includes('collection') ? { status: 200, body: Buffer.from(body) } : undefined
    await expect(push(control, 'streams')).rejects.toThrow(problem)
  }
  hub.intercept = undefined
  expect(control.held_.size).toBe(2)
})

test('S6: a control that lists values with control characters ends the run before anything is written', async () => {
  const control = await synced('syntax', 2)
  control.held_.add('Host\tevil\u0085.example.com')
  await expect(push(control, 'syntax')).rejects.toThrow('holds control characters')
})
