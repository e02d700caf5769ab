import { callHub } from '@postern/cli'
import {
  Collection,
  CollectionPage,
  consolePages,
  ExclusionList,
  FirewallList,
  FirewallListPage,
  paths,
  Reader,
  ReaderPage,
} from '@postern/protocol'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../environment-server/wait-for.ts'
import { sendIndicators } from '../send-indicators.ts'
import { expectFitToShow, type LibraryConsole, startLibraryConsole } from './library-console.ts'
import { lowContrast } from './low-contrast.ts'
import { offersIn } from './written-query.ts'

/** Puts another text into the editor as a person does: over what is selected. */
async function rewrite(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.insertText(text)
}

let library: LibraryConsole
beforeAll(async () => {
  library = await startLibraryConsole(10)
})
afterAll(async () => await library[Symbol.asyncDispose]())

test('LIB-3: a data collection is written with completion, a mistake is underlined where it is, and what it would hold is seen', async () => {
  await using opened = await library.open(`${consolePages.collections}/new`)
  const { page } = opened
  const editor = page.getByRole('textbox', { name: 'Query' })
  await page.locator('.cm-content').waitFor()
  await page.getByLabel('Name').fill('Wave')
  await editor.click()
  await page.keyboard.type('ownerN')
  const options = offersIn(page)
  await options.getByRole('option', { name: /^ownerName/ }).click()
  await expect.poll(() => editor.textContent()).toBe('ownerName')
  await page.keyboard.type(' = "Te')
  await options.getByRole('option', { name: '"Team"' }).waitFor()
  await page.keyboard.press('Escape')
  await rewrite(page, 'ownerName = "Team" and ratin >= 3')
  await page.locator('.tql-mistake').getByText('ratin').waitFor()
  await page.getByText('Did you mean rating?').waitFor()
  await editor.and(page.locator('[aria-invalid=true]')).waitFor()
  await page.getByRole('button', { name: 'Make the data collection', disabled: true }).waitFor()
  await rewrite(page, 'ownerName = "Team" and tag = "Emotet"')
  await page.getByRole('region', { name: 'Preview' }).getByText('4 indicators').waitFor()
  await page.getByRole('grid', { name: 'Sample' }).getByText('c2-2.example.org').waitFor()
  await page.getByRole('button', { name: 'Make the data collection' }).click()
  await page.getByRole('heading', { level: 1, name: 'Wave' }).waitFor()
  const history = page.getByRole('grid', { name: 'What entered and left' })
  await waitFor(async () => {
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await opened.announced.getByText('The data collection has looked at the library').waitFor()
    return (await history.getByText('asserted by Team').count()) === 4
  }, 'the first version')
  await page.getByRole('grid', { name: 'Versions' }).getByRole('row').nth(1).waitFor()

  await page.getByRole('button', { name: 'Actions for Wave' }).click()
  await page.getByRole('menuitem', { name: 'Edit …' }).click()
  await page.locator('.cm-content').waitFor()
  await rewrite(page, 'ownerName = "Team" and typeName = "Address"')
  await page.getByText('Saved so, 1 value would enter and 4 values would leave.').waitFor()
  await page.getByRole('switch', { name: /^Shared with everyone/ }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Save the data collection' }).click()
  await page.getByText('Who made it, and administrators').waitFor()
  const stored = await callHub(library.system.hub.target, paths.collections, CollectionPage)
  expect(stored.data.find(({ name }) => name === 'Wave')).toMatchObject({
    tql: 'ownerName = "Team" and typeName = "Address"',
    isShared: false,
  })
  await page.getByRole('button', { name: 'Actions for Wave' }).click()
  await page.getByRole('menuitem', { name: 'Delete …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the data collection' }).click()
  await page.waitForURL((url) => url.pathname === consolePages.collections)
  await page.getByText('1 row, all loaded').waitFor()
  library.expectHarmless(opened)
})

test('LIB-11: what was seen is shown by day with what it shares, which is added to a collection after a look at it', async () => {
  await using opened = await library.open(`${consolePages.sightingAnalysis}?days=90`)
  const { page } = opened
  await page.getByRole('img', { name: /^Sightings by day: 8 sightings/ }).waitFor()
  await page.getByRole('grid', { name: 'Values seen' }).getByText('c2-1.example.org').waitFor()
  const traits = page.getByRole('grid', { name: 'What they share' })
  const trait = traits.getByRole('row').filter({ hasText: 'Emotet' }).filter({ hasText: 'Tag' })
  await trait.getByText('4 (100 %)').waitFor()
  await trait.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Add to a data collection' })
  await dialog.getByText('Watched would hold').waitFor()
  await dialog.getByText(/ would enter and 0 values would leave\.$/).waitFor()
  await dialog.getByRole('button', { name: 'Save the data collection' }).click()
  await dialog.waitFor({ state: 'detached' })
  const { tql } = await callHub(library.system.hub.target, paths.collection(library.watched.id), Collection)
  expect(tql).toBe('(ownerName = "Team" and rating >= 4) or tag = "Emotet"')
  await page.getByLabel('Period').selectOption('7')
  await page.getByLabel('Data collection').selectOption('Watched')
  await page.waitForURL((url) => url.searchParams.get('collection') === library.watched.id)
  await page.getByText('Values in the data collection').waitFor()
  library.expectHarmless(opened)
})

test('LIB-7, LIB-5: a reader’s credential is shown once; lists and TAXII are set up, and what is public is said in red', async () => {
  await using opened = await library.open(`${consolePages.readers}?view=taxii`)
  const { page } = opened
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'New API root' }).click()
  await dialog.getByLabel('Name').fill('plant')
  await dialog.getByLabel('Title').fill('The plant')
  await dialog.getByRole('button', { name: 'Make the API root' }).click()
  await page.getByRole('grid', { name: 'API roots' }).getByText('/taxii2/plant/').waitFor()
  await page.getByRole('button', { name: 'New TAXII collection' }).click()
  await dialog.getByLabel('Title').fill('Blocked hosts')
  await dialog.getByLabel('Data collection').selectOption('Watched')
  await dialog.getByRole('button', { name: 'Make the TAXII collection' }).click()
  const served = page.getByRole('grid', { name: 'TAXII collections' }).getByRole('row').nth(1)
  await served.getByText('0 revoked').waitFor()
  await served.getByText('Watched').waitFor()
  await served.press('Enter')
  await dialog.getByLabel('Title').fill('Blocked by the plant')
  await dialog.getByLabel('Alias').fill('blocked')
  await dialog.getByLabel('TLP up to').selectOption('TLP:GREEN')
  await dialog.getByRole('button', { name: 'Save the TAXII collection' }).click()
  await served.getByText('Blocked by the plant').waitFor()
  await served.getByText('GREEN').waitFor()

  await page.getByRole('tab', { name: 'Firewall lists' }).click()
  await page.getByRole('button', { name: 'New list' }).click()
  await dialog.getByLabel('Name').fill('edl-hosts')
  await dialog.getByLabel('Data collection').selectOption('Watched')
  await dialog.getByLabel('Format').selectOption('PAN-OS, domain')
  await dialog.getByLabel(/^Public:/).check()
  await dialog.getByRole('button', { name: 'Make the list' }).click()
  const row = page.getByRole('grid', { name: 'Firewall lists' }).getByRole('row').nth(1)
  await row.getByText('/lists/edl-hosts').waitFor()
  const red = row.getByText('Public: anyone who reaches the hub')
  await red.waitFor()
  const colour = `getComputedStyle(document.querySelector('[role=row] [class*=danger]')).color`
  await expect.poll(() => page.evaluate(colour)).toBe('rgb(163, 36, 29)')
  await row.press('Enter')
  await dialog.getByLabel(/^Public:/).uncheck()
  await dialog.getByLabel('Networks that need no credential').fill('192.0.2.0/24 198.51.100.7')
  await dialog.getByRole('button', { name: 'Save the list' }).click()
  await red.waitFor({ state: 'detached' })
  const open = row.getByText('Without a credential from 192.0.2.0/24, 198.51.100.7/32')
  await open.waitFor()
  await row.press('Enter')
  await dialog.getByLabel('Networks that need no credential').fill('')
  await dialog.getByRole('button', { name: 'Save the list' }).click()
  await open.waitFor({ state: 'detached' })
  const { data: lists } = await callHub(library.system.hub.target, paths.firewallLists, FirewallListPage)
  expect(lists).toMatchObject([{ name: 'edl-hosts', format: 'panos-domain', isPublic: false }])

  // More than its firewall takes: it waits for a person.
  await callHub(library.system.hub.target, paths.firewallLists, FirewallList, {
    json: { name: 'small', collection: 'Watched', format: 'text', valuesMax: 1 },
  })
  const small = page.getByRole('grid', { name: 'Firewall lists' }).getByRole('row').filter({ hasText: 'small' })
  await waitFor(async () => {
    await page.reload()
    await small.waitFor()
    return await small.getByText('Held back', { exact: true }).isVisible()
  }, 'the list to be held back')
  await small.press('Enter')
  await dialog.getByText(/^Version \d+ is held back\.$/).waitFor()
  await dialog.getByText('Nothing is served.').waitFor()
  await dialog.getByRole('button', { name: /^Release version/ }).click()
  await small.getByText('Served').waitFor()
  await small.press('Enter')
  await dialog.getByLabel('Values at most').fill('')
  await dialog.getByLabel('Widest IPv4 network: /').fill('24')
  await dialog.getByRole('button', { name: 'Save the list' }).click()
  await dialog.waitFor({ state: 'detached' })
  const changed = (await callHub(library.system.hub.target, paths.firewallLists, FirewallListPage)).data
  expect(changed.find(({ name }) => name === 'small')).toMatchObject({ valuesMax: null, ipv4PrefixMin: 24 })

  await page.getByRole('tab', { name: 'Readers' }).click()
  await page.getByRole('button', { name: 'New reader' }).click()
  await dialog.getByLabel('Name').fill('Firewall of the plant')
  // The dialog is as large as it becomes with what can be granted.
  await dialog.getByRole('checkbox', { name: 'edl-hosts' }).waitFor()
  await dialog.getByRole('checkbox', { name: 'Blocked by the plant' }).waitFor()
  // Whoever selects a text with the mouse may let go of it beside the dialog: what was typed stays.
  const field = await dialog.getByLabel('Name').boundingBox()
  await page.mouse.move((field?.x ?? 0) + 60, (field?.y ?? 0) + 8)
  await page.mouse.down()
  await page.mouse.move(4, 4)
  await page.mouse.up()
  await dialog.getByLabel('Networks that it comes from').fill('192.0.2.0/24')
  await dialog.getByRole('checkbox', { name: 'edl-hosts' }).check()
  await dialog.getByRole('checkbox', { name: 'Blocked by the plant' }).check()
  await dialog.getByRole('button', { name: 'Make the reader' }).click()
  await dialog.getByText('the hub shows it this once and never again').waitFor()
  // What is shown this once is not lost by a key.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await dialog.getByText('the hub shows it this once and never again').waitFor()
  const shown = dialog.locator('[class*=secret] [class*=stretch]')
  await expect.poll(() => shown.count()).toBe(2)
  const secrets = await shown.allTextContents()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await dialog.waitFor({ state: 'detached' })
  const { data: readers } = await callHub(library.system.hub.target, paths.readers, ReaderPage)
  expect(readers).toMatchObject([
    {
      username: secrets[0],
      networks: ['192.0.2.0/24'],
      lists: [{ name: 'edl-hosts' }],
      taxiiCollections: [{ title: 'Blocked by the plant', canRead: true, canWrite: false }],
    },
  ])
  await page.reload()
  await page.getByText('edl-hosts, Blocked by the plant').waitFor()
  expect(await page.content()).not.toContain(secrets[1])
  await page.getByRole('grid', { name: 'Readers' }).getByRole('row').nth(1).press('Enter')
  await dialog.getByRole('checkbox', { name: 'edl-hosts' }).and(page.locator(':checked')).waitFor()
  // Somebody else takes a grant away meanwhile; what is not touched here stays so.
  const reader = paths.reader(readers[0]?.id ?? 'none')
  await callHub(library.system.hub.target, reader, Reader, { method: 'PATCH', json: { lists: [] } })
  await dialog.getByRole('switch', { name: 'Enabled' }).focus()
  await page.keyboard.press('Space')
  await dialog.getByRole('button', { name: 'Save the reader' }).click()
  await page.getByRole('grid', { name: 'Readers' }).getByText('Off').waitFor()
  expect(await callHub(library.system.hub.target, reader, Reader)).toMatchObject({
    isEnabled: false,
    networks: ['192.0.2.0/24'],
    lists: [],
    taxiiCollections: [{ title: 'Blocked by the plant' }],
  })
  library.expectHarmless(opened)
})

