import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { waitFor } from '../environment-server/wait-for.ts'
import type { ConsolePage } from './console-page.ts'

/** What a page shows while its list is on its way, when it does not come, and when somebody tries again. */
export async function expectLoadingAndFailing(
  opened: ConsolePage,
  at: {
    path: string
    /** The API's path that the list comes from. */
    list: string
    label: string
    sign: string
  },
): Promise<void> {
  const { page } = opened
  const held = Promise.withResolvers<void>()
  const isList = (url: URL) => url.pathname === at.list
  await page.route(isList, async (route) => {
    await held.promise
    await route.abort()
  })
  await opened.go(at.path)
  await page.getByRole('status', { name: `Loading ${at.label.toLowerCase()}`, exact: true }).waitFor()
  held.resolve()
  const alert = page.getByRole('alert').filter({ hasText: `${at.label}: The hub does not answer` })
  await alert.waitFor()
  // Answered only once it was asked: lists that are live read again by themselves, and the button would go with their alert.
  await alert.getByRole('button', { name: 'Try again' }).press('Enter')
  await page.unroute(isList)
  await page.getByText(at.sign).first().waitFor()
  await alert.waitFor({ state: 'detached' })
}

/** An element has the focus. */
export async function expectFocusAt(element: Locator): Promise<void> {
  await element.and(element.page().locator(':focus')).waitFor()
}

/** A field has the focus, and what is wrong with it is heard with it. */
export async function expectMistakeAt(field: Locator, words: string): Promise<void> {
  const page = field.page()
  const wrong = field.and(page.locator(':focus[aria-invalid=true]'))
  // What is heard with it may still be that of the mistake before.
  const heard = async () => {
    const ids = (await wrong.getAttribute('aria-describedby'))?.split(' ') ?? ['none']
    return await page.locator(ids.map((id) => `[id="${id}"]`).join()).allTextContents()
  }
  await expect.poll(async () => (await heard()).join('\n')).toContain(words)
}

/** Nothing makes the page wider than its window; what measures its own room may have to draw itself anew first. */
export async function expectNoWiderThanWindow(page: Page): Promise<void> {
  const tooWide = `(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth ? [] : [\`\${scrollWidth} of \${clientWidth}\`,
    ...[...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth)
      .slice(0, 8).map((element) => element.outerHTML.slice(0, 120))])(document.documentElement)`
  let found: string[] = []
  await waitFor(
    async () => {
      found = await page.evaluate<string[]>(tooWide)
      return found.length === 0
    },
    'the page to be no wider than its window',
    () => found.join('\n'),
  )
}

/** Goes to the last of many rows by keys alone; only rows in sight may be in the page. */
export async function expectLastRowByKeys(page: Page, label: string, total: number, last: string): Promise<void> {
  const grid = page.getByRole('grid', { name: label, exact: true })
  await loadAllByKeys(page, grid, new RegExp(`^${total.toLocaleString('en')} rows, all loaded$`))
  await grid.getByText(last).first().waitFor()
  await page.keyboard.press('Home')
  await grid.locator('[aria-rowindex="2"]').waitFor()
}

/** Has all rows of a table come by keys alone, and goes to the last one; only rows in sight may be in the page. */
export async function loadAllByKeys(page: Page, grid: Locator, all: RegExp): Promise<void> {
  const foot = footOf(grid)
  const row = `document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex')`
  let rowsMost = 0
  let left = ''
  await waitFor(
    async () => {
      const loaded = await foot.textContent()
      const at = await page.evaluate<string | undefined>(row)
      // Rows that come anew, as a filter's do, take the focus with them.
      if (at === undefined) await grid.getByRole('row').nth(1).focus()
      // A key for every move and every page that has come: more of them would only make the browser busy.
      else if (left !== `${at} of ${loaded}`) await page.keyboard.press('End')
      left = `${at} of ${loaded}`
      rowsMost = Math.max(rowsMost, await grid.getByRole('row').count())
      return all.test(loaded ?? '')
    },
    'all rows to be loaded',
    () => `at row ${left}`,
  )
  await page.keyboard.press('End')
  expect(rowsMost).toBeLessThan(120)
}

/** A row that is in the page. */
interface DrawnRow {
  index: number
  text: string
  /** Texts that others wrote, cell by cell. */
  cells: string[][]
}

/**
 * Goes through a table by keys, a screen at a time, and has every row looked at that is in the page, which are those in sight; until the
 * one who looks has seen enough.
 */
export async function lookThroughRows(
  page: Page,
  label: string,
  look: (rows: readonly DrawnRow[]) => boolean | Promise<boolean>,
  what: string,
  context: () => string,
): Promise<void> {
  const grid = page.getByRole('grid', { name: label, exact: true })
  await grid.locator('[data-index]').first().focus()
  let wholeTo = -1
  const lookedAt = new Set<number>()
  let left = ''
  await waitFor(
    async () => {
      const rows = await page.evaluate<(DrawnRow & { hasFocus: boolean })[]>(drawnRowsOf(label))
      if (await look(rows)) return true
      for (const { index } of rows) lookedAt.add(index)
      while (lookedAt.has(wholeTo + 1)) wholeTo += 1
      const at = rows.find(({ hasFocus }) => hasFocus)?.index
      const now = `${at} of ${(await footOf(grid).allTextContents()).join('')}`
      if (at === undefined) await grid.locator('[data-index]').first().focus()
      // The focus moves before the rows around it are drawn: another key then would skip them.
      if (at === undefined || at > wholeTo) return false
      // A key for every move, and for every page that has come: at the end of what is loaded a key does nothing.
      if (now !== left) await page.keyboard.press('PageDown')
      left = now
      return false
    },
    what,
    context,
  )
}

function drawnRowsOf(label: string): string {
  return `[...document.querySelectorAll('[role=grid][aria-label="${label}"] [role=row][data-index]')].map((row) => ({
    index: Number(row.dataset.index),
    text: row.textContent,
    cells: [...row.querySelectorAll('[role=gridcell]')].map((cell) => [...cell.querySelectorAll('bdi')].map((text) => text.textContent)),
    hasFocus: row === document.activeElement,
  }))`
}

/** What a table says of how much of it is loaded. */
function footOf(grid: Locator): Locator {
  return grid.locator('xpath=following::p[@aria-live="polite"][1]')
}

/** Goes through a list by keys until so many of its rows were in sight: whatever they show is text (S13). */
export async function expectOnlyTextInRows(page: Page, label: string, rows: number): Promise<void> {
  const seen = new Set<number>()
  await lookThroughRows(
    page,
    label,
    async (drawn) => {
      for (const { index } of drawn) seen.add(index)
      await expectOnlyText(page)
      return seen.size >= rows
    },
    `${rows} rows to be shown`,
    () => `${seen.size} of ${rows}`,
  )
}

/** No link, picture, frame or script but the console's own stands in the page, whatever texts it shows (S13). */
export async function expectOnlyText(page: Page): Promise<void> {
  const strange = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('main a[href], main :is(img, iframe, object, embed, script, base, form[action], meta, link)')]
    .filter((element) => element.localName !== 'a' || new URL(element.href).origin !== location.origin).map((element) => element.outerHTML)`)
  expect(strange).toEqual([])
}
