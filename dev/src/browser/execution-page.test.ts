import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { hostileCorpus } from '@postern/intel'
import { consolePages, ExecutionPage, LedgerItemPage, paths, SetupLink, User } from '@postern/protocol'
import type { Browser, Cookie, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'
import { hostNames, type SourceAttribute, startStory, type Story } from '../stories/story.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { manyRows } from './many-rows.ts'
import { expectFocusAt, loadAllByKeys, lookThroughRows } from './page-states.ts'

const password = 'four random words here'
const known = hostNames(200, 'known')
/** Of a kind that the AED does not take: they fill the ledger and not the appliance. */
const many: SourceAttribute[] = Array.from({ length: manyRows }, (_, index) => ({
  type: 'mutex',
  value: rehearsedMutex(index),
}))
/** Each hostile text as a value of a type that takes any text, of one that takes hardly any, and as the name of a type. */
const hostile: SourceAttribute[] = hostileCorpus.flatMap(({ text }) => [
  { type: 'email-subject', value: text },
  { type: 'hostname', value: text },
  { type: text, value: text },
])
let story: Story
let browser: Browser
/** Of the chief's one session, which every test goes on with. */
let cookies: Cookie[]
let feedId: string
let exportId: string
beforeAll(async () => {
  story = await startStory()
  browser = await launchChromium(readFileSync(join(story.system.dataFolder, 'pki/ca.pem'), 'utf8'))
  story.publish(known, [...hostile, ...many])
  feedId = (await story.feed()).id
  exportId = (await story.export()).execution.id
  await using opened = await ConsolePage.open(browser, { url: story.system.hub.file.url })
  const { url } = await callHub(story.system.hub.target, paths.setupLinks, SetupLink, { method: 'POST' })
  await opened.setUp(url, 'chief', password)
  cookies = await opened.cookies()
})
afterAll(async () => {
  await browser.close()
  await story[Symbol.asyncDispose]()
})
beforeEach(() => story.aed.setFaults([]))

/** A signed-in person. */
async function open(path: string = consolePages.executions): Promise<ConsolePage> {
  const opened = await ConsolePage.open(browser, { url: story.system.hub.file.url, cookies })
  await opened.go(path)
  return opened
}

/** Of one length, so that their order as text is that of their numbers. */
function rehearsedMutex(index: number): string {
  return `Global\\rehearsal-${String(index).padStart(5, '0')}`
}

function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(story.system.hub.file.url)
  expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
}

test('S13, S6: hostile values are shown as text and nothing else: no script, no link, no picture, no request', async () => {
  await using opened = await open()
  const { page } = opened
  for (const part of ['created', 'refused', 'unmapped'] as const) {
    await opened.go(`${consolePages.execution(feedId)}?view=ledger&part=${part}`)
    await showAll(page, part === 'unmapped' ? 'Unmapped' : `Items ${part}`, samples[part])
    const strange = await page.evaluate<
      string[]
    >(`[...document.querySelectorAll('main a[href], main :is(img, iframe, object, embed, script, base, form, meta, link)')]
      .filter((element) => element.localName !== 'a' || new URL(element.href).origin !== location.origin).map((element) => element.outerHTML)`)
    expect(strange).toEqual([])
  }
  expectHarmless(opened)
})

/** Texts that must be there to be read, unusual characters by their names. */
const samples = {
  created: ['<img src=x onerror=alert(1)>', 'javascript:alert(document.domain)', "'; drop table indicator; --"],
  refused: [
    '</stix:Title><script>alert(1)</script>',
    'invoiceU+202Efdp.exe',
    'U+001B]0;pwnedU+0007',
    'evil.example.comU+0000.png',
  ],
  unmapped: ['attribute type "<img src=x onerror=alert(1)>"', 'none of the twelve indicator types takes it'],
} as const

