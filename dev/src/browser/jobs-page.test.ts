import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { hostileCorpus } from '@postern/intel'
import { AppPage, consolePages, ExecutionPage, Job, JobPage, paths, SetupLink, User } from '@postern/protocol'
import type { Browser, Cookie } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withHubDatabase } from '../hub-database.ts'
import { hostNames, startStory, type Story } from '../stories/story.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { addJobs, manyRows } from './many-rows.ts'
import {
  expectFocusAt,
  expectLastRowByKeys,
  expectLoadingAndFailing,
  expectNoWiderThanWindow,
  expectOnlyText,
  expectOnlyTextInRows,
} from './page-states.ts'

const password = 'four random words here'
let story: Story
let browser: Browser
/** Of the chief's one session, which every test goes on with. */
let cookies: Cookie[]
beforeAll(async () => {
  story = await startStory()
  story.publish(hostNames(3, 'known'))
  browser = await launchChromium(readFileSync(join(story.system.dataFolder, 'pki/ca.pem'), 'utf8'))
  const { hub } = story.system
  await using opened = await ConsolePage.open(browser, { url: hub.file.url })
  const { url } = await callHub(hub.target, paths.setupLinks, SetupLink, { method: 'POST' })
  await opened.setUp(url, 'chief', password)
  cookies = await opened.cookies()
  await callHub(hub.target, paths.users, User, { json: { username: 'reader', password, role: 'read-only' } })
})
afterAll(async () => {
  await browser.close()
  await story[Symbol.asyncDispose]()
})

/** A signed-in person on a page. */
async function open(path: string): Promise<ConsolePage> {
  const opened = await ConsolePage.open(browser, { url: story.system.hub.file.url, cookies })
  await opened.go(path)
  return opened
}

function expectHarmless(opened: ConsolePage): void {
  expect(opened.mishaps).toEqual([])
  const { origin } = new URL(story.system.hub.file.url)
  expect(opened.requested.filter((address) => new URL(address).origin !== origin)).toEqual([])
}

async function stored(jobId: string): Promise<Job> {
  return await callHub(story.system.hub.target, paths.job(jobId), Job)
}

test('FD-14: run now starts an execution and leads to it; the job shows how it went', async () => {
  const { feed } = story.jobs
  await using opened = await open(consolePages.job(feed.id))
  const { page } = opened
  await page.getByText('It has not run yet').waitFor()
  await page.getByText('Never ran').waitFor()
  await page.getByRole('button', { name: 'Run now' }).press('Enter')
  await page.waitForURL((url) => url.pathname.startsWith('/executions/'))
  await page.getByRole('main').locator('header').getByText('Succeeded', { exact: true }).waitFor()
  await page.goBack()
  const facts = page.getByRole('region', { name: 'The job' })
  await facts.getByRole('link', { name: 'Succeeded' }).waitFor()
  // A second one is seen from here, without a reload.
  const id = await story.start(feed)
  await story.end(id)
  const executions = page.getByRole('region', { name: 'Executions of this job' })
  await executions.getByRole('link', { name: `Execution ${id}: Succeeded` }).waitFor()
  expect((await stored(feed.id)).lastExecution).toMatchObject({ id, state: 'succeeded' })
  expectHarmless(opened)
})

