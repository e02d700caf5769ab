import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { hostileCorpus, indicatorId } from '@postern/intel'
import { consolePages, IndicatorPage, paths, SetupLink } from '@postern/protocol'
import type { Browser, Cookie, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrast, lowContrastInBothThemes } from './low-contrast.ts'
import { manyRows } from './many-rows.ts'
import { loadAllByKeys, lookThroughRows } from './page-states.ts'
import { sendIndicators } from '../send-indicators.ts'
import { offersIn, writtenQuery } from './written-query.ts'

const password = 'four random words here'
/** More than the hub counts exactly. */
const uncountedRows = 10_000
/** How their count is said, whether or not there are statistics by then. */
const uncounted = /^(About|More than) \d\d,\d{3} indicators$/

let system: TestSystem
let browser: Browser
let emptyTexts: string[] = []
/** Of the one session that every test goes on with. */
let cookies: Cookie[]
beforeAll(async () => {
  system = await startTestSystem()
  browser = await launchChromium(readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'))
  const hub = system.hub.target
  const { url } = await callHub(hub, paths.setupLinks, SetupLink, { method: 'POST' })
  {
    await using first = await ConsolePage.open(browser, { url: system.hub.file.url })
    await first.setUp(url, 'chief', password)
    cookies = await first.cookies()
  }
  emptyTexts = await readEmptyLibrary()
  await sendIndicators(hub, 'Archive', { indicator: hosts('archived', uncountedRows) })
  await sendIndicators(hub, 'Bulk', { indicator: hosts('host', manyRows) })
  await sendIndicators(hub, 'Hostile source', {
    indicator: hostileCorpus.flatMap(({ text }) => [
      { type: 'Email Subject', summary: text, tag: [{ name: text }] },
      { type: 'User Agent', summary: text },
      { type: 'URL', summary: `https://evil.example.com/${text}` },
    ]),
  })
  await sendIndicators(hub, 'Team', {
    indicator: [
      {
        type: 'Host',
        summary: 'evil.example.org',
        rating: 5,
        tag: [{ name: 'apt' }],
        securityLabel: [{ name: 'TLP:RED' }],
      },
      { type: 'Address', summary: '198.51.100.7', rating: 2 },
    ],
  })
})
afterAll(async () => {
  await browser.close()
  await system[Symbol.asyncDispose]()
})

async function open(path: string = consolePages.indicators) {
  const opened = await ConsolePage.open(browser, { url: system.hub.file.url, cookies })
  await opened.go(path)
  return opened
}

async function readEmptyLibrary(): Promise<string[]> {
  await using opened = await open()
  await opened.page.getByText('The library is empty').waitFor()
  await opened.page.getByText('postern import indicators.txt --owner "My team"').waitFor()
  return [...(await lowContrastInBothThemes(opened.page)), ...opened.mishaps]
}

function asking(tql: string): string {
  return `${consolePages.indicators}?${new URLSearchParams({ tql })}`
}

function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(system.hub.file.url)
  expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
}

function gridIn({ page }: ConsolePage): Locator {
  return page.getByRole('grid', { name: 'Indicators' })
}

async function shownValues(opened: ConsolePage): Promise<(string | null)[]> {
  const rows = gridIn(opened).locator('[role=row][data-index] [role=gridcell]:nth-child(2) bdi')
  return await rows.allTextContents()
}

function hosts(name: string, count: number) {
  return Array.from({ length: count }, (_, number) => ({
    type: 'Host',
    summary: `${name}-${number}.example.com`,
    rating: number % 6,
    confidence: number % 101,
  }))
}

test('an empty library says how indicators come into it, legible in both themes', () => {
  expect(emptyTexts).toEqual([])
})