test('LIB-3: what no reader is given is said beside how many there are, and each value has the status that keeps it back', async () => {
  const hub = library.system.hub.target
  const host = (name: string, said: object) => ({ type: 'Host', summary: `${name}.example.net`, ...said })
  await sendIndicators(hub, 'Faded', {
    indicator: [host('alive', {}), host('old', { status: 'Expired' }), host('gone', { active: false })],
  })
  const { id } = await callHub(hub, paths.collections, Collection, {
    json: { name: 'Faded', tql: 'ownerName = "Faded"' },
  })
  await callHub(hub, paths.collectionRefresh(id), Collection, { method: 'POST' })
  const words = '1, as far as their TLP permits. Left out: 2 not in force.'
  await using opened = await library.open(consolePages.collection(id))
  const { page } = opened
  await page.getByText(words).waitFor()
  await page.getByRole('link', { name: 'Show which' }).click()
  const leftOut = page.getByRole('grid', { name: 'Values left out' })
  for (const value of ['old.example.net', 'gone.example.net'])
    await leftOut.getByRole('row').filter({ hasText: value }).getByText('Not in force').waitFor()
  await page.getByText('2 rows, all loaded').waitFor()
  await opened.go(`${consolePages.collection(id)}/edit`)
  await page.getByText(`Exported: ${words}`).waitFor()
  const sample = page.getByRole('grid', { name: 'Sample' })
  await sample.getByRole('row').filter({ hasText: 'old.example.net' }).getByText('Expired').waitFor()
  await sample.getByRole('row').filter({ hasText: 'gone.example.net' }).getByText('Inactive').waitFor()
  const dialog = page.getByRole('dialog', { name: 'Preview: left out' })
  await page.getByRole('button', { name: 'Show which' }).click()
  await leftOut.getByRole('row').filter({ hasText: 'old.example.net' }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await dialog.waitFor({ state: 'detached' })

  const { id: listId } = await callHub(hub, paths.firewallLists, FirewallList, {
    json: { name: 'faded', collection: 'Faded', format: 'text' },
  })
  await waitFor(
    async () => (await callHub(hub, paths.firewallList(listId), FirewallList)).servedVersion > 0,
    'the list to be served',
  )
  await opened.go(`${consolePages.readers}?view=lists`)
  const row = page.getByRole('grid', { name: 'Firewall lists' }).getByRole('row').filter({ hasText: 'faded' })
  await row.getByText('Left out: 2 not in force').waitFor()
  await row.getByRole('button', { name: 'Show which' }).click()
  await page.getByRole('dialog', { name: 'List faded: left out' }).waitFor()
  await leftOut.getByRole('row').filter({ hasText: 'gone.example.net' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'gone.example.net' }).waitFor()
  library.expectHarmless(opened)
})

test('LIB-4: what a list hits is shown before it blocks, with the data collections that readers have it from', async () => {
  const hub = library.system.hub.target
  await sendIndicators(hub, 'Plain', { indicator: [{ type: 'Host', summary: 'cdn.example.net' }] })
  const { id: collectionId } = await callHub(hub, paths.collections, Collection, {
    json: { name: 'Plain', tql: 'ownerName = "Plain"' },
  })
  await callHub(hub, paths.collectionRefresh(collectionId), Collection, { method: 'POST' })
  const { id } = await callHub(hub, paths.exclusionLists, ExclusionList, {
    json: { name: 'Well known', mode: 'inform' },
  })
  const json = { entries: [{ entry: '.cdn.example.net' }] }
  await callHub(hub, paths.exclusionEntries(id), ExclusionList, { method: 'PUT', json })
  await waitFor(
    async () => (await callHub(hub, paths.exclusionList(id), ExclusionList)).hitCount === 1,
    'the library to be held against the list',
  )
  await using opened = await library.open(consolePages.exclusionList(id))
  const { page } = opened
  await page.getByLabel('Figures').getByRole('link', { name: '1' }).click()
  const hits = page.getByRole('grid', { name: 'What it hits' })
  const hit = hits.getByRole('row').filter({ hasText: 'cdn.example.net' })
  await hit.getByText('.cdn.example.net').waitFor()
  await expect.poll(() => lowContrast(page)).toEqual([])
  await hit.getByRole('link', { name: 'Plain' }).click()
  await page.getByRole('heading', { level: 1, name: 'Plain' }).waitFor()
  library.expectHarmless(opened)
})

test('every text of collections, sightings and readers stands out, and no window is made wider', async () => {
  await expectFitToShow(library, [
    [consolePages.collections, 'What the gateway blocks'],
    [consolePages.collection(library.watched.id), 'asserted by Team'],
    [`${consolePages.collection(library.watched.id)}/edit`, 'Saved so, its members stay as they are'],
    [consolePages.sightingAnalysis, 'What they share'],
    [consolePages.readers, 'Firewall of the plant'],
    [`${consolePages.readers}?view=lists`, 'edl-hosts'],
    [`${consolePages.readers}?view=taxii`, 'Blocked by the plant'],
  ])
})
