import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { consolePages, HubKeys, MailSettings, paths, Settings, SetupLink } from '@postern/protocol'
import { type ReceivedMail, startMailServer } from '@postern/simulators'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { expectFocusAt, expectMistakeAt } from './page-states.ts'

const username = 'chief'
const password = 'four random words here'

let system: TestSystem
let browser: Browser
beforeAll(async () => {
  system = await startTestSystem()
  browser = await launchChromium(readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'))
})
afterAll(async () => {
  await browser.close()
  await system[Symbol.asyncDispose]()
})

async function open(): Promise<ConsolePage> {
  return await ConsolePage.open(browser, { url: system.hub.file.url })
}

async function setupLink(): Promise<string> {
  return (await callHub(system.hub.target, paths.setupLinks, SetupLink, { method: 'POST' })).url
}

/** Nothing went wrong behind the person's back, and nobody but the hub was asked for anything. */
function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(system.hub.file.url)
  expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
}

test('D16: a set-up link makes an administrator, who is signed in by it; it works once', async () => {
  const link = await setupLink()
  await using first = await open()
  await first.setUp(link, username, password)
  await expect.poll(() => first.path).toBe(consolePages.executions)
  await first.page.getByText('Nothing has run yet').waitFor()
  // D18: the live connection needs no other port.
  await first.page.getByText('Live', { exact: true }).waitFor()
  expectHarmless(first)

  await using second = await open()
  const { pathname, hash } = new URL(link)
  await second.go(pathname + hash)
  await second.page.getByLabel('User name').fill('thief')
  await second.page.getByRole('textbox', { name: 'Password', exact: true }).fill(password)
  await second.page.getByRole('textbox', { name: 'Password again' }).fill(password)
  await second.page.getByRole('button', { name: 'Make administrator and sign in' }).click()
  await second.page.getByText('This set-up link was used already').waitFor()
  expect(second.path).toBe('/setup')
  // The token stands behind #, which no request carries.
  expect([...first.requested, ...second.requested].filter((address) => address.includes(hash.slice(1)))).toEqual([])
  expectHarmless(second)
})

test('S13: who is not signed in is led to the sign-in page and back to what was asked for, never to another site', async () => {
  await using opened = await open()
  await opened.go('/executions?state=failed')
  await opened.page.getByText('You go on where you were').waitFor()
  await opened.tryToSignIn(username, 'not the password')
  await opened.page.getByText('You could not be signed in').waitFor()
  await opened.signIn(username, password)
  await expect.poll(() => opened.path).toBe('/executions?state=failed')

  for (const elsewhere of [
    '//evil.example.com/',
    'https://evil.example.com/',
    '/\\evil.example.com',
    'javascript:alert(1)',
  ]) {
    await opened.go(`${consolePages.signIn}?from=${encodeURIComponent(elsewhere)}`)
    await opened.signIn(username, password)
    await expect.poll(() => opened.path).toBe(consolePages.executions)
  }
  expectHarmless(opened)
})

