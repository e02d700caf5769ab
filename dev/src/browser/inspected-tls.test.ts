import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { consolePages, Environment, paths, SetupLink } from '@postern/protocol'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { ConsolePage } from './console-page.ts'
import { launchChromium } from './launch-chromium.ts'

let system: TestSystem
let browser: Browser
let opened: ConsolePage
beforeAll(async () => {
  system = await startTestSystem()
  browser = await launchChromium(readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'))
  opened = await ConsolePage.open(browser, { url: system.hub.file.url })
  const { url } = await callHub(system.hub.target, paths.setupLinks, SetupLink, { method: 'POST' })
  await opened.setUp(url, 'chief', 'four random words here')
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await browser.close()
  await system[Symbol.asyncDispose]()
})

test('S17: TLS inspection is allowed for an environment in plain words, and marked on its card, on its page and at the server', async () => {
  const { id } = await callHub(system.hub.target, paths.environments, Environment, { json: { name: 'Inspected' } })
  await withHubDatabase(system.dataFolder, async (client) => {
    await client.query(
      `insert into environment_server (environment_id, name, downloaded_by, downloaded_at, reported)
        values ($1, 'Behind it', 'ada.lovelace', now(), '{"inspectedTls": "CN=Reads Along Ltd"}')`,
      [id],
    )
  })
  await opened.go(consolePages.environments)
  const { page } = opened
  const card = page.getByRole('article', { name: 'Inspected' })
  await card.getByText('TLS inspected', { exact: true }).waitFor()
  await card.getByRole('button', { name: 'Actions for Inspected' }).click()
  await page.getByRole('menuitem', { name: 'TLS inspection …' }).click()
  const dialog = page.getByRole('dialog', { name: 'TLS inspection' })
  await dialog.getByText('Whoever opens it can read what passes').waitFor()
  await dialog.getByRole('switch', { name: 'Allow devices that open TLS' }).press('Space')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await card.getByText('TLS inspection allowed').waitFor()
  expect(await callHub(system.hub.target, paths.environment(id), Environment)).toMatchObject({
    allowInspectedTls: true,
  })
  await card.getByRole('link', { name: 'Inspected' }).click()
  await page.getByText('TLS inspection allowed').waitFor()
  await page.getByRole('link', { name: 'Behind it' }).click()
  await page.getByText('CN=Reads Along Ltd').waitFor()
  expect(opened.mishaps).toEqual([])
})