test('LIB-3: a query is written, searched for by Enter, counted, and stands in the address', async () => {
  await using opened = await open()
  const { page } = opened
  await page.getByText(uncounted).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('tag = "apt" and rating > 4')
  await page.keyboard.press('Enter')
  await page.getByText('1 indicator found').waitFor()
  await expect.poll(() => shownValues(opened)).toEqual(['evil.example.org'])
  await page.waitForURL((url) => url.searchParams.get('tql') === 'tag = "apt" and rating > 4')
  await page.goBack()
  await page.getByText(uncounted).waitFor()
  await expect.poll(() => writtenQuery(page)).toBe('')

  await page.getByRole('textbox', { name: 'Query' }).fill('hxxp://unknown[.]example 198.51.100[.]7')
  await page.keyboard.press('Enter')
  await page.getByText('1 indicator found').waitFor()
  await expect.poll(() => shownValues(opened)).toEqual(['198.51.100.7'])
  expectHarmless(opened)
})

test('LIB-3: a mistake is shown under the very character that the hub names', async () => {
  const tql = 'rating > 2 and ratin > 3'
  await using opened = await open(asking(tql))
  const { page } = opened
  const alert = page.getByRole('alert')
  await alert.getByText('The query is wrong at character 16').waitFor()
  await alert.getByText('Did you mean rating?').waitFor()
  const marked = alert.locator('[class*=wrong]')
  await expect.poll(() => marked.textContent()).toBe('r')
  await expect.poll(() => alert.locator('p').first().textContent()).toBe(tql)
  await expect.poll(() => page.getByRole('grid').count()).toBe(0)
  await page.getByRole('textbox', { name: 'Query' }).and(page.locator('[aria-invalid=true]')).waitFor()
  await page.getByRole('textbox', { name: 'Query' }).fill('rating > 2 and rating > 4')
  await page.keyboard.press('Enter')
  await gridIn(opened).waitFor()
  await expect.poll(() => alert.count()).toBe(0)
  // What is right and finds nothing by a slip is told beside it.
  await page.getByRole('textbox', { name: 'Query' }).fill('tag = "apt" and rating > 4 or ownerName = "Nobdy"')
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText('There is no owner “Nobdy”.').waitFor()
  await expect.poll(() => shownValues(opened)).toEqual(['evil.example.org'])
  expectHarmless(opened)
})

