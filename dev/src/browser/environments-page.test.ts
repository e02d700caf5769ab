import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub, type LocalEnvironmentServer } from '@postern/cli'
import { hostileCorpus } from '@postern/intel'
import { consolePages, Environment, EnvironmentPage, paths, SetupLink, User } from '@postern/protocol'
import type { Browser, Cookie } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { addEnvironments, manyRows } from './many-rows.ts'
import { expectLastRowByKeys, expectLoadingAndFailing, expectOnlyText } from './page-states.ts'

const password = 'four random words here'
const fingerprint = 'a1b2c3d4'.repeat(8)
const testMs = 90_000

let system: TestSystem
let browser: Browser
/** Of the chief's one session, which every test goes on with. */
let cookies: Cookie[]
let server: LocalEnvironmentServer
beforeAll(async () => {
  system = await startTestSystem()
  browser = await launchChromium(readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'))
  await using opened = await ConsolePage.open(browser, { url: system.hub.file.url })
  const { url } = await callHub(system.hub.target, paths.setupLinks, SetupLink, { method: 'POST' })
  await opened.setUp(url, 'chief', password)
  cookies = await opened.cookies()
  await callHub(system.hub.target, paths.users, User, { json: { username: 'reader', password, role: 'read-only' } })
}, 90_000)
afterAll(async () => {
  await browser.close()
  await system[Symbol.asyncDispose]()
})

async function open(path: string = consolePages.environments): Promise<ConsolePage> {
  const opened = await ConsolePage.open(browser, { url: system.hub.file.url, cookies })
  await opened.go(path)
  return opened
}

async function openAsReader(): Promise<ConsolePage> {
  const opened = await ConsolePage.open(browser, { url: system.hub.file.url })
  await opened.go(consolePages.environments)
  await opened.signIn('reader', password)
  return opened
}

function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(system.hub.file.url)
  const foreign = opened.requested.filter(
    (address) => !address.startsWith('blob:') && new URL(address).origin !== origin,
  )
  expect(foreign).toEqual([])
}

async function idOf(name: string): Promise<string> {
  const { data } = await callHub(system.hub.target, `${paths.environments}?limit=1000`, EnvironmentPage)
  return data.find((environment) => environment.name === name)?.id ?? ''
}

test(
  'ES-1: an environment is made by keys alone; a name that is taken is refused in words',
  { timeout: testMs },
  async () => {
    await using opened = await open()
    const { page } = opened
    const { keyboard } = page
    await page.getByText('No environment yet').waitFor()
    await page.getByRole('button', { name: 'New environment' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'New environment' })
    await dialog.getByRole('textbox', { name: 'Name' }).waitFor()
    await keyboard.type('Plant North')
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Plant North' }).waitFor()
    await page.getByText('No server yet', { exact: true }).waitFor()
    await keyboard.press('g')
    await keyboard.press('s')
    await page.getByRole('article', { name: 'Plant North' }).waitFor()
    await page.getByRole('button', { name: 'New environment' }).press('Enter')
    await dialog.getByRole('textbox', { name: 'Name' }).waitFor()
    await keyboard.type('Plant North')
    await keyboard.press('Enter')
    await dialog.getByText('There is an environment "Plant North" already; choose another name.').waitFor()
    await keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    // Whoever closes a dialog is where they opened it.
    expect(await page.evaluate('document.activeElement.textContent')).toBe('New environment')
    expectHarmless(opened)
  },
)

test(
  'ES-15: a server is seen coming online, falling silent and coming back, without a reload',
  { timeout: testMs },
  async () => {
    await using opened = await open()
    const { page } = opened
    await page.getByRole('article', { name: 'Plant North' }).waitFor()
    await page.getByRole('banner').getByText('Live').waitFor()
    server = await system.startServer()
    const card = page.getByRole('article', { name: 'Test' })
    await card.getByText('Online', { exact: true }).waitFor()
    await card.getByText('1 server takes executions').waitFor()
    await card.getByText(/^Version \d/).waitFor()

    await server.process.stop()
    await heardAgo(19)
    await card.getByText('Unknown', { exact: true }).waitFor()
    await opened.announced.getByText('This machine: Unknown').waitFor()
    await heardAgo(89)
    await card.getByText('Offline', { exact: true }).waitFor()
    await card.getByText('Executions wait: no server is online').waitFor()
    expect(opened.requested.filter((address) => new URL(address).pathname === consolePages.environments)).toHaveLength(
      1,
    )
    expectHarmless(opened)
  },
)