test('FD-14: a schedule is edited with its next runs in sight; a mistake is told while it is typed and saves nothing', async () => {
  const { feed } = story.jobs
  await using opened = await open(consolePages.job(feed.id))
  const { page } = opened
  await page.getByRole('button', { name: 'Set a schedule …' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Schedule' })
  const cron = dialog.getByLabel('Cron expression')
  const runs = dialog.getByRole('region', { name: 'Next runs' }).getByRole('listitem')
  await cron.fill('0 0 25 * * ?')
  await dialog.getByText('"25" is no hours').waitFor()
  await dialog.getByLabel('Time zone').fill('Mars/Olympus')
  await cron.fill('0 30 2 ? * MON-FRI')
  await dialog.getByText('"Mars/Olympus" is no time zone').waitFor()
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText('"Mars/Olympus" is no time zone').waitFor()
  expect((await stored(feed.id)).schedule).toBeNull()

  await dialog.getByLabel('Time zone').fill('America/New_York')
  await dialog.getByRole('heading', { name: 'Monday to Friday at 02:30' }).waitFor()
  await expect.poll(() => runs.count()).toBe(5)
  await expect.poll(() => runs.first().textContent()).toMatch(/^(Mon|Tue|Wed|Thu|Fri).*, 02:30:00/)
  const first = await runs.first().locator('time').getAttribute('datetime')
  await dialog.getByLabel('Time zone').press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('It runs by itself when its schedule is due.').waitFor()
  expect(await stored(feed.id)).toMatchObject({
    schedule: { cron: '0 30 2 ? * MON-FRI', timeZone: 'America/New_York' },
    nextRunAt: first,
  })

  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Its schedule is paused. It can still be run now.').waitFor()
  expect(await stored(feed.id)).toMatchObject({ enabled: false, nextRunAt: null })
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('It runs by itself when its schedule is due.').waitFor()
  expectHarmless(opened)
})

test('D23, D9: a job is made from the form that its app declares; secrets go in and are never shown again', async () => {
  await using opened = await open(consolePages.newJob)
  const { page } = opened
  await page.getByRole('button', { name: 'Make the job' }).click()
  await page.getByText('Give the job a name.').waitFor()
  await page.getByText('Choose where it runs.').waitFor()
  const name = page.getByLabel('Name', { exact: false }).first()
  await expectFocusAt(name)

  await name.fill('AED of the form')
  await page.getByLabel('App').selectOption({ label: 'NETSCOUT AED export 1.0.0 (export)' })
  await page.getByLabel('Environment').selectOption('Test')
  await page.getByLabel('Control').fill('aed-of-the-form')
  await page.getByLabel('Plans').selectOption('Always ask a person first')
  await page.getByRole('button', { name: 'Make the job' }).click()
  // What only the hub knows is wrong stands beside its field too.
  const alert = page.getByRole('alert').filter({ hasText: 'The job was not saved' })
  await alert.getByText('parameters.hostname is required').waitFor()
  await page
    .getByText(/^Is required: send/)
    .first()
    .waitFor()
  const { hub } = story.system
  const like = (await stored(story.jobs.export.id)).parameters
  for (const name of ['hostname', 'fingerprint', 'stixUsername', 'stixCollection'] as const)
    await fieldOf(opened, name).fill(String(like[name] ?? ''))
  for (const name of ['apiToken', 'stixPassword'] as const) await fieldOf(opened, name).fill(`s3cret of ${name}`)
  await fieldOf(opened, 'dataCollection').selectOption(story.jobs.collection.name)
  await page.getByRole('button', { name: 'Make the job' }).click()
  await page.getByRole('heading', { name: 'AED of the form' }).waitFor()
  await expect.poll(() => page.getByText('Set; never shown again').count()).toBe(2)
  const jobs = await callHub(hub.target, `${paths.jobs}?contains=of%20the%20form`, JobPage)
  expect(jobs.data).toMatchObject([
    { control: 'aed-of-the-form', mode: 'always-ask', secretsSet: ['apiToken', 'stixPassword'] },
  ])

  // Saved again without touching the secrets: they stay.
  await page.getByRole('button', { name: 'Edit …' }).click()
  await page.getByLabel('Plans').selectOption('Apply when every guard passes')
  await page.getByRole('button', { name: 'Save the job' }).click()
  await page.getByRole('heading', { name: 'AED of the form' }).waitFor()
  expect(await stored(jobs.data[0]?.id ?? '')).toMatchObject({
    mode: 'apply-when-guards-pass',
    secretsSet: ['apiToken', 'stixPassword'],
  })
  expect(await page.content()).not.toContain('s3cret')

  await page.getByRole('button', { name: 'Actions for AED of the form' }).click()
  await page.getByRole('menuitem', { name: 'Delete …' }).click()
  await page.getByRole('button', { name: 'Delete the job' }).click()
  await page.waitForURL((url) => url.pathname === consolePages.jobs)
  expect((await callHub(hub.target, `${paths.jobs}?contains=of%20the%20form`, JobPage)).data).toEqual([])
  expectHarmless(opened)
})

test('D23: whoever finds no owner for a job makes one from its form, which is not sent by that and keeps what was typed', async () => {
  await using opened = await open('/jobs/new')
  const { page } = opened
  await page.getByRole('textbox', { name: 'Name' }).fill('Of a new owner')
  await page.getByRole('combobox', { name: 'App' }).selectOption({ index: 1 })
  await page.getByRole('combobox', { name: 'Environment' }).selectOption({ index: 1 })
  await page.getByRole('button', { name: 'New owner …' }).click()
  const dialog = page.getByRole('dialog', { name: 'New owner' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Made for a job')
  await dialog.getByRole('button', { name: 'Make the owner' }).click()
  await dialog.waitFor({ state: 'detached' })
  const owner = page.getByRole('combobox', { name: 'Owner' })
  await expect.poll(() => owner.inputValue()).toBe('Made for a job')
  // Once more, where the form lacks nothing that it could be sent for.
  await page.getByRole('button', { name: 'New owner …' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Made for it too')
  await dialog.getByRole('button', { name: 'Make the owner' }).click()
  await expect.poll(() => owner.inputValue()).toBe('Made for it too')
  await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Of a new owner')
  const { data } = await callHub(story.system.hub.target, `${paths.jobs}?limit=1000`, JobPage)
  expect(data.map(({ name }) => name)).not.toContain('Of a new owner')
  expectHarmless(opened)
})

test('D23: a new form holds an app’s defaults, and one of a job that leaves them out shows what then holds', async () => {
  const { hub } = story.system
  const { data } = await callHub(hub.target, paths.apps, AppPage)
  const app = data.find(({ displayName }) => displayName === 'NETSCOUT AED export')
  const path = app?.parameters.find(({ name }) => name === 'discoveryPath')
  expect(path).toMatchObject({ label: 'TAXII discovery path', default: '/taxii/' })
  expect((await stored(story.jobs.export.id)).parameters).not.toHaveProperty('discoveryPath')
  await using opened = await open(consolePages.newJob)
  const { page } = opened
  const field = page.getByRole('region', { name: 'Parameters' }).getByLabel('TAXII discovery path')
  await page.getByLabel('App').selectOption({ label: 'NETSCOUT AED export 1.0.0 (export)' })
  await expect.poll(() => field.inputValue()).toBe('/taxii/')
  await opened.go(consolePages.job(story.jobs.export.id))
  await page.getByText('Not set (default: /taxii/)').waitFor()
  await page.getByRole('button', { name: 'Edit …' }).click()
  await field.and(page.getByPlaceholder('Not set (default: /taxii/)', { exact: true })).waitFor()
  await expect.poll(() => field.inputValue()).toBe('')
  // Saved as it is, the job goes on leaving it to the app.
  await page.getByRole('button', { name: 'Save the job' }).click()
  await page.getByRole('heading', { name: story.jobs.export.name }).waitFor()
  expect((await stored(story.jobs.export.id)).parameters['discoveryPath'] ?? '').toBe('')
  expectHarmless(opened)
})

test('ES-26: with no server online it is said before somebody runs it, and the execution waits where it is seen', async () => {
  const { feed } = story.jobs
  await withHubDatabase(story.system.dataFolder, async (client) => {
    await client.query(`insert into environment (organization_id, name) select id, 'Empty site' from organization`)
    await client.query(
      `update job set environment_id = (select id from environment where name = 'Empty site') where id = $1`,
      [feed.id],
    )
    await client.query(
      `insert into skipped_run (job_id, due_at, reason, times)
        values ($1, now() - interval '2 h', 'overlap', 1), ($1, now() - interval '1 d', 'misfire', 12)`,
      [feed.id],
    )
  })
  await using opened = await open(consolePages.job(feed.id))
  const { page } = opened
  await page.getByText('No environment server of Empty site takes executions now: none is online.').waitFor()
  await page.getByText('2 scheduled times were skipped').click()
  await page.getByText('An execution of the job was still open, so none was started.').waitFor()
  await page.getByText('No hub was running; 12 missed times became one execution.').waitFor()
  await page.getByRole('button', { name: 'Run now' }).click()
  await page.waitForURL((url) => url.pathname.startsWith('/executions/'))
  await page.getByRole('main').getByText('Waiting', { exact: true }).first().waitFor()
  await page.goBack()
  await page.getByRole('button', { name: `Actions for ${feed.name}` }).click()
  await page.getByRole('menuitem', { name: 'Delete …' }).click()
  await page.getByRole('button', { name: 'Delete the job' }).click()
  await page.getByText(/Execution \d+ of this job is open\. Cancel it/).waitFor()
  const { data } = await callHub(story.system.hub.target, `${paths.executions}?limit=1`, ExecutionPage)
  expect(data).toMatchObject([{ jobId: feed.id, state: 'waiting' }])
  expectHarmless(opened)
})

test('who only reads sees jobs and can change nothing', async () => {
  await using opened = await ConsolePage.open(browser, { url: story.system.hub.file.url })
  const { page } = opened
  await opened.go(consolePages.job(story.jobs.export.id))
  await opened.signIn('reader', password)
  await page.getByRole('heading', { name: story.jobs.export.name }).waitFor()
  await page.getByText('It has not run yet').waitFor()
  await expect.poll(() => page.getByRole('main').getByRole('button').count()).toBe(0)
  await opened.go(consolePages.jobs)
  await page.getByRole('grid', { name: 'Jobs' }).getByText(story.jobs.export.name).waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'New job' }).count()).toBe(0)
  expectHarmless(opened)
})

test('an app shows who vouches for it, what it asks for, and the jobs that run it', async () => {
  await using opened = await open(consolePages.apps)
  const { page } = opened
  const app = page.getByRole('grid', { name: 'Apps' }).getByRole('row').filter({ hasText: 'MISP feed' })
  await app.getByText("the hub's local socket").waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await app.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'MISP feed' }).waitFor()
  await page.getByRole('grid', { name: 'Parameters' }).getByText('removeGoneShareMax').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  const { id, name } = story.jobs.feed
  await page.getByRole('grid', { name: 'Jobs' }).getByRole('row').filter({ hasText: name }).press('Enter')
  await page.waitForURL((url) => url.pathname === consolePages.job(id))
  expectHarmless(opened)
})

test('every text of jobs stands out in the light and in the dark theme', async () => {
  await using opened = await open(consolePages.jobs)
  const { page } = opened
  await page.getByText('Monday to Friday at 02:30').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await opened.go(consolePages.job(story.jobs.feed.id))
  await page.getByText('takes executions now').waitFor()
  await page.getByRole('button', { name: 'Change the schedule …' }).click()
  await page.getByRole('dialog').getByText('Monday to Friday at 02:30').last().waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await opened.go(consolePages.newJob)
  await page.getByLabel('App').selectOption({ label: 'MISP feed 1.0.0 (feed)' })
  await page.getByRole('button', { name: 'Make the job' }).click()
  await page.getByText('Give the job a name.').waitFor()
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  expectHarmless(opened)
})

test('S13: what apps declare and owners are named is text; thousands of jobs are reached by keys and found by name; none is said to be none', async () => {
  const hostile = hostileCorpus.map(({ text }) => text.replaceAll('\0', '')).filter((text) => text !== '')
  await withHubDatabase(story.system.dataFolder, async (client) => {
    for (const text of hostile) {
      await client.query(
        `insert into job (organization_id, name, app_id, environment_id, parameters, timeout_seconds)
          select organization_id, left($1, 64), app_id, environment_id, jsonb_build_object('hostname', $2::text), 60 from job where id = $3
          on conflict do nothing`,
        [text, text.repeat(20), story.jobs.export.id],
      )
    }
  })
  await using opened = await open(consolePages.jobs)
  const { page } = opened
  const { count: hostileJobs, last: lastHostile } = await countJobs()
  await page.getByRole('grid', { name: 'Jobs' }).getByRole('row').nth(1).waitFor()
  await expectOnlyTextInRows(page, 'Jobs', hostileJobs)
  await opened.go(consolePages.job(lastHostile))
  await page.getByRole('region', { name: 'Parameters' }).waitFor()
  await expectOnlyText(page)
  await expectNoWiderThanWindow(page)

  await withHubDatabase(story.system.dataFolder, (client) => addJobs(client, story.jobs.export.id, manyRows))
  const { count } = await countJobs()
  await opened.go(consolePages.jobs)
  await page.getByLabel('Search jobs by name').fill('many 01')
  await page.waitForURL((url) => url.searchParams.get('contains') === 'many 01')
  const found = await callHub(story.system.hub.target, `${paths.jobs}?contains=many%2001&limit=1000`, JobPage)
  await expectLastRowByKeys(page, 'Jobs', found.data.length, found.data.at(-1)?.name ?? '')
  await page.getByLabel('Search jobs by name').fill('no such name')
  await page.getByText('No job fits the filter').waitFor()
  await opened.go(consolePages.jobs)
  await expectLastRowByKeys(page, 'Jobs', count, 'NETSCOUT AED')
  await expectLoadingAndFailing(opened, {
    path: consolePages.jobs,
    list: paths.jobs,
    label: 'Jobs',
    sign: story.jobs.export.name,
  })
  await opened.go(consolePages.job('999999'))
  await page.getByRole('heading', { name: 'There is no such job' }).waitFor()

  await withHubDatabase(story.system.dataFolder, (client) =>
    client.query('update job set deleted_at = now(), next_run_at = null where deleted_at is null'),
  )
  await opened.go(consolePages.jobs)
  await page.getByText('No job yet').waitFor()
  expectHarmless(opened)
})

async function countJobs(): Promise<{ count: number; last: string }> {
  const { rows } = await withHubDatabase(story.system.dataFolder, async (client) =>
    client.query<{ count: string; last: string }>('select count(*), max(id) as last from job where deleted_at is null'),
  )
  return { count: Number(rows[0]?.count), last: rows[0]?.last ?? '' }
}

/** Labels that the AED's app declares for its parameters. */
const labels = {
  hostname: 'Hostname',
  fingerprint: 'Certificate fingerprint',
  apiToken: 'API token',
  stixUsername: 'STIX client username',
  stixPassword: 'STIX client password',
  dataCollection: 'Data collection',
  stixCollection: 'AED STIX collection name',
} as const

function fieldOf(opened: ConsolePage, name: keyof typeof labels) {
  const parameters = opened.page.getByRole('region', { name: 'Parameters' })
  // A password field's own button is labelled by the field too.
  return parameters.getByLabel(labels[name]).and(opened.page.locator('input, select')).first()
}