test('D16: every refused item stands in the ledger with its reason and its code', async () => {
  await using opened = await open(`${consolePages.execution(feedId)}?view=ledger`)
  const { page } = opened
  const refused = (
    await callHub(
      story.system.hub.target,
      `${paths.executionLedgerItems(feedId)}?outcome=refused&limit=1000`,
      LedgerItemPage,
    )
  ).data
  expect(refused.length).toBeGreaterThan(50)
  await page.getByRole('navigation', { name: 'Parts of the ledger' }).getByRole('link', { name: 'Refused' }).click()
  expect(refused.filter(({ reason, code }) => !reason || !code)).toEqual([])
  // Unusual characters are shown by their names, as the test above has it.
  const plain = refused.filter(({ reason }) => /^\P{C}+$/u.test(reason ?? ''))
  expect(plain.length).toBeGreaterThan(30)
  await showAll(
    page,
    'Items refused',
    plain.map(({ reason, code }) => `${reason} ${code}`),
  )
  expectHarmless(opened)
})

test('thousands of rows are reached by keys alone, and only those in sight are in the page', async () => {
  await using opened = await open(`${consolePages.execution(feedId)}?view=ledger&part=created`)
  const { page } = opened
  const grid = page.getByRole('grid', { name: 'Items created' })
  await loadAllByKeys(page, grid, /^[\d,]+ rows, all loaded$/)
  await grid.getByText(rehearsedMutex(manyRows - 1), { exact: true }).waitFor()
  await page.keyboard.press('Home')
  await grid.locator('[aria-rowindex="2"]').waitFor()
  expectHarmless(opened)
})

test('D18: an execution is seen as it runs: its lines appear, its state changes, its receipt comes, without a reload', async () => {
  story.publish([...known, ...hostNames(2, 'live')])
  await story.feed()
  await using opened = await open()
  const { page } = opened
  const state = page.getByRole('main').locator('header')
  const executionId = await withHubDatabase(story.system.dataFolder, async (client) => {
    // The hub takes no plan meanwhile: the execution goes no further than to its comparison before somebody looks.
    await client.query('begin; lock table plan in share row exclusive mode')
    const id = await story.start(story.jobs.export)
    await page.locator(`a[href="${consolePages.execution(id)}"]`).click()
    await page.waitForURL((url) => url.pathname === consolePages.execution(id))
    await page.getByRole('banner').getByText('Live').waitFor()
    await page.getByText('the control was compared with the data collection').waitFor()
    await state.getByText('Running', { exact: true }).waitFor()
    await client.query('rollback')
    return id
  })
  await page.getByText('values were put in').waitFor()
  await opened.announced.getByText('The execution is now: Succeeded').waitFor()
  await state.getByText('Succeeded', { exact: true }).waitFor()
  await page.getByRole('tab', { name: 'Receipt' }).click()
  await page.getByText('The control was read back and holds exactly what it should.').waitFor()
  expect(
    opened.requested.filter((address) => new URL(address).pathname === consolePages.execution(executionId)),
  ).toEqual([])
  expectHarmless(opened)
})

test('D5: a receipt of drift names each missing value', async () => {
  const added = hostNames(3, 'missing')
  story.publish([...known, ...hostNames(2, 'live'), ...added])
  await story.feed()
  story.aed.setFaults([{ on: 'taxii-post', fault: 'store-nothing-answer-ok', after: 0, delayMs: 1 }])
  const { execution } = await story.export()
  await using opened = await open(`${consolePages.execution(execution.id)}?view=receipt`)
  const { page } = opened
  await page.getByText('3 values are missing, 0 are held that should not be', { exact: true }).waitFor()
  const grid = page.getByRole('grid', { name: 'Values that differ' })
  await grid.getByRole('row').nth(added.length).waitFor()
  const missing = grid.getByRole('row').filter({ hasText: 'Missing' })
  await expect
    .poll(() => missing.allTextContents())
    .toEqual(added.map((value): unknown => expect.stringContaining(value)))
  expectHarmless(opened)
})

