import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callHub, type LocalEnvironmentServer, unzip } from '@postern/cli'
import { hostileCorpus } from '@postern/intel'
import {
  consolePages,
  Environment,
  EnvironmentPage,
  Owner,
  paths,
  Runtime,
  ServerSettings,
  SetupLink,
  User,
} from '@postern/protocol'
import type { Browser, Cookie, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOtherRuntime } from '../environment-server/other-runtime.ts'
import { runCommand } from '../environment-server/run-command.ts'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { addEnvironments, manyRows } from './many-rows.ts'
import { addApps, addLateServer, heardAgo, lateFingerprint, sayOneFigure, shownOnline } from './rows-of-servers.ts'
import {
  expectFocusAt,
  expectLastRowByKeys,
  expectLoadingAndFailing,
  expectNoWiderThanWindow,
  expectOnlyText,
} from './page-states.ts'

const password = 'four random words here'
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
})
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

test('ES-1: an environment is made by keys alone; a name that is taken is refused in words', async () => {
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
  await opened.goByKeys('g', 's', consolePages.environments)
  await page.getByRole('article', { name: 'Plant North' }).waitFor()
  await page.getByRole('button', { name: 'New environment' }).press('Enter')
  await dialog.getByRole('textbox', { name: 'Name' }).waitFor()
  await keyboard.type('Plant North')
  await keyboard.press('Enter')
  await dialog.getByText('There is an environment "Plant North" already; choose another name.').waitFor()
  await keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  // Whoever closes a dialog is where they opened it.
  await expectFocusAt(page.getByRole('button', { name: 'New environment' }))
  expectHarmless(opened)
})

test('ES-15: a server is seen coming online, falling silent and coming back, without a reload', async () => {
  await using opened = await open()
  const { page } = opened
  await page.getByRole('article', { name: 'Plant North' }).waitFor()
  await page.getByRole('banner').getByText('Live').waitFor()
  server = await system.startServer()
  const card = page.getByRole('article', { name: 'Test' })
  await card.getByText(shownOnline).waitFor()
  await card.getByText('1 server takes executions').waitFor()
  await card.getByText(/^Version \d/).waitFor()

  await server.process.stop()
  await heardAgo(system, 29)
  await card.getByText('Unknown', { exact: true }).waitFor()
  await opened.announced.getByText('This machine: Unknown').waitFor()
  await heardAgo(system, 119)
  await card.getByText('Offline', { exact: true }).waitFor()
  await card.getByText('Executions wait: no server is online').waitFor()
  expect(opened.requested.filter((address) => new URL(address).pathname === consolePages.environments)).toHaveLength(1)
  expectHarmless(opened)
})

test('ES-14: a server page shows every figure live over port 62000, and over another time; ES-15: with the reason of its state', async () => {
  writeFileSync(
    join(server.home, '.postern-envsvr', 'policy.json'),
    JSON.stringify({ settings: ['appsNumberofJobExecutors'] }),
  )
  // After its first figures it keeps silent, so that others can stand in their place.
  expect((await runCommand(server.home, ['configure', '--set', 'relaySystemInfoPublishSeconds=3600'])).code).toBe(0)
  const startedAt = new Date()
  await server.process.start()
  const environmentId = await idOf('Test')
  await using opened = await open(
    consolePages.environmentServer(environmentId, server.environment.servers[0]?.serverXid ?? ''),
  )
  const { page } = opened
  const { file } = system.hub
  await page.getByText(`Live over port ${file.brokerPort}`).waitFor()
  await page.getByText(/^Its last heartbeat came \d+ s ago\.$/).waitFor()
  const memory = page.getByRole('region', { name: 'Memory' })
  await memory
    .getByText(/^[\d.]+ %$/)
    .first()
    .waitFor()
  for (const [name, figure] of [
    ['CPU', /^[\d.]+ %$/],
    ['Disk', /^[\d.]+ %$/],
    ['Executors', /^0 of \d+$/],
    ['Queue', /^0$/],
    ['Queue wait', /^0 ms$/],
    ['Round trip', /^[\d.]+ m?s$/],
    ['Messages an hour', /^[\d,]+$/],
    ['The server itself', /^[\d.]+ MiB$/],
  ] as const)
    await page.getByRole('region', { name, exact: true }).getByText(figure).first().waitFor()
  for (const within of ['Today (UTC)', '7 days', '30 days'])
    await page
      .getByRole('table', { name: 'Executions of this server' })
      .getByRole('rowheader', { name: within })
      .waitFor()
  // The next message is drawn without anybody's doing.
  await sayOneFigure(system, startedAt)
  await page.getByRole('region', { name: 'CPU' }).getByText('77.7 %').waitFor()
  await page.getByText('Unhealthy', { exact: true }).waitFor()
  await page.getByText('It is online, but its disk has 1.0 % left (below 5 %).').waitFor()
  await page.getByRole('combobox', { name: 'Time shown' }).selectOption('Last year')
  await page.waitForURL((url) => url.search === '?span=year')
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await expectNoWiderThanWindow(page)
  expectHarmless(opened)
})

