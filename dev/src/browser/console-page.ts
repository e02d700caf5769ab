import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { consolePages } from '@postern/protocol'
import type { Browser, Cookie, Locator, Page } from 'playwright-core'
import { waitFor } from '../environment-server/wait-for.ts'
import { Tab, type TabEvents } from './tab.ts'

export interface ConsoleOptions {
  /** Where the hub is, e.g. `https://127.0.0.1:8443`. */
  url: string
  colorScheme?: 'light' | 'dark'
  width?: number
  height?: number
  /** Of a session that goes on here, in a tab that it may have had before; without them nobody is signed in. */
  cookies?: readonly Cookie[]
}

/** After it a shortcut that led nowhere is pressed again, which does no harm where it was only slow. */
const shortcutMs = 5_000

/** Where screenshots go; the folder is ignored by Git. */
const screenshotFolder = join(import.meta.dirname, '../../../test-results/console')

/** The console as a person has it before them, by roles and labels. What goes wrong behind their back is collected. */
export class ConsolePage implements AsyncDisposable {
  /** Violations of the content security policy, errors of scripts, and what the console's code wrote as an error (S13). */
  readonly mishaps: string[]
  /** Every address that the page asked for. */
  readonly requested: string[]
  readonly #tab: Tab
  readonly #url: string

  private constructor(tab: Tab, url: string, { mishaps, requested }: Heard) {
    this.#tab = tab
    this.#url = url
    this.mishaps = mishaps
    this.requested = requested
  }

  static async open(
    browser: Browser,
    { url, colorScheme = 'light', width = 1360, height = 900, cookies = [] }: ConsoleOptions,
  ): Promise<ConsolePage> {
    const heard: Heard = { mishaps: [], requested: [] }
    const tab = await Tab.open(browser, cookies, listenTo(heard))
    await tab.page.setViewportSize({ width, height })
    await tab.page.emulateMedia({ colorScheme })
    return new ConsolePage(tab, url, heard)
  }

  get page(): Page {
    return this.#tab.page
  }

  async go(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#url).href)
  }

  /** By a shortcut of two keys, pressed again where a busy machine let too long pass between them. */
  async goByKeys(first: string, second: string, path: string): Promise<void> {
    await waitFor(async () => {
      await this.page.keyboard.press(first)
      await this.page.keyboard.press(second)
      const isThere = this.page.waitForURL(({ pathname }) => pathname === path, { timeout: shortcutMs })
      return await isThere.then(
        () => true,
        () => false,
      )
    }, `${first} and ${second} to lead to ${path}`)
  }

  /** Makes the first administrator; the link is the one that the hub printed. */
  async setUp(link: string, username: string, password: string): Promise<void> {
    const { pathname, hash } = new URL(link)
    await this.go(pathname + hash)
    await this.page.getByLabel('User name').fill(username)
    await this.page.getByRole('textbox', { name: 'Password', exact: true }).fill(password)
    await this.page.getByRole('textbox', { name: 'Password again' }).fill(password)
    await this.page.getByRole('button', { name: 'Make administrator and sign in' }).click()
    await this.page.getByRole('heading', { name: 'Executions', exact: true }).waitFor()
  }

  /** Fills in the sign-in page, to which the console leads by itself where somebody must sign in, and waits until it is left. */
  async signIn(username: string, password: string): Promise<void> {
    await this.tryToSignIn(username, password)
    await this.page.waitForURL((url) => url.pathname !== consolePages.signIn)
  }

  async tryToSignIn(username: string, password: string): Promise<void> {
    await this.page.getByLabel('User name').fill(username)
    await this.page.getByRole('textbox', { name: 'Password' }).fill(password)
    await this.page.getByRole('button', { name: 'Sign in' }).click()
  }

  /** What a session is known by: others go on with it, without signing in again. */
  async cookies(): Promise<Cookie[]> {
    return await this.#tab.context.cookies()
  }

  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign out' }).click()
    await this.page.waitForURL((url) => url.pathname === consolePages.signIn)
  }

  async openExecution(executionId: string, view: 'log' | 'ledger' | 'plan' | 'receipt' = 'log'): Promise<void> {
    await this.go(`${consolePages.execution(executionId)}?view=${view}`)
    await this.page.getByRole('tab', { name: view, exact: false }).waitFor()
  }

  /** What screen readers were told last. */
  get announced(): Locator {
    return this.page.getByTestId('announcer')
  }

  get path(): string {
    const { pathname, search } = new URL(this.page.url())
    return pathname + search
  }

  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshotFolder, { recursive: true })
    const path = join(screenshotFolder, `${name}.png`)
    await this.page.screenshot({ path })
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tab.close()
  }
}

type Heard = { mishaps: string[]; requested: string[] }

function listenTo({ mishaps, requested }: Heard): TabEvents {
  return {
    onRequest: (request) => requested.push(request.url()),
    onError: (error) => mishaps.push(`error: ${error.message}`),
    onViolation: (violation) => mishaps.push(`violation: ${violation}`),
    onDialog(dialog) {
      mishaps.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    },
    onConsole(message) {
      // A refused request is the browser's remark about an answer that the page deals with.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
      mishaps.push(`console: ${message.text()}`)
    },
  }
}
