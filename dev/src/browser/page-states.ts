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
  await page.unroute(isList)
  await alert.getByRole('button', { name: 'Try again' }).press('Enter')
  await page.getByText(at.sign).first().waitFor()
  await alert.waitFor({ state: 'detached' })
}

/** A field has the focus, and what is wrong with it is heard with it. */
export async function expectMistakeAt(field: Locator, words: string): Promise<void> {
  const page = field.page()
  await field.and(page.locator(':focus[aria-invalid=true]')).waitFor()
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? []
  await page
    .locator(ids.map((id) => `[id="${id}"]`).join())
    .getByText(words)
    .waitFor()
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
  const foot = grid.locator('xpath=following::p[@aria-live="polite"][1]')
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

/** Goes through a list by keys, a screen at a time, until so many of its rows were in sight: whatever they show is text (S13). */
export async function expectOnlyTextInRows(page: Page, label: string, rows: number): Promise<void> {
  await page.getByRole('grid', { name: label, exact: true }).getByRole('row').nth(1).focus()
  const seen = new Set<string>()
  let leftFrom: string | undefined
  await waitFor(
    async () => {
      const inSight = `[...document.querySelectorAll('main [role=row][data-index]')].map((row) => row.dataset.index)`
      for (const index of await page.evaluate<string[]>(inSight)) seen.add(index)
      await expectOnlyText(page)
      const at = await page.evaluate<string | undefined>('document.activeElement.dataset.index')
      if (at !== leftFrom) await page.keyboard.press('PageDown')
      leftFrom = at
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
