import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { hostileCorpus, indicatorId } from '@postern/intel'
import { Collection, consolePages, IndicatorDetail, paths, SetupLink } from '@postern/protocol'
import type { Browser, Cookie } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withHubDatabase } from '../hub-database.ts'
import { type Exported, hostNames, startStory, type Story } from '../stories/story.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrast, lowContrastInBothThemes } from './low-contrast.ts'
import { addTagsAndGroups, manyRows } from './many-rows.ts'
import { expectFocusAt, expectMistakeAt, expectNoWiderThanWindow } from './page-states.ts'
import { sendIndicators } from '../send-indicators.ts'

const password = 'four random words here'
const known = hostNames(5, 'known')
const traced = known[0] ?? ''
const md5 = 'a'.repeat(32)
const sha256 = 'c'.repeat(64)
const longUrl = `https://long.example.com/${'a-path-that-goes-on/'.repeat(100)}`

let story: Story
let browser: Browser
let feedId: string
let exported: Exported
/** Of the one session that every test goes on with. */
let cookies: Cookie[]
beforeAll(async () => {
  story = await startStory()
  const hub = story.system.hub.target
  browser = await launchChromium(readFileSync(join(story.system.dataFolder, 'pki/ca.pem'), 'utf8'))
  const { url } = await callHub(hub, paths.setupLinks, SetupLink, { method: 'POST' })
  await using first = await ConsolePage.open(browser, { url: story.system.hub.file.url })
  await first.setUp(url, 'chief', password)
  cookies = await first.cookies()
  story.publish(known, [
    { type: 'ip-dst', value: '192.0.2.5' },
    { type: 'ip-dst', value: '2001:db8::5' },
  ])
  feedId = (await story.feed()).id
  exported = await story.export()
  await sendIndicators(hub, 'Team', {
    indicator: [
      {
        type: 'Host',
        summary: traced,
        rating: 4,
        confidence: 90,
        tag: [{ name: 'apt' }],
        securityLabel: [{ name: 'TLP:GREEN' }],
        attribute: [
          ...hostileCorpus.map(({ text }) => ({ type: 'Description', value: text, source: text })),
          { type: 'Source', value: 'https://intel.example.com/report/17' },
        ],
        associatedGroups: [{ groupXid: 'report-1' }],
      },
      { type: 'File', summary: `${md5} : ${sha256}`, rating: 3 },
      { type: 'CIDR', summary: '2001:db8::/32' },
      { type: 'URL', summary: longUrl, attribute: [{ type: 'Description', value: 'words '.repeat(400) }] },
    ],
    group: [{ type: 'Report', name: '<b>Bold</b> report', xid: 'report-1', eventDate: '2026-11-01T00:00:00Z' }],
  })
})
afterAll(async () => {
  await browser.close()
  await story[Symbol.asyncDispose]()
})

async function open(type: 'Host' | 'File' | 'URL', value: string) {
  const opened = await ConsolePage.open(browser, { url: story.system.hub.file.url, width: 1280, cookies })
  await opened.go(pageOf(type, value))
  await opened.page.getByRole('heading', { level: 1 }).waitFor()
  return opened
}

function pageOf(type: 'Host' | 'File' | 'URL', value: string): string {
  return consolePages.indicator(indicatorId(type, value))
}

function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(story.system.hub.file.url)
  expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
}