test('ES-16: mail is set up and tried, whom to tell is said, and what is the matter stands there, in both themes and when narrow', async () => {
  await using mailServer = await startMailServer({ account: { username: 'postern', password: 'of mail' } })
  await using opened = await open()
  await opened.go(consolePages.mailSettings)
  await opened.signIn(username, password)
  const { page } = opened
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  await page.getByText('Not set up: nothing is sent').waitFor()
  await field('smtpHost').fill('127.0.0.1')
  await field('smtpPort').fill(String(mailServer.port))
  await field('smtpUsername').fill('postern')
  await page.getByLabel('smtpPassword').fill('wrong')
  await field('smtpFrom').fill('postern@example.org')
  await page.getByLabel('smtpSecurity').selectOption('none')
  await page.getByText('Everyone between this hub and the mail server can read each mail').waitFor()
  await page.getByRole('button', { name: 'Save the settings' }).press('Enter')
  await field('To').fill('ada@example.org')
  await page.getByRole('button', { name: 'Send a test' }).press('Enter')
  await page.getByText(/The mail server refused the user name or the password: 535/).waitFor()
  await page.getByLabel('smtpPassword').fill('of mail')
  await page.getByRole('button', { name: 'Save the settings' }).press('Enter')
  await opened.announced.getByText('The settings of mail are saved').waitFor()
  await page.getByRole('button', { name: 'Send a test' }).press('Enter')
  await page.getByText('The mail server took it: 250').waitFor()
  expect(mailServer.mails.map(({ to }) => to)).toEqual([['ada@example.org']])
  await field('smtpFrom').fill('mine@example.org')
  await callHub(system.hub.target, paths.mailSettings, MailSettings, {
    method: 'PUT',
    json: {
      smtpHost: '127.0.0.1',
      smtpPort: mailServer.port,
      smtpSecurity: 'none',
      smtpUsername: 'postern',
      smtpFrom: 'theirs@example.org',
    },
  })
  await page.getByRole('button', { name: 'Save the settings' }).press('Enter')
  const meanwhile = page.getByRole('alert', { name: 'Changed meanwhile' })
  await meanwhile.getByText('Somebody changed the settings since you read them').waitFor()
  await expect.poll(() => field('smtpFrom').inputValue()).toBe('mine@example.org')
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await meanwhile.getByRole('button', { name: 'Take theirs' }).press('Enter')
  await meanwhile.waitFor({ state: 'detached' })
  await expect.poll(() => field('smtpFrom').inputValue()).toBe('theirs@example.org')

  await opened.go(`${consolePages.notifications}?view=rules`)
  await page.getByText('Nobody is told').waitFor()
  await page.getByRole('button', { name: 'New rule' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New rule' })
  await dialog.getByRole('textbox', { name: 'Whom' }).fill('soc@example.org')
  await dialog.getByRole('button', { name: 'Save the rule' }).press('Enter')
  await page.getByRole('row', { name: /The whole organization.*soc@example\.org/ }).waitFor()
  await withHubDatabase(system.dataFolder, async (database) => {
    await database.query(`
        insert into notification (organization_id, key, kind, page, name, sentence, opened_at, last_at)
        select id, 'test', 'failed', '/environments', 'Feed', 'Execution 7 of job Feed <b>failed</b>.', now(), now()
        from organization`)
  })
  await page.getByRole('tab', { name: 'Now' }).press('Enter')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByText('Execution 7 of job Feed <b>failed</b>.').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await waitFor(() => mailServer.mails.length === 2, 'the mail of the rule')
  expect(mailServer.mails[1]).toMatchObject({
    to: ['soc@example.org'],
    raw: expect.stringMatching(/^Subject: Postern: Feed failed\r$/m),
  })
  expectHarmless(opened)
})

test('ES-16: somebody is invited by mail, chooses a password, forgets it and comes back, and is out at once when disabled', async () => {
  await using mailServer = await startMailServer()
  const json = {
    smtpHost: '127.0.0.1',
    smtpPort: mailServer.port,
    smtpSecurity: 'none',
    smtpUsername: '',
    smtpFrom: 'postern@example.org',
  }
  await callHub(system.hub.target, paths.mailSettings, MailSettings, { method: 'PUT', json })
  await using chief = await open()
  await chief.go(consolePages.users)
  await chief.signIn(username, password)
  await chief.page.getByRole('button', { name: 'Invite a user' }).press('Enter')
  const dialog = chief.page.getByRole('dialog', { name: 'Invite a user' })
  await dialog.getByRole('textbox', { name: 'User name' }).fill('ada')
  await dialog.getByRole('textbox', { name: 'Mail address' }).fill('ada@example.org')
  await dialog.getByRole('button', { name: 'Invite the user' }).press('Enter')
  const mailed = chief.page.getByRole('dialog', { name: 'The link was mailed' })
  await mailed.getByText('The mail server took it: 250').waitFor()
  await mailed.getByRole('button', { name: 'Close' }).press('Enter')
  await chief.page.getByRole('row', { name: /Invited.*ada.*Analyst.*ada@example\.org/ }).waitFor()
  await expect.poll(() => lowContrastInBothThemes(chief.page)).toEqual([])

  // Rules of the organization may tell others meanwhile.
  const hers = () => mailServer.mails.filter(({ to }) => to.includes('ada@example.org'))
  await using ada = await open()
  // Somebody behind the same proxy tried too many passwords: hers is chosen all the same.
  await withHubDatabase(system.dataFolder, async (database) => {
    await database.query(`insert into sign_in_failure (subject)
      select 'address ' || address from unnest(array['127.0.0.1', '::1']) address, generate_series(1, 100)`)
  })
  await fillInPassword(ada, hers()[0], 'the first of her passwords')
  await ada.page.getByText('Your password is chosen').waitFor()
  await ada.page.getByText('Too many failed sign-ins').waitFor()
  await expect.poll(() => lowContrastInBothThemes(ada.page)).toEqual([])
  await withHubDatabase(
    system.dataFolder,
    async (database) => void (await database.query(`delete from sign_in_failure`)),
  )
  await ada.page.getByRole('link', { name: 'Sign in' }).click()
  await ada.signIn('ada', 'the first of her passwords')
  await ada.signOut()
  await ada.page.getByRole('link', { name: 'Forgotten password?' }).click()
  await ada.page.getByLabel('User name or mail address').fill('ada@example.org')
  await expect.poll(() => lowContrastInBothThemes(ada.page)).toEqual([])
  await ada.page.getByRole('button', { name: 'Mail me a link' }).press('Enter')
  await ada.page.getByText('a link is on its way').waitFor()
  await waitFor(() => hers().length === 2, 'the mail with the link')
  await fillInPassword(ada, hers()[1], 'the second of her passwords')
  await ada.page.getByRole('heading', { name: 'Executions', exact: true }).waitFor()
  await ada.go(linkIn(hers()[1]))
  await ada.page.getByText('This link is no good any more').waitFor()
  await expect.poll(() => ada.page.getByRole('textbox').count()).toBe(0)

  await chief.page.getByRole('row', { name: /ada@example\.org/ }).click()
  const edited = chief.page.getByRole('dialog', { name: 'ada' })
  await edited.getByRole('switch', { name: 'Enabled' }).press('Space')
  await edited.getByRole('button', { name: 'Save the user' }).press('Enter')
  await chief.page.getByRole('row', { name: /Disabled.*ada/ }).waitFor()
  await ada.go(consolePages.jobs)
  await ada.page.getByRole('button', { name: 'Sign in' }).waitFor()
  expectHarmless(chief)
  expectHarmless(ada)
})

/** By the link of a mail. */
async function fillInPassword(opened: ConsolePage, mail: ReceivedMail | undefined, chosen: string): Promise<void> {
  await opened.go(linkIn(mail))
  await opened.page.getByRole('textbox', { name: 'Password', exact: true }).fill(chosen)
  await opened.page.getByRole('textbox', { name: 'Password again' }).fill(chosen)
  await opened.page.getByRole('button', { name: 'Choose the password and sign in' }).click()
}

/** The lines of a mail are broken where quoted-printable breaks them (RFC 2045, 6.7). */
function linkIn(mail: ReceivedMail | undefined): string {
  return /\/password#[\w-]{43}/.exec(mail?.raw.replaceAll(/=\r\n/g, '') ?? '')?.[0] ?? ''
}

test('ES-27: the names of the hub are changed where an administrator looks for them; the warning of local names goes with them', async () => {
  await using opened = await open()
  const { page } = opened
  await opened.go(consolePages.environments)
  await opened.signIn(username, password)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByText('This hub only knows itself by a name of its own machine').waitFor()
  const save = page.getByRole('button', { name: 'Save the settings' })
  await expect.poll(() => save.isDisabled()).toBe(true)
  await page.getByLabel('apiURL').fill('http://no-tls.example.org')
  await save.click()
  await expectMistakeAt(page.getByLabel('apiURL'), 'Send a whole address')
  const { url } = system.hub.file
  await page.getByLabel('apiURL').fill('https://hub.example.org:8443')
  await page.getByLabel('appMessageBrokerHost').fill('hub.example.org:62000')
  await save.click()
  await page.getByText('This hub only knows itself').waitFor({ state: 'detached' })
  expect(await callHub(system.hub.target, paths.settings, Settings)).toMatchObject({
    apiURL: 'https://hub.example.org:8443',
    appMessageBrokerHost: 'hub.example.org:62000',
    onlyLocalNames: false,
  })
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  expectHarmless(opened)
  await withHubDatabase(system.dataFolder, async (client) => void (await client.query('delete from setting')))
  expect((await callHub(system.hub.target, paths.settings, Settings)).apiURL).toBe(url)
})

test('ES-22: a key of the hub is followed by another where an administrator looks for them, and it is said who did it', async () => {
  await using opened = await open()
  const { page } = opened
  await opened.go(consolePages.settings)
  await opened.signIn(username, password)
  await page.getByRole('tab', { name: 'Keys' }).click()
  await page.waitForURL((url) => url.pathname === consolePages.hubKeys)
  await page.getByRole('grid', { name: 'Keys for commands' }).getByText('Signs').waitFor()
  await page.getByText('The key of packages signs server files too').waitFor()
  await page.getByRole('button', { name: 'New key for server files …' }).click()
  await page.getByRole('dialog').getByText('told by hand').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Make the new key' }).click()
  const made = page.getByRole('grid', { name: 'Keys for server files' }).getByRole('row').nth(1)
  await made.getByText('by chief').waitFor()
  const { keys } = await callHub(system.hub.target, paths.hubKeys, HubKeys)
  const release = keys.find(({ purpose }) => purpose === 'release')
  await made.getByText(release?.fingerprint ?? 'none').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await made.getByRole('button', { name: /^Actions for key/ }).click()
  await page.getByRole('menuitem', { name: 'Revoke …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it as it is' }).click()
  expectHarmless(opened)
})

test('S13: a session that has run out leads to signing in, and back to where one was', async () => {
  await using opened = await open()
  await opened.go('/executions?state=partial')
  await opened.signIn(username, password)
  await opened.page.getByText('No execution fits the filter').waitFor()
  await withHubDatabase(system.dataFolder, async (client) => {
    await client.query(`update session set expires_at = now() - interval '1 second'`)
  })
  await opened.page.getByLabel('State').selectOption('Failed')
  await opened.page.getByText('You go on where you were').waitFor()
  await opened.signIn(username, password)
  await expect.poll(() => opened.path).toBe('/executions?state=failed')
  await opened.page.getByText('No execution fits the filter').waitFor()
  expectHarmless(opened)
})

test('S13: after signing out, the way back shows nothing', async () => {
  await using opened = await open()
  await opened.go('/')
  await opened.signIn(username, password)
  const cookies = await opened.page.context().cookies()
  expect(cookies).toMatchObject([{ httpOnly: true, secure: true, sameSite: 'Strict' }])
  await opened.signOut()
  await opened.page.goBack()
  // The sign-in page stands there already: now as the one that leads back.
  await opened.page.getByText('You go on where you were').waitFor()
  await expect.poll(() => opened.page.getByRole('main').getByRole('heading', { name: 'Executions' }).count()).toBe(0)
  // The hub forgot the session too: its cookie is worth nothing now.
  await opened.page.context().addCookies(cookies)
  await opened.go('/executions')
  await opened.page.getByRole('button', { name: 'Sign in' }).waitFor()
  expectHarmless(opened)
})

test('everything before and just behind the gate can be done by keys alone', async () => {
  await using opened = await open()
  const { keyboard } = opened.page
  await opened.go('/')
  await expectFocusAt(opened.page.getByLabel('User name'))
  await keyboard.type(username)
  await keyboard.press('Tab')
  await keyboard.type(password)
  await keyboard.press('Enter')
  await opened.page.getByText('Nothing has run yet').waitFor()

  await keyboard.press('Tab')
  await expectFocusAt(opened.page.getByRole('link', { name: 'Skip to the content' }))
  await keyboard.press('Enter')
  await expectFocusAt(opened.page.getByRole('main'))

  await keyboard.press('?')
  const dialog = opened.page.getByRole('dialog', { name: 'Keyboard' })
  await dialog.waitFor()
  await keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await keyboard.press('t')
  await opened.announced.getByText('Theme: ').waitFor()
  expectHarmless(opened)
})

test('every text of the light and of the dark theme stands out from what is behind it', async () => {
  await using opened = await open()
  const { pathname, hash } = new URL(await setupLink())
  await opened.go(pathname + hash)
  await opened.page.getByRole('button', { name: 'Make administrator and sign in' }).click()
  await opened.page.getByText('A password has 12 to 200 characters; this one has 0').waitFor()
  await expect.poll(() => lowContrastInBothThemes(opened.page)).toEqual([])

  await opened.go('/')
  await opened.tryToSignIn(username, 'not the password')
  await opened.page.getByText('You could not be signed in').waitFor()
  await expect.poll(() => lowContrastInBothThemes(opened.page)).toEqual([])

  await opened.signIn(username, password)
  await opened.page.getByText('Nothing has run yet').waitFor()
  await expect.poll(() => lowContrastInBothThemes(opened.page)).toEqual([])
  await opened.page.getByRole('button', { name: 'Keyboard' }).click()
  await opened.page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await expect.poll(() => lowContrastInBothThemes(opened.page)).toEqual([])
  expectHarmless(opened)
})