test('ES-12: the settings of a server are shown with who set them, secrets masked, and set where its policy lets the hub', async () => {
  await using opened = await open(
    consolePages.environmentServer(await idOf('Test'), server.environment.servers[0]?.serverXid ?? ''),
  )
  const { page } = opened
  await page.getByText('Certificate good until').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Settings' }).click()
  const table = page.getByRole('table', { name: 'Settings of this server' })
  const row = (name: string) => table.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
  await row('brokerToken').getByText('Set, not shown').waitFor()
  await row('brokerHost').getByText('The bundle or .env').waitFor()
  await expect.poll(() => table.getByRole('button').allTextContents()).toEqual(['Change'])
  await page.getByRole('button', { name: 'Change appsNumberofJobExecutors' }).click()
  const field = page.getByRole('dialog').getByLabel('appsNumberofJobExecutors')
  await field.fill('0')
  await page.getByText('A whole number from 1 to 1000').waitFor()
  await field.fill('1')
  await field.press('Enter')
  await row('appsNumberofJobExecutors').getByText('The hub', { exact: true }).waitFor()
  const executors = row('appsNumberofJobExecutors').getByRole('cell')
  await expect.poll(() => executors.allTextContents()).toEqual(['4', '1', 'The hub', 'Change'])
  await expectNarrowing(page)
  // Where there is hardly room, the number of a setting gives way, and no other column does.
  await page.setViewportSize({ width: 390, height: 800 })
  await table.getByRole('columnheader', { name: 'No.' }).waitFor({ state: 'hidden' })
  for (const name of ['List', 'When']) await page.getByRole('columnheader', { name, exact: true }).waitFor()
  await page.setViewportSize({ width: 1360, height: 900 })
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  expectHarmless(opened)
})

test('ES-19: a server is renamed from its menu where its policy lets the hub; else the menu says how it is done on the machine', async () => {
  const home = join(server.home, '.postern-envsvr')
  await using opened = await open()
  const { page } = opened
  const renaming = async (name: string) => {
    await page.getByRole('button', { name: `Actions for ${name}` }).click()
    await page.getByRole('menuitem', { name: 'Rename …' }).click()
  }
  await renaming('This machine')
  const told = page.getByRole('dialog', { name: 'Rename this environment server' })
  await told.getByText('./configure.sh --set serverName="NEW NAME" --reload').waitFor()
  await told.getByRole('button', { name: 'Close' }).click()

  const before = readFileSync(join(home, 'policy.json'), 'utf8')
  writeFileSync(join(home, 'policy.json'), JSON.stringify({ settings: ['serverName'] }))
  expect((await runCommand(server.home, ['reload'])).code).toBe(0)
  const settings = paths.environmentServerSettings(await idOf('Test'), server.environment.servers[0]?.serverXid ?? '')
  const nameSetting = async () =>
    (await callHub(system.hub.target, settings, ServerSettings)).settings.find(({ name }) => name === 'serverName')
  await expect.poll(nameSetting).toMatchObject({ hubMaySet: true })
  await page.reload()
  for (const [from, to] of [
    ['This machine', 'North gate'],
    ['North gate', 'This machine'],
  ] as const) {
    await renaming(from)
    await page.getByRole('dialog').getByLabel('serverName').fill(to)
    await page.getByRole('button', { name: 'Ask for it' }).click()
    await page.getByRole('link', { name: to, exact: true }).waitFor()
    await expect.poll(nameSetting).toMatchObject({ value: to })
  }
  writeFileSync(join(home, 'policy.json'), before)
  expect((await runCommand(server.home, ['reload'])).code).toBe(0)
  expectHarmless(opened)
})

