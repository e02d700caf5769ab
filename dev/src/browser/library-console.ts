import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { Collection, IndicatorPage, type Owner, OwnerPage, paths, SetupLink, Sighting, User } from '@postern/protocol'
import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { changeTheme, lowContrast } from './low-contrast.ts'
import { expectNoWiderThanWindow, expectOnlyText } from './page-states.ts'
import { sendLibrary } from './send-library.ts'

const dayMs = 86_400_000

export const password = 'four random words here'

type Look = { colorScheme?: 'light' | 'dark'; width?: number }

/** A hub with a library, and a browser in which its administrator is signed in. */
export type LibraryConsole = AsyncDisposable & {
  system: TestSystem
  browser: Browser
  /** The owner that asserts hosts; and a data collection of some of them. */
  team: Owner
  watched: Collection
  /** A page of the administrator, who is signed in once for all of them. */
  open(path: string, look?: Look): Promise<ConsolePage>
  /** Nothing went wrong behind the person's back, and nothing was asked of any other place. */
  expectHarmless(opened: ConsolePage): void
}

/**
 * @param campaigns how many groups there are beside a few
 * @param whileEmpty is called before anything is in the library
 */
export async function startLibraryConsole(
  campaigns: number,
  whileEmpty: (empty: Pick<LibraryConsole, 'open'>) => Promise<void> = async () => {},
): Promise<LibraryConsole> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem())
  const browser = await launchChromium(readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'))
  stack.defer(async () => await browser.close())
  const hub = system.hub.target
  const { url } = await callHub(hub, paths.setupLinks, SetupLink, { method: 'POST' })
  const first = await ConsolePage.open(browser, { url: system.hub.file.url })
  await first.setUp(url, 'chief', password)
  const cookies = await first.cookies()
  await first[Symbol.asyncDispose]()
  async function open(path: string, look: Look = {}): Promise<ConsolePage> {
    const opened = await ConsolePage.open(browser, { url: system.hub.file.url, width: 1280, cookies, ...look })
    await opened.go(path)
    return opened
  }
  await whileEmpty({ open })
  await callHub(hub, paths.users, User, { json: { username: 'reader', password, role: 'read-only' } })
  await sendLibrary(hub, campaigns)
  const owners = await callHub(hub, paths.owners, OwnerPage)
  const team = owners.data.find(({ name }) => name === 'Team')
  if (!team) throw new Error('the owner Team was not made by its batch')
  const watched = await callHub(hub, paths.collections, Collection, {
    json: { name: 'Watched', tql: 'ownerName = "Team" and rating >= 4', description: 'What the gateway blocks' },
  })
  const seen = await callHub(
    hub,
    `${paths.indicators}?${new URLSearchParams({ tql: 'tag = "Emotet"' })}`,
    IndicatorPage,
  )
  for (const [number, { id }] of seen.data.entries()) {
    const seenAt = new Date(Date.now() - number * dayMs).toISOString()
    await callHub(hub, paths.indicatorSightings(id), Sighting, { json: { owner: 'Archive', count: 2, seenAt } })
  }
  const started = stack.move()
  return {
    system,
    browser,
    team,
    watched,
    open,
    expectHarmless(opened) {
      expect(opened.mishaps).toEqual([])
      const { origin } = new URL(system.hub.file.url)
      expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** Each page, by its path and a sign that it is there, on a phone and in the dark: only text, legible, and no wider than its window. */
export async function expectFitToShow(
  library: LibraryConsole,
  all: readonly (readonly [string, string])[],
): Promise<void> {
  await using opened = await library.open('/executions')
  const { page } = opened
  const desk = page.viewportSize() ?? { width: 1280, height: 900 }
  for (const [path, sign] of all) {
    await page.setViewportSize({ ...desk, width: 390 })
    await opened.go(path)
    await page.getByText(sign).first().waitFor()
    await expectFit('on a phone')
    await page.setViewportSize(desk)
    await changeTheme(page, 'dark')
    await expectFit('in the dark')
    await changeTheme(page, 'light')

    async function expectFit(where: string): Promise<void> {
      await expectOnlyText(page)
      await expect.poll(async () => ({ path, where, low: await lowContrast(page) })).toEqual({ path, where, low: [] })
      await expectNoWiderThanWindow(page)
    }
  }
  library.expectHarmless(opened)
}