test('LIB-3: the box completes a query; Enter searches unless an offer is chosen', async () => {
  await using opened = await open()
  const { page } = opened
  await page.locator('.cm-editor').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('ownerName = "Te')
  const offers = offersIn(page)
  await offers.getByRole('option', { name: '"Team"' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await offers.waitFor({ state: 'detached' })
  await expect.poll(() => writtenQuery(page)).toBe('ownerName = "Team"')
  expect(opened.path).toBe(consolePages.indicators)
  await page.keyboard.type(' and rat')
  await offers.getByRole('option', { name: /^rating/ }).waitFor()
  await page.keyboard.type('ing > 4')
  await page.keyboard.press('Enter')
  await page.getByText('1 indicator found').waitFor()
  await expect.poll(() => shownValues(opened)).toEqual(['evil.example.org'])
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.cm-focused').count()).toBe(0)

  await opened.go(`${consolePages.groups}`)
  await page.locator('.cm-editor').waitFor()
  await page.getByRole('textbox', { name: 'Query' }).click()
  await page.keyboard.type('typeName = "Camp')
  await offers.getByRole('option', { name: '"Campaign"' }).waitFor()
  expectHarmless(opened)
})

test('LIB-3: an offer is chosen in one breath with a letter that narrows the offers, whatever the hub takes to name them anew', async () => {
  await using opened = await open()
  const { page } = opened
  await page.locator('.cm-editor').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('ownerName = "T')
  await offersIn(page).getByRole('option', { name: '"Team"' }).waitFor()
  const held = Promise.withResolvers<void>()
  await page.route(
    (url) => url.pathname === paths.tqlSuggestions,
    async (route) => {
      await held.promise
      await route.continue()
    },
  )
  await page.evaluate(`(() => {
    const press = (key, keyCode) =>
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, keyCode, bubbles: true, cancelable: true }))
    document.execCommand('insertText', false, 'e')
    return new Promise((done) => requestAnimationFrame(() => done([press('ArrowDown', 40), press('Enter', 13)])))
  })()`)
  await expect.poll(() => writtenQuery(page)).toBe('ownerName = "Team"')
  held.resolve()
  expect(opened.path).toBe(consolePages.indicators)
  expectHarmless(opened)
})

test('LIB-3: what somebody writes on while a search begins is kept', async () => {
  await using opened = await open()
  const { page } = opened
  await page.locator('.cm-editor').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('rating > 4')
  // In one breath, as keys come to a browser that is busy.
  await page.evaluate(`
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 13, bubbles: true, cancelable: true }))
    document.execCommand('insertText', false, ' and tag = "apt"')`)
  await page.waitForURL((url) => url.searchParams.get('tql') === 'rating > 4')
  await page.getByText(/^[\d,]+ indicators found$/).waitFor()
  await expect.poll(() => writtenQuery(page)).toBe('rating > 4 and tag = "apt"')
  expectHarmless(opened)
})

test('in a narrow window the row of pages fades at the end behind which there are more', async () => {
  await using opened = await open()
  const { page } = opened
  const row = 'document.querySelector("nav[aria-label=Pages]")'
  const fades = () =>
    page.evaluate<string[]>(
      `['--more-before', '--more-behind'].map((end) => getComputedStyle(${row}).getPropertyValue(end))`,
    )
  await expect.poll(fades).toEqual(['0px', '0px'])
  await page.setViewportSize({ width: 800, height: 860 })
  await page.evaluate(`${row}.scrollTo(0, 0)`)
  await expect.poll(fades).toEqual(['0px', '48px'])
  await page.evaluate(`${row}.scrollTo(${row}.scrollWidth, 0)`)
  await expect.poll(fades).toEqual(['48px', '0px'])
  await page.setViewportSize({ width: 1280, height: 860 })
  await expect.poll(fades).toEqual(['0px', '0px'])
  expectHarmless(opened)
})

test('LIB-3: filters and examples write TQL into the box, and read it back', async () => {
  await using opened = await open(asking('rating >= 4 and ownerName = "Team"'))
  const { page } = opened
  await gridIn(opened).waitFor()
  await expect.poll(() => page.getByLabel('Rating').inputValue()).toBe('4')
  await expect.poll(() => page.getByLabel('Owner').inputValue()).toBe('Team')
  await expect.poll(() => shownValues(opened)).toEqual(['evil.example.org'])
  await page.getByLabel('Rating').selectOption('2')
  await page.getByLabel('Type', { exact: true }).selectOption('Address')
  await expect.poll(() => shownValues(opened)).toEqual(['198.51.100.7'])
  await expect.poll(() => writtenQuery(page)).toBe('rating >= 2 and ownerName = "Team" and typeName = "Address"')
  await page.getByLabel('Tag').fill('nobody "has" this')
  await page.getByLabel('Tag').press('Enter')
  await page.getByText('No indicator fits this query').waitFor()
  await page.getByRole('button', { name: 'Show all indicators' }).click()
  await gridIn(opened).waitFor()
  await expect.poll(() => writtenQuery(page)).toBe('')
  // By keys, one after the other: the hub takes each of them.
  const menu = page.getByRole('menu', { name: 'Examples of queries', includeHidden: true })
  const examples = await menu.locator('code').allTextContents()
  expect(examples.length).toBeGreaterThan(4)
  for (const [index, example] of examples.entries()) {
    await page.getByRole('button', { name: 'Examples' }).press('Enter')
    for (let step = 0; step < index; step += 1) await page.keyboard.press('ArrowDown')
    const [answer] = await Promise.all([
      page.waitForResponse((response) => new URL(response.url()).searchParams.get('tql') === example),
      page.keyboard.press('Enter'),
    ])
    expect(answer.status()).toBe(200)
    await page.waitForURL((url) => url.searchParams.get('tql') === example)
    await page.getByText(/indicators? found$/).waitFor()
    await expect.poll(() => writtenQuery(page)).toBe(example)
  }
  await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  expectHarmless(opened)
})

test('thousands of indicators are reached by keys alone, and only those in sight are in the page', async () => {
  await using opened = await open(asking('ownerName = "Bulk"'))
  const { page } = opened
  const grid = gridIn(opened)
  const shownCount = manyRows.toLocaleString('en-US')
  await page.getByText(`${shownCount} indicators found`).waitFor()
  await loadAllByKeys(page, grid, new RegExp(`^${shownCount} rows, all loaded$`))
  await grid.locator(`[aria-rowindex="${manyRows + 1}"]:focus`).waitFor()
  const { data } = await callHub(
    system.hub.target,
    `${paths.indicators}?${new URLSearchParams({ tql: 'ownerName = "Bulk"', limit: '2' })}`,
    IndicatorPage,
  )
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.keyboard.press('c')
  await opened.announced.getByText('The value was copied').waitFor()
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(data[1]?.value)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === consolePages.indicator(data[1]?.id ?? ''))
  await page.getByRole('heading', { name: data[1]?.value ?? '' }).waitFor()
  await opened.goByKeys('g', 'i', consolePages.indicators)
  expectHarmless(opened)
})

test('S13, S6: hostile values are shown as text and nothing else, in the list and on their own pages', async () => {
  const tql = 'ownerName = "Hostile source"'
  const known = await callHub(
    system.hub.target,
    `${paths.indicators}?${new URLSearchParams({ tql, limit: '1000' })}`,
    IndicatorPage,
  )
  // Several types may hold the same text.
  const texts = new Set(known.data.map(({ value }) => value))
  expect(texts.size).toBeGreaterThan(60)
  await using opened = await open(asking(tql))
  const { page } = opened
  const seen = new Set<string>()
  await lookThroughRows(
    page,
    'Indicators',
    async (rows) => {
      for (const { cells } of rows) for (const value of cells[1] ?? []) seen.add(value)
      expect(await strangeElements(opened)).toEqual([])
      return seen.size === texts.size
    },
    'every hostile value to be shown',
    () => `${seen.size} of ${texts.size}`,
  )
  // Where nothing unusual is named instead, the text is exactly the value.
  for (const { value } of known.data) if (/^[\x20-\x7e]+$/.test(value)) expect(seen).toContain(value)

  for (const text of ['<img src=x onerror=alert(1)>', 'javascript:alert(document.domain)', "' onmouseover='alert(1)"]) {
    await opened.go(consolePages.indicator(indicatorId('Email Subject', text)))
    await page.getByRole('heading', { level: 1, name: text }).waitFor()
    await page.getByRole('heading', { name: 'Hostile source' }).waitFor()
    expect(await strangeElements(opened)).toEqual([])
  }
  expectHarmless(opened)
})

/** What no value may become: a link but to an indicator's own page, which is named by its id; an image, a frame, a script. */
async function strangeElements({ page }: ConsolePage): Promise<string[]> {
  return await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('main a[href], main :is(img, iframe, object, embed, script, base, meta, link)')]
    .filter((element) => element.localName !== 'a' || new URL(element.href).origin !== location.origin ||
      (element.querySelector('bdi') && !/^[/](indicators[/][0-9a-f-]{36}|owners[/][0-9]+)$/.test(element.getAttribute('href'))))
    .map((element) => element.outerHTML)`)
}

test('a hub that cannot answer is said so, with a way to try again', async () => {
  await using opened = await open(asking('ownerName = "Team"'))
  const { page } = opened
  await gridIn(opened).waitFor()
  await withHubDatabase(system.dataFolder, async (client) => {
    await client.query('alter table indicator_view rename to indicator_view_away')
    try {
      await opened.go(asking('ownerName = "Team" and rating > 1'))
      await page.getByRole('alert').getByText('The hub made a mistake').waitFor()
      await page
        .getByRole('alert')
        .getByText(/^Request /)
        .waitFor()
      await expect.poll(() => lowContrast(page)).toEqual([])
    } finally {
      await client.query('alter table indicator_view_away rename to indicator_view')
    }
  })
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('2 indicators found').waitFor()

  await page.context().setOffline(true)
  await page.getByLabel('Type', { exact: true }).selectOption('Host')
  await page.getByRole('alert').getByText('The hub does not answer').waitFor()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('1 indicator found').waitFor()
  expectHarmless(opened)
})

test('while the hub thinks, bars stand where rows will be', async () => {
  await using opened = await open(asking('ownerName = "Team"'))
  const { page } = opened
  await gridIn(opened).waitFor()
  await withHubDatabase(system.dataFolder, async (client) => {
    await client.query('begin; lock table indicator_view in access exclusive mode')
    await page.getByLabel('Type', { exact: true }).selectOption('Host')
    await page.getByRole('status', { name: 'Loading indicators' }).waitFor()
    await client.query('rollback')
  })
  await page.getByText('1 indicator found').waitFor()
  expectHarmless(opened)
})

test('every text of the list stands out in the light and in the dark theme', async () => {
  await using opened = await open(asking('ownerName = "Team"'))
  const { page } = opened
  await gridIn(opened).waitFor()
  await page.getByText('2 indicators found').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('menu', { name: 'Examples of queries' }).waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await opened.go(asking('typeName = "Mutex"'))
  await page.getByText('No indicator fits this query').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await opened.go(asking('ratin > 3'))
  await page.getByRole('alert').waitFor()
  // Filters that cannot be used while the query cannot be read are pale on purpose (WCAG 2.2, 1.4.3, inactive components).
  const isUsed = (text: string) => !/ in (OPTION|SELECT) /.test(text)
  await expect.poll(async () => (await lowContrastInBothThemes(page)).filter(isUsed)).toEqual([])
  expectHarmless(opened)
})

test('LIB-3: values that are pasted are found, however many; a query that no address carries outlives reloading and leaving', async () => {
  const hashes = Array.from({ length: 70 }, (_, n) => createHash('sha256').update(`file ${n}`).digest('hex'))
  const known = hashes.filter((_, n) => n % 30 === 0)
  await sendIndicators(system.hub.target, 'Files', {
    indicator: known.map((summary) => ({ type: 'File', summary })),
  })
  await using opened = await open()
  const { page } = opened
  const areFound = async () => {
    await page.getByText('3 indicators found').waitFor()
    await expect.poll(async () => (await shownValues(opened)).toSorted()).toEqual(known.toSorted())
    await page.getByRole('status').getByText('too long for an address').waitFor()
    await expect.poll(() => writtenQuery(page)).toContain(`summary in ("${hashes[0]}"`)
    expect(new URL(page.url()).search).toBe('')
  }
  await page.locator('.cm-editor').waitFor()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(hashes.join('\n'))})`)
  await page.keyboard.press('/')
  await page.keyboard.press('ControlOrMeta+v')
  await expect.poll(() => writtenQuery(page)).toContain(hashes[0])
  await page.keyboard.press('Enter')
  await areFound()

  await page.reload()
  await areFound()
  await gridIn(opened).locator('[role=row][data-index]').first().click()
  await page.waitForURL((url) => url.pathname !== consolePages.indicators)
  await page.goBack()
  await areFound()
  await page.getByRole('button', { name: 'Clear the query' }).click()
  await page.getByText(uncounted).waitFor()
  await expect.poll(() => writtenQuery(page)).toBe('')
  await page.goBack()
  await areFound()

  const list = hashes.map((hash) => `"${hash}"`).join(', ')
  await page.getByRole('textbox', { name: 'Query' }).fill(`summary in (${list}) and ratin > 3`)
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('Did you mean rating?').waitFor()
  await expect.poll(() => page.getByRole('grid').count()).toBe(0)

  await opened.go(consolePages.groups)
  await page.locator('.cm-editor').waitFor()
  await page.getByRole('textbox', { name: 'Query' }).fill(`name in (${list})`)
  await page.keyboard.press('Enter')
  await page.getByText('No group fits this query').waitFor()
  await page.getByRole('status').getByText('too long for an address').waitFor()
  expectHarmless(opened)
})