test('D5: a plan that waits is approved by keys, and its execution applies it; who only reads cannot', async () => {
  const wanted = [...known.slice(0, 50), ...hostNames(160, 'swapped')].toSorted()
  story.publish(wanted)
  await story.feed()
  const { execution, plans } = await story.export()
  expect(plans).toMatchObject([{ state: 'waiting' }])
  await callHub(story.system.hub.target, paths.users, User, {
    json: { username: 'reader', password, role: 'read-only' },
  })

  await using reader = await ConsolePage.open(browser, { url: story.system.hub.file.url })
  await reader.go(`${consolePages.execution(execution.id)}?view=plan`)
  await reader.signIn('reader', password)
  await reader.page.getByText('Somebody with more than reading rights decides about this plan').waitFor()
  await expect.poll(() => reader.page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
  expectHarmless(reader)

  await using opened = await open(`${consolePages.execution(execution.id)}?view=plan`)
  const { page } = opened
  await page.getByText('Nothing has been changed on the control. A person decides.').waitFor()
  await page.getByText('Share that changes').getByText('Tripped').waitFor()
  await page.getByRole('button', { name: 'Approve …' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Approve this plan?' })
  // The safe answer has the focus; the other one is a key away.
  await expectFocusAt(dialog.getByRole('button', { name: 'Not yet' }))
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('The changes were written. Whether the control holds them, the receipt says.').waitFor()
  const { data } = await callHub(story.system.hub.target, `${paths.executions}?limit=1`, ExecutionPage)
  expect(data).toMatchObject([{ trigger: 'approval' }])
  expect((await story.end(data[0]?.id ?? '')).state).toBe('succeeded')
  expect(story.held()).toEqual(wanted)
  expectHarmless(opened)
})

test('an execution is found, opened and read through by keys alone', async () => {
  await using opened = await open()
  const { page } = opened
  const { keyboard } = page
  const grid = page.getByRole('grid', { name: 'Executions' })
  await grid.getByRole('row').nth(1).waitFor()
  await waitFor(async () => {
    await keyboard.press('Tab')
    return await grid.locator('[role=row]:focus').count()
  }, 'the focus to reach the first row')
  await keyboard.press('End')
  await keyboard.press('ArrowUp')
  await keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === consolePages.execution(exportId))
  await page.getByRole('heading', { name: 'NETSCOUT AED story' }).waitFor()
  await keyboard.press('3')
  await page.getByRole('region', { name: 'Plan' }).getByText('Applied').waitFor()
  await keyboard.press('4')
  await page.getByRole('region', { name: 'Receipt' }).getByText('In sync', { exact: true }).waitFor()
  await keyboard.press('1')
  await page.getByLabel('Search in the log').waitFor()
  await keyboard.press('/')
  await expectFocusAt(page.getByLabel('Search in the log'))
  await keyboard.type('compared')
  await page.getByText('1 line', { exact: true }).waitFor()
  await keyboard.press('Escape')
  await keyboard.press('Tab')
  await opened.goByKeys('g', 'e', consolePages.executions)
  expectHarmless(opened)
})

test('S13: an address that asks for what there is not shows the log', async () => {
  await using opened = await open(
    `${consolePages.execution(exportId)}?view=hologram&part=%3Cscript%3E&plan=${'9'.repeat(100)}`,
  )
  await opened.page.getByText('the control was compared with the data collection').waitFor()
  await opened.page.getByRole('tab', { name: 'Log', selected: true }).waitFor()
  expectHarmless(opened)
})

test('every text of an execution stands out in the light and in the dark theme', async () => {
  await using opened = await open()
  const { page } = opened
  await page.getByRole('grid', { name: 'Executions' }).getByRole('row').nth(1).waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  for (const [executionId, view, sign] of [
    [feedId, 'log', 'MISP feed 1.0.0 starts'],
    [feedId, 'ledger', 'Parts of the ledger'],
    [exportId, 'plan', 'Share that changes'],
    [exportId, 'receipt', 'Reported by'],
  ] as const) {
    await opened.openExecution(executionId, view)
    await page
      .getByText(sign)
      .or(page.getByRole('navigation', { name: sign }))
      .first()
      .waitFor()
    await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  }
  expectHarmless(opened)
})

/** Goes through a table, whose rows are in the page only while they are in sight, until it has shown all these texts. */
async function showAll(page: Page, label: string, texts: readonly string[]): Promise<void> {
  const seen = new Set<string>()
  const left = () => texts.filter((text) => ![...seen].some((row) => row.includes(text)))
  await lookThroughRows(
    page,
    label,
    (rows) => {
      for (const { text } of rows) seen.add(text)
      return left().length === 0
    },
    'these texts to be shown',
    () => left().join('\n'),
  )
}
