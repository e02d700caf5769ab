import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { hostileCorpus } from '@postern/intel'
import { consolePages, paths, ReceiptPage, SetupLink } from '@postern/protocol'
import type { Browser, Cookie } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { withHubDatabase } from '../hub-database.ts'
import { hostNames, startStory, type Story } from '../stories/story.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { addReceipts, manyRows } from './many-rows.ts'
import {
  expectLastRowByKeys,
  expectLoadingAndFailing,
  expectNoWiderThanWindow,
  expectOnlyText,
  expectOnlyTextInRows,
} from './page-states.ts'

const password = 'four random words here'
const known = hostNames(20, 'known')
const missing = hostNames(3, 'missing')

let story: Story
let browser: Browser
/** Of the one session that every test goes on with. */
let cookies: Cookie[]
beforeAll(async () => {
  story = await startStory()
  browser = await launchChromium(readFileSync(join(story.system.dataFolder, 'pki/ca.pem'), 'utf8'))
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

async function open(path: string): Promise<ConsolePage> {
  const opened = await ConsolePage.open(browser, { url: story.system.hub.file.url, cookies })
  await opened.go(path)
  return opened
}

function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(story.system.hub.file.url)
  expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
}

test('D5: receipts appear as exports write them: first in sync, then drift, in the list, the chart and of the control now', async () => {
  await using opened = await open(consolePages.receipts)
  const { page } = opened
  await page.getByText('No receipt yet', { exact: true }).first().waitFor()
  await page.getByRole('banner').getByText('Live').waitFor()
  story.publish(known)
  await story.feed()
  await story.export()
  const list = page.getByRole('grid', { name: 'Receipts' })
  const now = page.getByRole('grid', { name: 'Controls' })
  await list.getByText('In sync').waitFor()
  await now.getByText('In sync').waitFor()
  await page.getByRole('img', { name: 'Receipts of 30 days: 1 in sync' }).waitFor()

  story.publish([...known, ...missing])
  await story.feed()
  story.aed.setFaults([{ on: 'taxii-post', fault: 'store-nothing-answer-ok', after: 0, delayMs: 1 }])
  await story.export()
  await list.getByText('Drift').waitFor()
  await now.getByText('Drift').waitFor()
  await page.getByRole('img', { name: 'Receipts of 30 days: 1 in sync, 1 drift' }).waitFor()
  expect(opened.requested.filter((address) => new URL(address).pathname === consolePages.receipts)).toHaveLength(1)

  // The same figures for whoever does not see the chart, each day leading to its receipts.
  await page.getByText('Figures by day').press('Enter')
  const { data } = await callHub(story.system.hub.target, paths.receipts, ReceiptPage)
  const days = data.map(({ createdAt }) => createdAt.slice(0, 10))
  // Midnight may have passed since the first one.
  const [drift, day = ''] = [days[0] === days[1] ? 1 : 0, days[1]]
  await page
    .getByRole('row', { name: `${day} 1 ${drift} 0 0` })
    .getByRole('link')
    .press('Enter')
  await page.waitForURL((url) => url.searchParams.get('day') === day)
  await page.getByRole('button', { name: `Day: ${day}` }).waitFor()
  await list.getByText('In sync').waitFor()
  await opened.go(`${consolePages.receipts}?day=2020-01-01`)
  await page.getByText('No receipt fits the filter').waitFor()
  expectHarmless(opened)
})

test('D5: a receipt names every value that differs, found by search, and leads to its plan, execution and job', async () => {
  await using opened = await open(consolePages.receipts)
  const { page } = opened
  // By keys alone: to the list, and into its first receipt.
  const grid = page.getByRole('grid', { name: 'Receipts' })
  await grid.getByRole('row').nth(1).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname.startsWith('/receipts/'))
  await page.getByText('3 values are missing, 0 are held that should not be', { exact: true }).waitFor()
  const values = page.getByRole('grid', { name: 'Values that differ' })
  await values.getByText(missing[2] ?? '', { exact: true }).waitFor()
  await page.getByLabel('Search values').fill('missing-00002')
  await values.getByText(missing[2] ?? '', { exact: true }).waitFor({ state: 'detached' })
  await values.getByText(missing[1] ?? '', { exact: true }).waitFor()
  await expect.poll(() => values.getByRole('row').count()).toBe(2)
  await page.getByLabel('Kind of difference').selectOption('Extra')
  await page.getByText('No values').waitFor()

  await page.getByRole('link', { name: story.jobs.export.name }).click()
  await page.getByRole('heading', { name: story.jobs.export.name }).waitFor()
  await page.goBack()
  await page.getByRole('link', { name: /^Plan \d/ }).click()
  await page.getByRole('region', { name: 'Plan' }).getByText('Share that changes').waitFor()
  await page.goBack()
  await page.getByRole('link', { name: /^Execution \d/ }).click()
  await page.getByRole('region', { name: 'Receipt' }).getByText('Drift').waitFor()
  expectHarmless(opened)
})