test('LIB-8: who says what of a value, by which job, execution and batch it came, and in which report it stands', async () => {
  await using opened = await open('Host', traced)
  const { page } = opened
  const detail = await callHub(story.system.hub.target, paths.indicator(indicatorId('Host', traced)), IndicatorDetail)
  const batchOf = (owner: string) => detail.assertions.find(({ ownerName }) => ownerName === owner)?.addedBy?.batchId

  const source = page.getByRole('article', { name: 'Assertion of Source of the story' })
  await source
    .getByText(`by the job MISP feed story (MISP feed), execution ${feedId} in batch ${batchOf('Source of the story')}`)
    .waitFor()
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByText(`in batch ${batchOf('Team')}`).waitFor()
  await team.getByText('90 of 100').waitFor()
  await team.getByText('TLP:GREEN').waitFor()
  await page.getByRole('grid', { name: 'Events and groups' }).getByText('<b>Bold</b> report').waitFor()

  await source.getByRole('link', { name: `execution ${feedId}` }).click()
  await page.waitForURL((url) => url.pathname === consolePages.execution(feedId))
  await page.getByRole('navigation', { name: 'Parts of the ledger' }).waitFor()
  expectHarmless(opened)
})

test('LIB-8: where a value is held, since when and by which receipt; and why another is not', async () => {
  const receiptId = exported.receipts[0]?.id ?? ''
  await using opened = await open('Host', traced)
  const { page } = opened
  const controls = page.getByRole('region', { name: 'On controls' })
  await controls.getByText('Held on 1 of 1 target').waitFor()
  const row = controls.getByRole('row').filter({ hasText: 'netscout-aed' })
  await row.getByText('The control was read back and holds it.').waitFor()
  await row.getByText('Hosts of the story version').waitFor()
  await row.getByRole('link', { name: `execution ${exported.execution.id}` }).waitFor()
  const collections = page.getByRole('region', { name: 'In data collections' })
  await collections.getByText(/^Since version \d+, now version \d+$/).waitFor()
  await row.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === consolePages.receipt(receiptId))

  await opened.go(pageOf('File', md5))
  await controls.getByText('Held on 0 of 1 target').waitFor()
  await controls.getByText('The data collection that goes there does not hold it.').waitFor()
  await collections.getByText('In no kept version').waitFor()
  const collection = collections.getByRole('link').first()
  const address = await collection.getAttribute('href')
  await collection.click()
  await page.waitForURL((url) => url.pathname === address && url.pathname.startsWith(`${consolePages.collections}/`))
  expectHarmless(opened)
})

test('the hashes of one file lead to each other by keys', async () => {
  await using opened = await open('File', md5)
  const { page } = opened
  for (const value of [sha256, md5]) {
    const row = page.getByRole('grid', { name: 'Joined indicators' }).getByRole('row').filter({ hasText: value })
    await row.getByText('Same File').waitFor()
    await row.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname === pageOf('File', value))
    await page.getByRole('heading', { level: 1, name: value }).waitFor()
  }
  expectHarmless(opened)
})

