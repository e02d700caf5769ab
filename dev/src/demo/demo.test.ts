import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { callHub, checkoutFolder, type HubTarget, prepareServiceHome, runJob } from '@postern/cli'
import { HubFile, serviceUser } from '@postern/hub'
import { canonicalise, indicatorTypes, parseIndicatorType } from '@postern/intel'
import {
  CollectionPage,
  ExecutionPage,
  JobPage,
  Ledger,
  type LedgerItem,
  LedgerItemPage,
  paths,
  ReceiptPage,
} from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applianceHolds } from '../appliance-state.ts'
import { collectionValues } from '../collection-values.ts'
import { unprivilegedUser } from '../environment-server/unprivileged-user.ts'
import { DemoProcess } from './demo-process.ts'

const isRoot = process.geteuid?.() === 0
const sharedEvents = join(checkoutFolder, '../shared/data/misp-events')
const summaryLinesMax = 25

/** What every run shows a person: a page, no defect's trace. */
function expectPage(demo: DemoProcess): void {
  const summary = demo.lines.slice(demo.lines.findIndex((line) => line.includes('read back')) + 1)
  expect(summary.length).toBeLessThanOrEqual(summaryLinesMax)
  expect(demo.lines.filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))).toEqual([])
  expect(demo.errors).toBe('')
}

function lastLine(demo: DemoProcess): unknown {
  return JSON.parse(demo.lines.findLast((line) => line !== '') ?? '')
}

const provenSample = {
  indicators: 556,
  refused: 10,
  receipts: [{ control: 'netscout-aed', state: 'in-sync', desired: 340, held: 340, missing: 0, extra: 0 }],
}

describe.runIf(isRoot)('D19, D11: the demo that root starts in a folder that only root can pass', () => {
  let asked: string
  let demo: DemoProcess

  beforeAll(async () => {
    asked = mkdtempSync('/tmp/postern-demo-root-')
    demo = new DemoProcess({ checkout: checkoutFolder, dataFolder: join(asked, 'data'), args: ['--once'] })
    await demo.ended()
  })
  afterAll(async () => {
    await demo[Symbol.asyncDispose]()
    const hubFile = join(asked, 'data/hub.json')
    if (existsSync(hubFile))
      rmSync(dirname(HubFile.parse(JSON.parse(readFileSync(hubFile, 'utf8'))).dataFolder), { recursive: true })
    rmSync(asked, { recursive: true })
  })

  test('proves itself: exit code 0, a page of summary, and one JSON object as the last line', async () => {
    expect(await demo.ended()).toBe(0)
    expectPage(demo)
    expect(lastLine(demo)).toEqual(provenSample)
  })

  test('runs every part as the user postern: none is root’s while it works', () => {
    const { uid } = serviceUser()
    const parts = [
      'hub/src/main.ts',
      'hub/src/edge/main.ts',
      'postgres',
      'aed/main.ts',
      'misp/main.ts',
      'postern-envsvr.mjs',
      'app.mjs',
    ]
    expect(parts.filter((part) => !demo.seen.some(({ command }) => command.includes(part)))).toEqual([])
    expect(demo.seen.filter(({ uids }) => uids.some((each) => each !== uid))).toEqual([])
  })

  test('keeps its data below /var/lib/postern, and says so where it was asked to keep them', () => {
    const { dataFolder } = HubFile.parse(JSON.parse(readFileSync(join(asked, 'data/hub.json'), 'utf8')))
    expect(dataFolder).toMatch(/^\/var\/lib\/postern\/[0-9a-f]{16}\/data$/)
    expect(readdirSync(dataFolder)).toEqual(
      expect.arrayContaining(['cluster', 'secret.key', 'environment-server', 'aed']),
    )
    expect(readdirSync(join(asked, 'data')).toSorted()).toEqual(['hub.json', 'hub.sock', 'logs', 'pki'])
  })
})