test('D40: list and page of a receipt show whose word it is, and warn of one that its server did not sign, or with a doubtful key', async () => {
  const signed = await newestId()
  await using opened = await open(consolePages.receipts)
  const { page } = opened
  const grid = page.getByRole('grid', { name: 'Receipts' })
  await grid.getByText('Signed', { exact: true }).first().waitFor()
  const { dataFolder } = story.system
  await withHubDatabase(dataFolder, async (client) => {
    await addReceipts(client, { likeId: signed, count: 1, days: 1, target: 'Forged' })
    await client.query(`update receipt set values_sha256 = sha256('forged') where target = 'Forged'`)
  })
  await opened.go(consolePages.receipts)
  await grid.getByText('Signature: not matching').first().waitFor()
  await page.getByRole('grid', { name: 'Controls' }).getByText('Receipt not matching').waitFor()
  await opened.go(consolePages.receipt(await newestId()))
  const warning = page.getByRole('note')
  await warning.getByText('somebody else sent it with the app’s token').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])

  await opened.go(consolePages.receipt(signed))
  await page.getByText('which ran the attempt, signed it').waitFor()
  await expect.poll(() => warning.count()).toBe(0)
  const doubtFrom = (from: string | null) =>
    withHubDatabase(dataFolder, (client) => client.query('update server_key set compromised_from = $1', [from]))
  await doubtFrom('2020-01-01')
  await opened.go(consolePages.receipt(signed))
  await warning.getByText('others may have had its key since 2020-01-01').waitFor()
  await doubtFrom(null)
  expectHarmless(opened)
})

test('S13, S19: targets that others named are text; transport that was not verified is marked', async () => {
  const likeId = await newestId()
  const targets = hostileCorpus
    .map(({ text }) => text.replaceAll('\0', '').repeat(3).slice(0, 200))
    .filter((target) => target !== '')
  await withHubDatabase(story.system.dataFolder, async (client) => {
    for (const target of targets) await addReceipts(client, { likeId, count: 1, days: 1, target })
    await client.query('update receipt set unverified_transport = true where id = (select max(id) from receipt)')
  })
  await using opened = await open(consolePages.receipts)
  const { page } = opened
  const grid = page.getByRole('grid', { name: 'Receipts' })
  await grid.getByText('Unverified transport').first().waitFor()
  await expectOnlyTextInRows(page, 'Receipts', targets.length)
  await expectNoWiderThanWindow(page)
  await opened.go(consolePages.receipt(await newestId()))
  await page.getByText('The control’s certificate was not checked').waitFor()
  await expectOnlyText(page)
  await opened.go(consolePages.receipt('999999'))
  await page.getByRole('heading', { name: 'There is no such receipt' }).waitFor()
  expectHarmless(opened)
})

test('every text of receipts stands out in the light and in the dark theme', async () => {
  await using opened = await open(consolePages.receipts)
  const { page } = opened
  await page.getByRole('grid', { name: 'Receipts' }).getByText('Unverified transport').first().waitFor()
  await page.getByText('Figures by day').click()
  await page.getByRole('region', { name: 'Figures by day' }).waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await opened.go(consolePages.receipt(await newestId()))
  await page.getByText('Reported by').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  expectHarmless(opened)
})

test('thousands of receipts over months are added up, filtered, and reached by keys to the first one', async () => {
  const likeId = await newestId()
  const target = 'Branch offices'
  await withHubDatabase(story.system.dataFolder, async (client) => {
    await addReceipts(client, { likeId, count: manyRows, days: 300, target })
  })
  const { data: controls } = await callHub(
    story.system.hub.target,
    `${paths.receipts}?limit=1&target=Branch%20offices`,
    ReceiptPage,
  )
  expect(controls).toHaveLength(1)
  await using opened = await open(`${consolePages.receipts}?days=365`)
  const { page } = opened
  await page.getByLabel('Control', { exact: true }).selectOption({ index: 1 })
  await page.getByLabel('Target', { exact: true }).selectOption(target)
  const drift = manyRows / 10
  await page.getByRole('img', { name: new RegExp(`Receipts of 365 days: .* ${drift} drift$`) }).waitFor()
  await expectLastRowByKeys(page, 'Receipts', manyRows, '1,001')
  await page.getByLabel('State', { exact: true }).selectOption('Drift')
  await page.waitForURL((url) => url.searchParams.get('state') === 'drift')
  await expectLastRowByKeys(page, 'Receipts', drift, '1,010')
  await expectLoadingAndFailing(opened, {
    path: consolePages.receipts,
    list: paths.receipts,
    label: 'Receipts',
    sign: target,
  })
  expectHarmless(opened)
})

async function newestId(): Promise<string> {
  const { data } = await callHub(story.system.hub.target, `${paths.receipts}?limit=1`, ReceiptPage)
  return data[0]?.id ?? ''
}
