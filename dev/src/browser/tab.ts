import { join } from 'node:path'
import { paths } from '@postern/protocol'
import type { Browser, BrowserContext, ConsoleMessage, Cookie, Dialog, Page, Request } from 'playwright-core'
import { patienceMs } from '../environment-server/wait-for.ts'

/** What happens in a tab, told to who has it now. */
export type TabEvents = {
  onRequest(request: Request): void
  onError(error: Error): void
  onDialog(dialog: Dialog): void
  onConsole(message: ConsoleMessage): void
  onViolation(violation: string): void
}

/** A page of the browser. One of a session is handed on, as a person goes on in the same tab: what it loaded and compiled stays. */
export class Tab {
  readonly context: BrowserContext
  readonly page: Page
  /** Tabs of the same session that nobody has. */
  readonly #free: Tab[] | undefined
  #events: TabEvents | undefined

  private constructor(context: BrowserContext, page: Page, free: Tab[] | undefined) {
    this.context = context
    this.page = page
    this.#free = free
  }

  /** @param cookies of a session that goes on in it; without them it is a stranger's, and shares nothing with any other */
  static async open(browser: Browser, cookies: readonly Cookie[], events: TabEvents): Promise<Tab> {
    const { context, free } = await sessionOf(browser, cookies)
    const tab = free?.pop() ?? new Tab(await context, await (await context).newPage(), free)
    const isNew = tab.#events === undefined
    tab.#events = events
    if (isNew) await tab.#watch()
    return tab
  }

  async close(): Promise<void> {
    if (this.#free === undefined) return await this.context.close()
    try {
      await this.page.unrouteAll({ behavior: 'ignoreErrors' })
      await this.context.setOffline(false)
      // What goes on in it, and what it remembers, is not the next one's. A page of the same origin keeps the process, a blank one does not.
      await this.page.goto(new URL(paths.health, this.page.url()).href)
      await this.page.evaluate('localStorage.clear(), sessionStorage.clear()')
      this.#free.push(this)
    } catch {
      // Its hub does not answer, or it was never shown, or it is closed: there is no page to go on from.
      await this.page.close()
    }
  }

  async #watch(): Promise<void> {
    const { page } = this
    page.on('request', (request) => this.#events?.onRequest(request))
    page.on('pageerror', (error) => this.#events?.onError(error))
    page.on('dialog', (dialog) => this.#events?.onDialog(dialog))
    page.on('console', (message) => this.#events?.onConsole(message))
    await page.exposeFunction('reportViolation', (violation: string) => this.#events?.onViolation(violation))
    await page.addInitScript({ path: join(import.meta.dirname, 'in-page/report-violations.js') })
  }
}

type Session = { context: Promise<BrowserContext>; free: Tab[] | undefined }

/** By the cookies; they end with their browser. */
const sessions = new WeakMap<Browser, Map<string, Session>>()

async function sessionOf(browser: Browser, cookies: readonly Cookie[]): Promise<Session> {
  if (cookies.length === 0) return { context: newContext(browser, cookies), free: undefined }
  const ofBrowser = sessions.get(browser) ?? new Map<string, Session>()
  sessions.set(browser, ofBrowser)
  const name = JSON.stringify(cookies)
  const session = ofBrowser.get(name) ?? { context: newContext(browser, cookies), free: [] }
  ofBrowser.set(name, session)
  return session
}

async function newContext(browser: Browser, cookies: readonly Cookie[]): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  context.setDefaultTimeout(patienceMs)
  await context.addCookies(cookies)
  return context
}
