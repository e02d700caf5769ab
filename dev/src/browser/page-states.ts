import { expect } from 'vitest'
import type { Page } from 'playwright-core'
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

/** Goes to the last of many rows by keys alone; only rows in sight may be in the page. */
export async function expectLastRowByKeys(page: Page, label: string, total: number, last: string): Promise<void> {
  const grid = page.getByRole('grid', { name: label, exact: true })
  await grid.getByRole('row').nth(1).focus()
  const rows = new RegExp(`^${total.toLocaleString('en')} rows, all loaded$`)
  let rowsMost = 0
  await waitFor(
    async () => {
      await page.keyboard.press('End')
      rowsMost = Math.max(rowsMost, await grid.getByRole('row').count())
      return await page.getByText(rows).isVisible()
    },
    `all ${total} rows to be loaded`,
    () => '',
    60_000,
  )
  await page.keyboard.press('End')
  await grid.getByText(last).first().waitFor()
  expect(rowsMost).toBeLessThan(120)
  await page.keyboard.press('Home')
  await grid.locator('[aria-rowindex="2"]').waitFor()
}

/** No link, picture, frame or script but the console's own stands in the page, whatever texts it shows (S13). */
export async function expectOnlyText(page: Page): Promise<void> {
  const strange = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('main a[href], main :is(img, iframe, object, embed, script, base, form[action], meta, link)')]
    .filter((element) => element.localName !== 'a' || new URL(element.href).origin !== location.origin).map((element) => element.outerHTML)`)
  expect(strange).toEqual([])
}