test(
  'ES-2, ES-19: a download is chosen, saved, and shown as a server that waits, with what the hub warns of',
  { timeout: testMs },
  async () => {
    await using opened = await open()
    const { page } = opened
    await page.getByRole('button', { name: 'Actions for Plant North' }).press('Enter')
    // The menu opens at its first item.
    await page.getByRole('menuitem', { name: 'Download …' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Environment: Plant North' })
    expect(await dialog.getByRole('radio').count()).toBe(3)
    await dialog.getByRole('radio', { name: /^Environment Config Only/ }).check()
    await dialog.getByLabel('Name of the new server').fill('North 7')
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(download.suggestedFilename()).toBe('Plant North.env')
    const text = readFileSync(await download.path(), 'utf8')
    expect(text).toMatch(/^enrolmentToken=pse_/m)
    await dialog.getByText('This hub only knows itself as').waitFor()
    const serverXid = /^serverXid=(\d+)$/m.exec(text)?.[1] ?? ''
    await dialog.getByText(`as server ${serverXid}`).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    const waiting = page
      .getByRole('article', { name: 'Plant North' })
      .getByRole('listitem')
      .filter({ hasText: 'North 7' })
    await waiting.getByText('Waiting').waitFor()
    await waiting.getByText('Downloaded by chief').waitFor()
    await waiting.getByText(`No. ${serverXid}`, { exact: true }).waitFor()
    expectHarmless(opened)
  },
)

test(
  'S9: whoever confirms sees fingerprint, address and who downloaded; who is revoked is so for good',
  { timeout: testMs },
  async () => {
    await addLateServer('North late')
    await using opened = await open(consolePages.environment(await idOf('Plant North')))
    const { page } = opened
    const row = page
      .getByRole('grid', { name: 'Environment servers' })
      .getByRole('row')
      .filter({ hasText: 'North late' })
    await row.getByRole('button', { name: 'Confirm …' }).click()
    const dialog = page.getByRole('dialog', { name: 'Is this the server that you meant?' })
    for (const fact of [fingerprint, '192.0.2.17', 'ada.lovelace'])
      await dialog.getByText(fact, { exact: true }).waitFor()
    // The safe answer has the focus.
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Not yet')
    await dialog.getByRole('button', { name: 'The fingerprint is the same: confirm' }).click()
    await dialog.waitFor({ state: 'detached' })
    await row.getByRole('button', { name: 'Confirm …' }).waitFor({ state: 'detached' })

    await row.getByRole('button', { name: 'Actions for North late' }).click()
    await page.getByRole('menuitem', { name: 'Revoke …' }).click()
    await page.getByRole('button', { name: 'Revoke it for good' }).click()
    await row.getByText('Revoked').waitFor()
    const { servers } = await callHub(system.hub.target, paths.environment(await idOf('Plant North')), Environment)
    expect(servers.find(({ name }) => name === 'North late')).toMatchObject({ presence: 'revoked', confirmed: true })
    expectHarmless(opened)
  },
)

test(
  'ES-26: an environment that jobs name is not deleted, and says which; who only reads has no such button, nor the right',
  { timeout: testMs },
  async () => {
    const environmentId = await idOf('Test')
    await withHubDatabase(system.dataFolder, async (client) => {
      await client.query(
        `insert into job (organization_id, name, app_id, environment_id, timeout_seconds)
        select organization_id, 'Names it', (select min(id) from app), id, 60 from environment where id = $1`,
        [environmentId],
      )
    })
    await using opened = await open()
    const { page } = opened
    await page.getByRole('button', { name: 'Actions for Test' }).click()
    await page.getByRole('menuitem', { name: 'Delete …' }).click()
    await page.getByRole('button', { name: 'Delete the environment' }).click()
    await page.getByText('Jobs name this environment: "Names it".').waitFor()
    await page.getByRole('button', { name: 'Keep it' }).click()
    expectHarmless(opened)

    await using reader = await openAsReader()
    await reader.page.getByRole('article', { name: 'Test' }).waitFor()
    expect(
      await reader.page
        .getByRole('main')
        .getByRole('button', { name: /New|Actions|Confirm/ })
        .count(),
    ).toBe(0)
    const status = await reader.page.evaluate<number>(
      `fetch('${paths.environment(environmentId)}', { method: 'DELETE', headers: { 'postern-csrf': '1' } }).then((answer) => answer.status)`,
    )
    expect(status).toBe(403)
    expectHarmless(reader)
  },
)

test(
  'S13: names that others chose are text, however hostile and long; the list says when it loads and when it fails',
  { timeout: testMs },
  async () => {
    await withHubDatabase(system.dataFolder, async (client) => {
      for (const { text } of hostileCorpus) {
        await client.query(
          `insert into environment_server (environment_id, name, downloaded_by)
          select id, coalesce(nullif(left($1, 64), ''), 'x'), 'chief' from environment where name = 'Test'`,
          [text.replaceAll('\0', '')],
        )
      }
      await client.query(`insert into environment (organization_id, name) select id, repeat('W', 64) from organization`)
    })
    await using opened = await open()
    const { page } = opened
    await page.getByRole('article', { name: 'W'.repeat(64) }).waitFor()
    await expectOnlyText(page)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await opened.go(consolePages.environment(await idOf('Test')))
    await page.getByRole('grid', { name: 'Environment servers' }).getByRole('row').nth(1).waitFor()
    await expectOnlyText(page)
    await expectLoadingAndFailing(opened, {
      path: consolePages.environments,
      list: paths.environments,
      label: 'Environments',
      sign: 'Plant North',
    })
    await opened.go(consolePages.environment('999999'))
    await page.getByRole('heading', { name: 'There is no such environment' }).waitFor()
    expectHarmless(opened)
  },
)

test('every text of environments stands out in the light and in the dark theme', { timeout: testMs }, async () => {
  await using opened = await open()
  const { page } = opened
  await page.getByRole('article', { name: 'Plant North' }).waitFor()
  expect(await lowContrastInBothThemes(page)).toEqual([])
  await page.getByRole('button', { name: 'Actions for Plant North' }).click()
  await page.getByRole('menuitem', { name: 'Download …' }).click()
  await page.getByRole('dialog').getByText('Environment Server Only').waitFor()
  expect(await lowContrastInBothThemes(page)).toEqual([])
  await opened.go(consolePages.environment(await idOf('Plant North')))
  await page.getByText('Revoked').waitFor()
  expect(await lowContrastInBothThemes(page)).toEqual([])
  expectHarmless(opened)
})

test('thousands of environments are a table whose every row is reached by keys', { timeout: testMs }, async () => {
  await withHubDatabase(system.dataFolder, async (client) => await addEnvironments(client, manyRows))
  await using opened = await open()
  const { data } = await callHub(system.hub.target, `${paths.environments}?limit=1000`, EnvironmentPage)
  const others = data.filter(({ name }) => !name.startsWith('Site ')).length
  await expectLastRowByKeys(opened.page, 'Environments', manyRows + others, `Site ${String(manyRows).padStart(5, '0')}`)
  expectHarmless(opened)
})

/** Moves the last heartbeat of the stopped server into the past, just before a threshold: the hub notices when it passes. */
async function heardAgo(seconds: number): Promise<void> {
  await withHubDatabase(system.dataFolder, async (client) => {
    await client.query(
      `update environment_server set last_heartbeat_at = now() - make_interval(secs => $1) where name = 'This machine'`,
      [seconds],
    )
  })
}

/** A server that enrolled long after its download, as the hub stores one. */
async function addLateServer(name: string): Promise<void> {
  await withHubDatabase(system.dataFolder, async (client) => {
    await client.query(
      `insert into environment_server (environment_id, name, downloaded_by, downloaded_at, enrolled_at, last_heartbeat_at,
        public_key_pem, sealing_public_key, key_fingerprint, enrolled_from)
      select id, $1, 'ada.lovelace', now() - interval '5 hours', now() - interval '3 hours', now(), 'unused here',
        decode(repeat('01', 32), 'hex'), $2, '192.0.2.17' from environment where name = 'Plant North'`,
      [name, fingerprint],
    )
  })
}