describe('D19: the demo of an ordinary user without a home', () => {
  const user = unprivilegedUser()
  let top: string
  let dataFolder: string
  let checkout: string

  beforeAll(() => {
    top = mkdtempSync('/tmp/postern-demo-user-')
    chmodSync(top, 0o711)
    dataFolder = join(top, 'data')
    if (user !== undefined) chownSync(top, user.uid, user.gid)
    // Where the checkout itself is closed to others, a copy that is not.
    checkout = prepareServiceHome(checkoutFolder, join(top, 'home')).checkout
  })
  afterAll(() => {
    if (checkout !== checkoutFolder) rmSync(dirname(checkout), { recursive: true })
    rmSync(top, { recursive: true })
  })

  function start(...args: string[]): DemoProcess {
    return new DemoProcess({ checkout, dataFolder, args, user })
  }

  function hub(): HubTarget {
    return { kind: 'socket', socketPath: join(dataFolder, 'hub.sock') }
  }

  async function run(jobName: string) {
    const job = (await callHub(hub(), paths.jobs, JobPage)).data.find(({ name }) => name === jobName)
    if (job === undefined) throw new Error(`there is no job ${jobName}`)
    return await runJob(hub(), job.id)
  }

  /** What all executions of a job since then did together. */
  async function ledgersSince(jobName: string, since: string) {
    const executions = (await callHub(hub(), paths.executions, ExecutionPage)).data.filter(
      (each) => each.jobName === jobName && each.finishedAt !== null && each.finishedAt > since,
    )
    const ledgers = await Promise.all(
      executions.map(async ({ id }) => await callHub(hub(), paths.executionLedger(id), Ledger)),
    )
    const sumOf = (what: 'created' | 'updated' | 'deleted') => ledgers.reduce((sum, each) => sum + each[what], 0)
    return { created: sumOf('created'), updated: sumOf('updated'), deleted: sumOf('deleted') }
  }

  async function collectionNamed(name: string) {
    const found = (await callHub(hub(), paths.collections, CollectionPage)).data.find((each) => each.name === name)
    if (found === undefined) throw new Error(`there is no data collection ${name}`)
    return found
  }

  test('proves itself at its first run, and leaves nothing running', async () => {
    await using demo = start('--once')
    expect(await demo.ended()).toBe(0)
    expectPage(demo)
    expect(lastLine(demo)).toEqual(provenSample)
    expect(demo.seen.length).toBeGreaterThan(5)
    await demo.leavesNothing()
  })

  test('a second run finds the first one’s state: nothing new, nothing to change; what then goes from an event goes from the AED', async () => {
    await using demo = start()
    await demo.says('Stop with Ctrl-C')
    expectPage(demo)
    expect(await demo.says('Ledger ')).toContain('0 new, 0 changed, 556 unchanged; 0 gone')
    expect(await demo.says('Control ')).toContain('nothing to change')
    expect(await demo.says('Receipt ')).toContain('IN SYNC: 340 wanted, 340 held, 0 missing, 0 extra')

    const sample = await collectionNamed('Sample for the AED')
    const { values } = await collectionValues(hub(), sample.id, 'RED')
    expect(values.length).toBeGreaterThanOrEqual(500)
    expect(new Set(values.map(([type]) => type))).toEqual(new Set(indicatorTypes))

    // Somebody else who comes while it runs is refused, and harms nothing even by asking for a fresh start.
    for (const args of [['--once'], ['--once', '--fresh']]) {
      await using second = start(...args)
      expect(await second.ended()).toBe(1)
      expect(second.lines.join('\n')).toMatch(/already runs on .+\(process \d+\)/)
    }

    const before = await applianceHolds(join(dataFolder, 'aed'), 'Postern sample')
    const gone = 'c2-7.lantern.example.com'
    expect(before.Host).toContain(gone)
    const since = new Date().toISOString()
    removeAttribute(join(dataFolder, 'events/sample'), gone)
    await run('MISP feed sample')
    // The demo's own schedule may have come first: whichever execution took the value away, one did and nothing else changed.
    expect(await ledgersSince('MISP feed sample', since)).toEqual({ created: 0, updated: 0, deleted: 1 })
    await run('NETSCOUT AED sample')
    const receipts = (await callHub(hub(), paths.receipts, ReceiptPage)).data.filter(
      ({ createdAt }) => createdAt > since,
    )
    expect(receipts.filter(({ removed }) => removed > 0)).toMatchObject([{ removed: 1, removedBy: 'revoke', added: 0 }])
    expect(receipts[0]).toMatchObject({ state: 'in-sync', desired: 339, held: 339, missing: 0, extra: 0 })
    const after = await applianceHolds(join(dataFolder, 'aed'), 'Postern sample')
    expect(after).toEqual({ ...before, Host: before.Host.filter((value) => value !== gone) })

    expect(await demo.interrupt()).toBe(0)
  })

  const hasEvents = existsSync(sharedEvents)
  if (!hasEvents)
    process.stderr.write(
      `${sharedEvents} is not there, so a test of the demo is skipped: it needs those event files.\n`,
    )

  test.runIf(hasEvents)(
    'accounts for every attribute of the event files in --misp-dir, and the AED holds exactly what their collection says (needs ../shared/data)',
    async () => {
      await using demo = start('--misp-dir', sharedEvents)
      await demo.says('Stop with Ctrl-C')
      expectPage(demo)
      expect(await demo.says('Receipt ')).toContain('IN SYNC')

      const attributes = readAttributes(sharedEvents)
      const executions = (await callHub(hub(), paths.executions, ExecutionPage)).data
      const feed = executions.find(({ jobName }) => jobName.startsWith('MISP feed misp-events '))
      const said =
        /(\d+) attributes: (\d+) sent as \d+ indicators(?: \(.*?\))?, (\d+) not mapped/
          .exec(feed?.message ?? '')
          ?.slice(1)
          .map(Number) ?? []
      const [total = 0, sent = 0, unmapped = 0] = said
      expect(total).toBe(attributes.length)
      expect(sent + unmapped).toBe(attributes.length)

      const executionId = feed?.id ?? ''
      const ledger = await callHub(hub(), paths.executionLedger(executionId), Ledger)
      const byName = ledger.unmapped.filter(({ what }) => what.startsWith('attribute type '))
      expect(byName.reduce((sum, { count }) => sum + count, 0)).toBe(unmapped)

      const jobName = feed?.jobName.slice('MISP feed '.length) ?? ''
      const collection = await collectionNamed(`MISP ${jobName}`)
      const everything = new Set(
        (await collectionValues(hub(), collection.id, 'RED')).values.map((line) => line.join(' ')),
      )
      const refused = new Set((await refusedItems(executionId)).map(({ type, summary }) => `${type} ${summary}`))
      const lost = attributes.flatMap(simpleIndicator).filter(({ type, value }) => {
        const canonical = canonicalise(type, value)
        return canonical.ok ? !everything.has(`${type} ${canonical.value}`) : !refused.has(`${type} ${value}`)
      })
      expect(lost).toEqual([])

      const { values } = await collectionValues(hub(), collection.id)
      const wanted = {
        Address: ofType('Address').filter((value) => !value.includes(':')),
        Host: ofType('Host'),
        URL: ofType('URL'),
      }
      expect(wanted.Host.length * wanted.Address.length * wanted.URL.length).toBeGreaterThan(0)
      expect(await applianceHolds(join(dataFolder, 'aed'), `Postern ${jobName}`)).toEqual(wanted)
      // Another folder's collection on the same appliance is left alone.
      expect((await applianceHolds(join(dataFolder, 'aed'), 'Postern sample')).Host.length).toBeGreaterThan(0)
      expect(await demo.interrupt()).toBe(0)

      function ofType(wantedType: string): string[] {
        return values.flatMap(([type, value]) => (type === wantedType ? [value] : [])).toSorted()
      }
    },
  )

  async function refusedItems(executionId: string): Promise<LedgerItem[]> {
    const items: LedgerItem[] = []
    for (let cursor: string | undefined; ;) {
      const query = new URLSearchParams({
        outcome: 'refused',
        limit: '500',
        ...(cursor === undefined ? {} : { cursor }),
      })
      const page = await callHub(hub(), `${paths.executionLedgerItems(executionId)}?${query}`, LedgerItemPage)
      items.push(...page.data)
      if (page.next === undefined) return items
      cursor = page.next
    }
  }
})