test('LIB-1: two hashes are linked as one file and separated again, and what cannot be is said at its field', async () => {
  const sha1 = 'b'.repeat(40)
  await sendIndicators(story.system.hub.target, 'Team', { indicator: [{ type: 'File', summary: sha1 }] })
  await using opened = await open('File', sha1)
  const { page } = opened
  const dialog = page.getByRole('dialog')
  await page.getByText('No owner joins it with another').waitFor()
  await page.getByRole('button', { name: 'Link another hash of this file …' }).click()
  const hash = dialog.getByLabel('The other hash')
  const send = dialog.getByRole('button', { name: 'Link the hash' })
  await send.click()
  await expectMistakeAt(hash, 'Write the other hash.')
  await hash.fill('not a hash')
  await send.click()
  await expectMistakeAt(hash, 'is not a hash')
  await hash.fill('d'.repeat(64))
  await send.click()
  await expectMistakeAt(hash, 'No owner has it')
  await hash.fill(sha1)
  await send.click()
  await dialog.getByText('Both are SHA-1 hashes; a file has one hash of a kind.').waitFor()
  await hash.fill(` ${md5.toUpperCase()} `)
  await send.click()
  await dialog.waitFor({ state: 'detached' })
  const rows = page.getByRole('grid', { name: 'Joined indicators' }).getByRole('row')
  // The file that it was linked with has another hash.
  for (const value of [md5, sha256]) await rows.filter({ hasText: value }).getByText('Same File').waitFor()

  for (const value of [md5, sha256]) {
    await page.getByRole('button', { name: `What to do with the link to ${value}` }).click()
    await page.getByRole('menuitem', { name: 'Separate …' }).click()
    await dialog.getByText('Both stay in the library').waitFor()
    await expect.poll(() => lowContrast(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Separate them' }).click()
    await dialog.waitFor({ state: 'detached' })
    await rows.filter({ hasText: value }).waitFor({ state: 'detached' })
  }
  await page.getByText('No owner joins it with another').waitFor()

  // That they are apart by somebody's doing is told at both, and taken back there.
  const separated = page.getByRole('grid', { name: 'Separated indicators' }).getByRole('row')
  for (const value of [md5, sha256]) await separated.filter({ hasText: value }).getByText('chief').waitFor()
  await page.getByText('these stay apart whatever their owner sends').waitFor()
  await expect.poll(() => lowContrast(page)).toEqual([])
  await separated.filter({ hasText: md5 }).press('Enter')
  await page.getByRole('heading', { level: 1, name: md5 }).waitFor()
  await page.getByRole('button', { name: `What to do with the separation from ${sha1}, said by Team` }).click()
  await page.getByRole('menuitem', { name: 'Join again …' }).click()
  await dialog.getByText('as they were before somebody separated them').waitFor()
  await dialog.getByRole('button', { name: 'Join them again' }).click()
  await dialog.waitFor({ state: 'detached' })
  await rows.filter({ hasText: sha1 }).getByText('Same File').waitFor()
  await page.getByRole('grid', { name: 'Separated indicators' }).waitFor({ state: 'detached' })
  expectHarmless(opened)
})

test('S13: a value is text in whatever spelling, and is copied as it is shown', async () => {
  await using opened = await open('Host', traced)
  const { page } = opened
  await page.context().grantPermissions([])
  await page.keyboard.press('c')
  await opened.announced.getByText('This browser does not let the page copy').waitFor()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.keyboard.press('c')
  await opened.announced.getByText('The value was copied').waitFor()
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(traced)
  const harmless = traced.replaceAll('.', '[.]')
  await page.getByRole('switch', { name: 'Defanged' }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('heading', { level: 1, name: harmless }).waitFor()
  await page.getByRole('button', { name: 'Copy the value, defanged' }).click()
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(harmless)
  expectHarmless(opened)
})

test('S13, S6: hostile attributes and groups are shown as text and nothing else', async () => {
  await using opened = await open('Host', traced)
  const { page } = opened
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByText(/^\d+ attributes$/).click()
  for (const text of [
    '<img src=x onerror=alert(1)>',
    'javascript:alert(document.domain)',
    'https://intel.example.com/report/17',
  ])
    await team.getByText(text, { exact: true }).first().waitFor()
  const strange = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('main a[href], main :is(img, iframe, object, embed, script, base, meta, link)')]
    .filter((element) => element.localName !== 'a' || new URL(element.href).origin !== location.origin).map((element) => element.outerHTML)`)
  expect(strange).toEqual([])
  expectHarmless(opened)
})

test('long values and texts are shortened, and make no window wider than it is', async () => {
  await using opened = await open('URL', longUrl)
  const { page } = opened
  await page.getByRole('region', { name: 'On controls' }).getByText('Held on 0 of 1 target').waitFor()
  const expectFitEverywhere = async () => {
    for (const width of [1280, 768, 390]) {
      await page.setViewportSize({ width, height: 860 })
      await expectNoWiderThanWindow(page)
    }
  }
  await expectFitEverywhere()
  const heading = page.getByRole('heading', { level: 1 })
  await expect.poll(async () => (await heading.textContent())?.length).toBeLessThan(300)
  await heading.getByRole('button', { name: /more characters$/ }).click()
  await expect.poll(() => heading.textContent()).toBe(longUrl)
  await expectFitEverywhere()
  expectHarmless(opened)
})

test('what of a long query keeps a value out of a data collection is shortened', async () => {
  const tql = `summary in (${hostNames(1000, 'listed')
    .map((value) => `"${value}"`)
    .join(', ')})`
  const json = { name: 'A list of thousands', tql }
  await callHub(story.system.hub.target, paths.collections, Collection, { json })
  await using opened = await open('File', md5)
  const row = opened.page
    .getByRole('region', { name: 'In data collections' })
    .getByRole('row')
    .filter({ hasText: json.name })
  await row.getByText(/^Not: summary in/).waitFor()
  await expect.poll(() => row.textContent()).not.toContain('listed-00007')
  await row.getByRole('button', { name: /more characters$/ }).click()
  await row.getByText(/listed-00007/).waitFor()
  expectHarmless(opened)
})

test('a part that cannot be had says so and is tried again, and the others are there', async () => {
  await using opened = await open('Host', traced)
  const { page } = opened
  const controls = page.getByRole('region', { name: 'On controls' })
  await withHubDatabase(story.system.dataFolder, async (client) => {
    await client.query('alter table control_value rename to control_value_away')
    try {
      await opened.go(pageOf('Host', traced))
      await controls.getByRole('alert').getByText('Where it is exported: The hub made a mistake').waitFor()
      await page.getByRole('article', { name: 'Assertion of Team' }).waitFor()
      await expect.poll(() => lowContrast(page)).toEqual([])
    } finally {
      await client.query('alter table control_value_away rename to control_value')
    }
  })
  await controls.getByRole('button', { name: 'Try again' }).click()
  await controls.getByText('Held on 1 of 1 target').waitFor()
  expectHarmless(opened)
})

test('LIB-8: explain goes from assertion to receipt for what is held, and says where another value stops', async () => {
  await using opened = await open('Host', traced)
  const { page } = opened
  await opened.go(`${consolePages.explain}?${new URLSearchParams({ value: traced.replaceAll('.', '[.]') })}`)
  await page.getByText('Held on 1 of 1 target.').waitFor()
  const way = page.getByRole('article', { name: /^netscout-aed, / })
  const steps = way.getByRole('listitem')
  const outcomes = async () => (await steps.locator('.only-heard').allTextContents()).map((text) => text.slice(2))
  await expect.poll(outcomes).toEqual(Array.from({ length: 6 }, () => 'Passed'))
  await way.getByText(/^Active by the word of /).waitFor()
  await way.getByText(/^In Hosts of the story since version \d+, by the word of Source of the story\.$/).waitFor()
  await way.getByRole('link', { name: `receipt ${exported.receipts[0]?.id}` }).click()
  await page.waitForURL((url) => url.pathname === consolePages.receipt(exported.receipts[0]?.id ?? ''))

  await opened.go(consolePages.explain)
  await page.getByRole('textbox', { name: 'Value' }).fill(md5)
  await page.keyboard.press('Enter')
  await page.getByText('Held on 0 of 1 target.').waitFor()
  // Whoever looks up one value after the other goes on typing.
  await expectFocusAt(page.getByRole('textbox', { name: 'Value' }))
  await expect.poll(outcomes).toEqual(['Passed', 'Passed', 'Passed', 'Stopped here', 'Not come to', 'Stopped here'])
  await page
    .getByRole('region', { name: 'In data collections' })
    .getByText(/^Not: ownerName /)
    .waitFor()

  // The app leaves out a part of the addresses: which, and why, and what else stands for it.
  await page.getByRole('textbox', { name: 'Value' }).fill('192.0.2.5')
  await page.keyboard.press('Enter')
  await page.getByText('Held on 1 of 1 target.').waitFor()
  await page.getByRole('textbox', { name: 'Value' }).fill('2001:db8::5')
  await page.keyboard.press('Enter')
  await way.getByText('Not there: The app left it out: Address: AED takes no IPv6.').waitFor()
  await expect.poll(async () => (await outcomes()).at(-1)).toBe('Stopped here')
  const covered = page.getByRole('region', { name: 'Covered by' })
  await covered.getByText('2001:db8::/32').waitFor()
  await covered.getByText('On no control.').waitFor()
  await page.getByRole('textbox', { name: 'Value' }).fill('2001:db8::6')
  await page.keyboard.press('Enter')
  await page.getByText('No owner asserts it, so no control gets it from here.').waitFor()
  await covered.getByText('2001:db8::/32').waitFor()
  await page.getByRole('textbox', { name: 'Value' }).fill('Unheard-Of[.]example.com')
  await page.keyboard.press('Enter')
  const unheard = page.getByRole('article', { name: 'Host unheard-of.example.com' })
  await unheard.getByText('Nothing is known of it').waitFor()
  await page.getByRole('textbox', { name: 'Value' }).fill('two words')
  await page.keyboard.press('Enter')
  await page.getByText(/which no host name has/).waitFor()
  await page.getByRole('textbox', { name: 'Value' }).and(page.locator('[aria-invalid=true]')).waitFor()
  await expect.poll(() => lowContrast(page)).toEqual([])
  expectHarmless(opened)
})

test('LIB-8: explain says what a plan that waits for a person does with the value', async () => {
  const planId = exported.plans[0]?.id ?? ''
  await using opened = await open('Host', traced)
  const { page } = opened
  await withHubDatabase(story.system.dataFolder, async (client) => {
    await client.query(`update plan set state = 'waiting' where id = $1`, [planId])
    try {
      await opened.go(`${consolePages.explain}?${new URLSearchParams({ value: traced })}`)
      const way = page.getByRole('article', { name: /^netscout-aed, / })
      await way.getByText('Waits for approval').waitFor()
      await way.getByText('It is to be added.').waitFor()
      await way.getByRole('link', { name: `Plan ${planId}` }).waitFor()
    } finally {
      await client.query(`update plan set state = 'applied' where id = $1`, [planId])
    }
  })
  expectHarmless(opened)
})

test('LIB-9: a decision wins over what owners say, is told with its reason, stands in the sum, and is taken back', async () => {
  await using opened = await open('URL', longUrl)
  const { page } = opened
  const sum = page.getByRole('article', { name: 'Sum of Team' })
  await sum.getByText('Nothing of it changes by itself.').waitFor()
  await page.getByRole('button', { name: 'Decide …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Decide over all owners' })
  const save = dialog.getByRole('button', { name: 'Save the decision' })
  await save.click()
  await expectMistakeAt(dialog.getByLabel('Status'), 'Decide at least one')
  await dialog.getByLabel('Confidence').fill('7')
  await dialog.getByLabel('Status').selectOption('Whitelisted')
  await save.click()
  await expectMistakeAt(dialog.getByLabel('Reason'), 'Say why')
  await dialog.getByLabel('Reason').fill('It is a <b>partner</b>')
  await save.click()
  const note = page.getByRole('region', { name: 'Decision' })
  await note.getByText('chief decided: status Whitelisted, confidence 7.').waitFor()
  await note.getByText('It is a <b>partner</b>').waitFor()
  await sum.getByRole('row').filter({ hasText: 'Decision' }).getByText('7', { exact: true }).waitFor()
  await sum.getByText('In force: Whitelisted').waitFor()
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByText('In force instead: Whitelisted, confidence 7, by the decision of chief.').waitFor()
  await team.getByRole('definition').filter({ hasText: 'Active' }).waitFor()
  await expect.poll(() => lowContrast(page)).toEqual([])
  await note.getByRole('button', { name: 'Take the decision back' }).click()
  await note.waitFor({ state: 'detached' })
  await sum.getByText('In force: Active').waitFor()
  expectHarmless(opened)
})

test('LIB-9: a sighting and a false positive are reported from the page, and what they do is shown term by term', async () => {
  await using opened = await open('Host', known[1] ?? '')
  const { page } = opened
  await page.getByText('Nobody has reported one').waitFor()
  await page.getByRole('button', { name: 'Report a sighting …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('In whose name').selectOption('Team')
  await dialog.getByLabel('How often').fill('3')
  await dialog.getByRole('button', { name: 'Report the sighting' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('grid', { name: 'Sightings' }).getByText('Team').waitFor()
  const sum = page.getByRole('article', { name: 'Sum of Source of the story' })
  await sum.getByText(/^1 sighting in the last 90 days/).waitFor()
  await page.getByRole('button', { name: 'Report a false positive …' }).click()
  await dialog.getByLabel('Note').fill('Our own scanner')
  await dialog.getByRole('button', { name: 'Report the false positive' }).click()
  await dialog.waitFor({ state: 'detached' })
  await sum.getByText(/^1 report of a false positive/).waitFor()
  expectHarmless(opened)
})

test('what there is not is said in words: no such indicator, no group, no link, not yet, no answer', async () => {
  await using opened = await open('URL', longUrl)
  const { page } = opened
  await page.getByText('It stands in none').waitFor()
  await page.getByText('No owner joins it with another').waitFor()
  for (const id of ['nothing', indicatorId('Host', 'unheard-of.example.com')]) {
    await opened.go(consolePages.indicator(id))
    await page.getByRole('heading', { name: 'There is no such indicator' }).waitFor()
    await page.getByRole('link', { name: 'Back to the indicators' }).waitFor()
  }
  const held = Promise.withResolvers<void>()
  const isDetail = (url: URL) => url.pathname === paths.indicator(indicatorId('URL', longUrl))
  await page.route(isDetail, async (route) => {
    await held.promise
    await route.abort()
  })
  await opened.go(pageOf('URL', longUrl))
  await page.getByRole('status', { name: 'Loading the indicator', exact: true }).waitFor()
  held.resolve()
  const alert = page.getByRole('alert').filter({ hasText: 'This indicator: The hub does not answer' })
  await alert.waitFor()
  await page.unroute(isDetail)
  await alert.getByRole('button', { name: 'Try again' }).press('Enter')
  await page.getByText('It stands in none').waitFor()
  await alert.waitFor({ state: 'detached' })

  // Thousands of tags and groups: no more of them are in the page than a person can look at.
  await withHubDatabase(story.system.dataFolder, (client) =>
    addTagsAndGroups(client, indicatorId('URL', longUrl), manyRows),
  )
  await opened.go(pageOf('URL', longUrl))
  await page.getByRole('grid', { name: 'Events and groups' }).getByText('Many 00001').waitFor()
  await page.getByRole('link', { name: 'find all of them' }).waitFor()
  await page.getByText('tag 00001').first().waitFor()
  await expect.poll(() => page.getByText('tag 00101').count()).toBe(0)
  await expect.poll(() => page.evaluate('document.querySelectorAll("main *").length')).toBeLessThan(2_500)
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByRole('button', { name: `Show ${(manyRows - 100).toLocaleString('en')} more tags` }).press('Enter')
  await team.getByText(`tag ${String(manyRows).padStart(5, '0')}`, { exact: true }).waitFor()
  await expectNoWiderThanWindow(page)
  expectHarmless(opened)
})

test('every text of an indicator stands out in the light and in the dark theme', async () => {
  for (const [type, value] of [
    ['Host', traced],
    ['File', md5],
  ] as const) {
    await using opened = await open(type, value)
    await opened.page.getByRole('region', { name: 'On controls' }).getByRole('row').nth(1).waitFor()
    await expect.poll(() => lowContrastInBothThemes(opened.page)).toEqual([])
    expectHarmless(opened)
  }
})