/** D36: file and narrowings side by side; what is narrowed here is taken back on the server alone. */
async function expectNarrowing(page: Page): Promise<void> {
  const policy = page.getByRole('table', { name: 'Local policy of this server' })
  const cells = (list: string) =>
    policy
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: list, exact: true }) })
      .getByRole('cell')
  await cells('Settings').getByText('appsNumberofJobExecutors').waitFor()
  await page.getByRole('button', { name: 'Narrow …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Narrow it' }).click()
  await dialog.getByText('Name what stays allowed, or type none.').waitFor()
  await addApps(system, ['greeter_v1', 'feeder_v1'])
  await dialog.getByLabel('What stays allowed').fill('greeter\nfeeder_v1')
  await dialog.getByRole('button', { name: 'Narrow it' }).click()
  await dialog.getByText('has the app greeter. Did you mean greeter_v1?').waitFor()
  await dialog.getByLabel('What stays allowed').fill('greeter_v1\nfeeder_v1')
  await dialog.getByRole('button', { name: 'Narrow it' }).click()
  await cells('Apps').getByText('greeter_v1, feeder_v1').waitFor()
  await expect.poll(() => cells('Apps').allTextContents()).toEqual(['Any', 'greeter_v1, feeder_v1'])
  const asked = page.getByRole('table', { name: 'What was narrowed from here' })
  await asked.getByText('In force').waitFor()
  expect((await runCommand(server.home, ['policy', 'clear-hub'])).code).toBe(0)
  await asked.getByText('Taken back on the server').waitFor()
  await expect.poll(() => cells('Apps').allTextContents()).toEqual(['Any', '–'])
}

test('ES-14: where the browser does not reach port 62000 the page says so, and its figures come all the same', async () => {
  await using opened = await open()
  const { page } = opened
  const { brokerPort } = system.hub.file
  await page.routeWebSocket(new RegExp(`:${brokerPort}/live$`), (socket) => socket.close())
  await opened.go(consolePages.environmentServer(await idOf('Test'), server.environment.servers[0]?.serverXid ?? ''))
  await page
    .getByText(`This browser does not reach port ${brokerPort} of the hub. Figures: live over the console's port`)
    .waitFor()
  await page
    .getByRole('region', { name: 'Memory' })
    .getByText(/ free$/)
    .waitFor()
  // The way that was shut to this page stays shut to it: nobody goes on in it.
  await page.close()
  await server.process.stop()
})