type FileAttribute = { type: string; value: string; to_ids?: boolean; deleted?: boolean; isDeleted: boolean }

/** Every attribute of every event, wherever it stands: read without the app. */
function readAttributes(folder: string): FileAttribute[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.flatMap((name) => attributesIn(JSON.parse(readFileSync(join(folder, name), 'utf8')), false))
}

function attributesIn(node: unknown, isDeleted: boolean): FileAttribute[] {
  if (Array.isArray(node)) return node.flatMap((each) => attributesIn(each, isDeleted))
  if (node === null || typeof node !== 'object') return []
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (key !== 'Attribute' || !Array.isArray(value))
      return attributesIn(value, isDeleted || ('deleted' in node && node.deleted === true))
    const inDeleted = isDeleted || ('deleted' in node && node.deleted === true)
    return value.map((attribute: FileAttribute) => ({
      ...attribute,
      isDeleted: inDeleted || attribute.deleted === true,
    }))
  })
}

const simpleTypes: Readonly<Record<string, string>> = {
  domain: 'Host',
  hostname: 'Host',
  url: 'URL',
  'ip-src': 'Address',
  'ip-dst': 'Address',
  md5: 'File',
  sha1: 'File',
  sha256: 'File',
  'email-src': 'EmailAddress',
  mutex: 'Mutex',
}

/** The indicator that an attribute for detection is, where its type leaves no doubt about it. */
function simpleIndicator({ type, value, to_ids: forDetection, isDeleted }: FileAttribute) {
  const meant = parseIndicatorType(simpleTypes[type] ?? '')
  const isBlock = meant === 'Address' && value.includes('/')
  return meant === undefined || isBlock || isDeleted || forDetection !== true
    ? []
    : [{ type: meant, value: value.trim() }]
}

function removeAttribute(folder: string, value: string): void {
  let removed = 0
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const event = JSON.parse(readFileSync(file, 'utf8')) as { Event: { Attribute: { value: string }[] } }
    const kept = event.Event.Attribute.filter((attribute) => attribute.value !== value)
    removed += event.Event.Attribute.length - kept.length
    if (kept.length < event.Event.Attribute.length)
      writeFileSync(file, JSON.stringify({ Event: { ...event.Event, Attribute: kept } }))
  }
  if (removed !== 1) throw new Error(`${removed} attributes hold ${value}`)
}