test('ES-2, ES-19: a download is chosen, saved, and shown as a server that waits, with what the hub warns of', async () => {
  await using opened = await open()
  const { page } = opened
  await page.getByRole('button', { name: 'Actions for Plant North' }).press('Enter')
  // The menu opens at its first item.
  await page.getByRole('menuitem', { name: 'Download …' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Environment: Plant North' })
  await expect.poll(() => dialog.getByRole('radio').count()).toBe(3)
  await dialog.getByRole('radio', { name: /^Environment Config Only/ }).check()
  const [config] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
  expect(config.suggestedFilename()).toBe('Plant North.env')
  expect(readFileSync(await config.path(), 'utf8')).toMatch(/^moveToken=psm_/m)
  // What to do with the file stands in the place of the form, and the focus is at leaving.
  await dialog.getByText('at its next start it moves here').waitFor()
  await dialog.getByRole('radio').first().waitFor({ state: 'detached' })
  await expectFocusAt(dialog.getByRole('button', { name: 'Close' }))
  await dialog.getByRole('button', { name: 'Download another …' }).click()
  await dialog.getByRole('radio', { name: /^Download Bundle/ }).check()
  // The hub has its own Node.js, and says how another one comes to it.
  const howToAdd = dialog.getByText('postern runtime add FILE --sha256 HEX')
  await howToAdd.waitFor()
  await dialog.getByRole('switch', { name: 'Without the Node runtime' }).check()
  await howToAdd.waitFor({ state: 'detached' })
  await dialog.getByLabel('Name of the new server').fill('North 7')
  const [bundle] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
  expect(bundle.suggestedFilename()).toBe('postern-envsvr-bundle.zip')
  await dialog.getByText('This hub only knows itself as').waitFor()
  await dialog.getByText('in the console under Administration, Settings').waitFor()
  await dialog.getByText('postern-envsvr/run.sh').waitFor()
  const made = await dialog.getByText(/as server \d+/).textContent()
  const serverXid = /as server (\d+)/.exec(made ?? '')?.[1] ?? ''
  await dialog.getByRole('button', { name: 'Close' }).click()
  const waiting = page
    .getByRole('article', { name: 'Plant North' })
    .getByRole('listitem')
    .filter({ hasText: 'North 7' })
  await waiting.getByText('Waiting').waitFor()
  await waiting.getByText('Downloaded by chief').waitFor()
  await waiting.getByText(`No. ${serverXid}`, { exact: true }).waitFor()
  expectHarmless(opened)
})

test('S9: whoever confirms sees fingerprint, address and who downloaded; who is revoked comes back only anew', async () => {
  await addLateServer(system, 'North late')
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'other-runtime-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const other = makeOtherRuntime(folder)
  await callHub(system.hub.target, `${paths.runtimes}?sha256=${other.sha256}`, Runtime, {
    headers: { 'content-type': 'application/octet-stream' },
    body: readFileSync(other.file),
  })
  await using opened = await open(consolePages.environment(await idOf('Plant North')))
  const { page } = opened
  const row = page.getByRole('grid', { name: 'Environment servers' }).getByRole('row').filter({ hasText: 'North late' })
  await row.getByRole('button', { name: 'Confirm …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Is this the server that you meant?' })
  for (const fact of [lateFingerprint, '192.0.2.17', 'ada.lovelace'])
    await dialog.getByText(fact, { exact: true }).waitFor()
  await dialog.getByText('It enrolled more than an hour after its download').waitFor()
  // The safe answer has the focus.
  await expectFocusAt(dialog.getByRole('button', { name: 'Not yet' }))
  await dialog.getByRole('button', { name: 'The fingerprint is the same: confirm' }).click()
  await dialog.waitFor({ state: 'detached' })
  await row.getByRole('button', { name: 'Confirm …' }).waitFor({ state: 'detached' })

  await row.getByRole('button', { name: 'Actions for North late' }).click()
  await page.getByRole('menuitem', { name: 'Revoke …' }).click()
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await row.getByText('Revoked').waitFor()
  const { servers } = await callHub(system.hub.target, paths.environment(await idOf('Plant North')), Environment)
  const late = servers.find(({ name }) => name === 'North late')
  expect(late).toMatchObject({ presence: 'revoked', confirmed: true })

  // D37: under the same number, with another key that somebody confirms.
  await row.getByRole('button', { name: 'Actions for North late' }).click()
  await page.getByRole('menuitem', { name: 'Enrol it anew …' }).click()
  const anew = page.getByRole('dialog', { name: 'Enrol this server anew?' })
  await anew.getByText(`under its number, ${late?.serverXid}`).waitFor()
  // ES-2: for a machine of another platform than the hub's.
  await anew.getByRole('combobox', { name: 'Platform' }).selectOption(other.platform)
  const [bundle] = await Promise.all([
    page.waitForEvent('download'),
    anew.getByRole('button', { name: 'Download the bundle' }).click(),
  ])
  expect(bundle.suggestedFilename()).toBe('postern-envsvr-bundle.zip')
  const unpacked = join(folder, 'unpacked')
  await unzip(readFileSync(await bundle.path()), unpacked)
  expect(readFileSync(join(unpacked, 'postern-envsvr/runtime/node')).equals(other.program)).toBe(true)
  await anew.getByRole('button', { name: 'Close' }).click()
  await row.getByText('Waiting').waitFor()
  expectHarmless(opened)
})

test('ES-1: name and owner of an environment are changed; ES-24: a server is drained and let take executions again', async () => {
  await callHub(system.hub.target, paths.owners, Owner, { json: { name: 'Plant findings' } })
  await using opened = await open()
  const { page } = opened
  await page.getByRole('button', { name: 'Actions for Plant North' }).click()
  await page.getByRole('menuitem', { name: 'Name and owner …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Name and owner' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Plant South')
  await dialog.getByRole('combobox', { name: 'Owner' }).selectOption('Plant findings')
  await dialog.getByRole('button', { name: 'Save' }).click()
  const card = page.getByRole('article', { name: 'Plant South' })
  await card.getByText('Owner: Plant findings').waitFor()
  await card.getByRole('button', { name: 'Actions for North 7' }).click()
  await page.getByRole('menuitem', { name: 'Drain …' }).click()
  await page.getByRole('button', { name: 'Place nothing more on it' }).click()
  await card.getByText('Drained', { exact: true }).waitFor()
  await card.getByRole('button', { name: 'Actions for North 7' }).click()
  await page.getByRole('menuitem', { name: 'Let it take executions …' }).click()
  await page.getByRole('button', { name: 'Let it take executions' }).click()
  await card.getByText('Drained', { exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Actions for Plant South' }).click()
  await page.getByRole('menuitem', { name: 'Name and owner …' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Plant North')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('article', { name: 'Plant North' }).waitFor()
  expectHarmless(opened)
})

test('ES-26: an environment that jobs name is not deleted, and says which; who only reads has no such button, nor the right', async () => {
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
  const changing = reader.page.getByRole('main').getByRole('button', { name: /New|Actions|Confirm/ })
  await expect.poll(() => changing.count()).toBe(0)
  const status = await reader.page.evaluate<number>(
    `fetch('${paths.environment(environmentId)}', { method: 'DELETE', headers: { 'postern-csrf': '1' } }).then((answer) => answer.status)`,
  )
  expect(status).toBe(403)
  expectHarmless(reader)
})

test('S13: names that others chose are text, however hostile and long; the list says when it loads and when it fails', async () => {
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
  await expectNoWiderThanWindow(page)
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
})

test('every text of environments stands out in the light and in the dark theme', async () => {
  await using opened = await open()
  const { page } = opened
  await page.getByRole('article', { name: 'Plant North' }).waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await page.getByRole('button', { name: 'Actions for Plant North' }).click()
  await page.getByRole('menuitem', { name: 'Download …' }).click()
  await page.getByRole('dialog').getByText('Environment Server Only').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await opened.go(consolePages.environment(await idOf('Plant North')))
  await page.getByText('Waiting').first().waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  expectHarmless(opened)
})

test('thousands of environments are a table whose every row is reached by keys', async () => {
  await withHubDatabase(system.dataFolder, async (client) => await addEnvironments(client, manyRows))
  await using opened = await open()
  const { data } = await callHub(system.hub.target, `${paths.environments}?limit=1000`, EnvironmentPage)
  const others = data.filter(({ name }) => !name.startsWith('Site ')).length
  await expectLastRowByKeys(opened.page, 'Environments', manyRows + others, `Site ${String(manyRows).padStart(5, '0')}`)
  expectHarmless(opened)
})
