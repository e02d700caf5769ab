import { callHub } from '@postern/cli'
import { consolePages, GroupDetail, GroupPage, IndicatorPage, paths, StixImport } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConsolePage } from './console-page.ts'
import { expectFitToShow, type LibraryConsole, password, startLibraryConsole } from './library-console.ts'

let library: LibraryConsole
beforeAll(async () => {
  library = await startLibraryConsole(3)
})
afterAll(async () => await library[Symbol.asyncDispose]())

test('LIB-1: a group is made in an owner’s name, with the fields of its type, tags, labels and attributes', async () => {
  await using opened = await library.open(consolePages.groups)
  const { page } = opened
  await page.getByRole('button', { name: 'New group' }).click()
  await page.getByRole('heading', { level: 1, name: 'New group' }).waitFor()
  await page.getByRole('button', { name: 'Make the group' }).click()
  await page.getByText('Choose in whose name it is made.').waitFor()
  await page.getByText('Choose what it is.').waitFor()
  await page.getByText('Give it a name.').waitFor()
  await page.getByLabel('Owner').selectOption('Team')
  await page.getByLabel('Type').selectOption('Email')
  await page.getByLabel('Subject').waitFor()
  await page.getByLabel('Type').selectOption('Incident')
  await page.getByLabel('Subject').waitFor({ state: 'detached' })
  await page.getByLabel('Name').fill('Case 17')
  await page.getByLabel('Status').fill('Open')
  await page.getByLabel('Took place (UTC)').fill('2026-03-01T10:30')
  await page.getByLabel('Tags').fill('phishing,mail,')
  await page.getByLabel('Security labels').fill('tlp: red')
  await page.getByLabel('Security labels').press('Enter')
  await page.getByRole('button', { name: 'Add an attribute' }).click()
  await page.getByLabel('Value').fill('Lures in mails')
  await page.getByRole('button', { name: 'Make the group' }).click()
  await page.getByRole('heading', { level: 1, name: 'Case 17' }).waitFor()
  await page.getByText('Lures in mails').waitFor()
  await page.getByText('Open', { exact: true }).waitFor()
  expect(await stored('Case 17')).toMatchObject({
    type: 'Incident',
    ownerName: 'Team',
    eventDate: '2026-03-01T10:30:00.000Z',
    tags: ['mail', 'phishing'],
    securityLabels: ['TLP:RED'],
    tlp: 'RED',
    attributes: [{ type: 'Description', value: 'Lures in mails' }],
  })
  library.expectHarmless(opened)
})

test('LIB-1: indicators are associated by their values, what is refused is told, and one is taken out again', async () => {
  const group = await made('Joined')
  await using opened = await library.open(consolePages.group(group.id))
  const { page } = opened
  await page.getByText('No indicator belongs to it').waitFor()
  await page.getByRole('button', { name: 'Associate indicators …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Associate them' }).click()
  await dialog.getByText('Write a value, or several.').waitFor()
  await dialog.getByLabel('Values, one a line').fill('# from the mail\nc2-7.example.org\nnew[.]example\n192.0.2.010\n')
  await dialog.getByRole('button', { name: 'Associate them' }).click()
  await dialog.getByText('Associated: 2 indicators. Refused: 1 value. Mend').waitFor()
  await dialog.getByText('leading zero').waitFor()
  await expect.poll(() => dialog.getByLabel('Values, one a line').inputValue()).toBe('192.0.2.010')
  await dialog.getByLabel('Values, one a line').fill('192.0.2.10')
  await dialog.getByRole('button', { name: 'Associate them' }).click()
  await dialog.waitFor({ state: 'detached' })
  const indicators = page.getByRole('grid', { name: 'Indicators' })
  for (const value of ['c2-7.example.org', 'new.example', '192.0.2.10']) await indicators.getByText(value).waitFor()
  await indicators.getByRole('button', { name: 'What to do with the association of c2-7.example.org' }).click()
  await page.getByRole('menuitem', { name: 'Take out of the group …' }).click()
  await page.getByRole('dialog').getByText('both stay').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click()
  await indicators.getByText('c2-7.example.org').waitFor({ state: 'detached' })
  await page.getByText('2 indicators').waitFor()
  const query = new URLSearchParams({ tql: 'summary = "c2-7.example.org"' })
  expect((await callHub(library.system.hub.target, `${paths.indicators}?${query}`, IndicatorPage)).data).toHaveLength(1)
  library.expectHarmless(opened)
})

test('LIB-1: an indicator is associated with a group from its own page', async () => {
  await made('Found by name')
  const query = new URLSearchParams({ tql: 'summary = "198.51.100.99"' })
  const { data } = await callHub(library.system.hub.target, `${paths.indicators}?${query}`, IndicatorPage)
  await using opened = await library.open(consolePages.indicator(data[0]?.id ?? ''))
  const { page } = opened
  await page.getByRole('button', { name: 'Associate with a group …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Look for').fill('nd by na')
  const choice = dialog.getByLabel(/^Group/)
  await expect.poll(async () => (await choice.getByRole('option').allTextContents()).length).toBe(2)
  await choice.selectOption('Incident: Found by name (Team)')
  await dialog.getByRole('button', { name: 'Associate it' }).click()
  await page.getByRole('grid', { name: 'Events and groups' }).getByText('Found by name').waitFor()
  expect((await stored('Found by name')).indicatorCount).toBe(1)
  library.expectHarmless(opened)
})

test('LIB-1: groups of one owner are related, found by a part of the name, and parted again', async () => {
  const group = await made('Relating')
  await using opened = await library.open(consolePages.group(group.id))
  const { page } = opened
  await page.getByText('Its owner relates it to none').waitFor()
  await page.getByRole('button', { name: 'Relate a group …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Look for').fill('mealy')
  const choice = dialog.getByLabel(/^Group/)
  await expect.poll(() => choice.getByRole('option').allTextContents()).toEqual(['Choose …', 'Adversary: Mealybug'])
  await choice.selectOption('Adversary: Mealybug')
  await dialog.getByLabel('How Relating stands to it').selectOption('attributed-to')
  await dialog.getByRole('button', { name: 'Relate the group' }).click()
  const related = page.getByRole('grid', { name: 'Related groups' })
  await related.getByText('attributed-to').waitFor()
  await related.getByRole('button', { name: 'What to do with the relation to Mealybug' }).click()
  await page.getByRole('menuitem', { name: 'Take back …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click()
  await page.getByText('Its owner relates it to none').waitFor()
  library.expectHarmless(opened)
})

test('LIB-1: a group is edited; what somebody else saved meanwhile is not replaced unasked', async () => {
  const group = await made('Contested')
  await using opened = await library.open(consolePages.group(group.id))
  const { page } = opened
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Status').fill('Mine')
  const path = paths.group(group.id)
  await callHub(library.system.hub.target, path, GroupDetail, {
    method: 'PUT',
    json: { name: 'Contested', status: 'Theirs' },
  })
  await page.getByRole('button', { name: 'Save the group' }).click()
  await page.getByText('Somebody changed the fields of this group since you read them.').waitFor()
  expect(await callHub(library.system.hub.target, path, GroupDetail)).toMatchObject({ status: 'Theirs' })
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByRole('button', { name: 'Save the group' }).click()
  await page.getByRole('heading', { level: 1, name: 'Contested' }).waitFor()
  await page.getByText('Mine', { exact: true }).waitFor()
  expect(await callHub(library.system.hub.target, path, GroupDetail)).toMatchObject({ status: 'Mine' })
  library.expectHarmless(opened)
})

test('LIB-1: deleting a group says what goes and what stays', async () => {
  const { id } = await stored('The autumn wave')
  await using opened = await library.open(consolePages.group(id))
  const { page } = opened
  await page.getByRole('button', { name: 'Actions for The autumn wave' }).click()
  await page.getByRole('menuitem', { name: 'Delete …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Its 4 indicators and the groups that it is related to stay.').waitFor()
  await dialog.getByRole('button', { name: 'Delete the group' }).click()
  await page.waitForURL((url) => url.pathname === consolePages.groups)
  await page.getByRole('grid', { name: 'Groups' }).waitFor()
  await opened.go(`${consolePages.groups}?${new URLSearchParams({ tql: 'name contains "autumn"' })}`)
  await page.getByText('No group fits this query').waitFor()
  const query = new URLSearchParams({ tql: 'tag = "Emotet"' })
  expect((await callHub(library.system.hub.target, `${paths.indicators}?${query}`, IndicatorPage)).data).toHaveLength(4)
  library.expectHarmless(opened)
})

test('LIB-1: a group says its TLP once, leads to its owner, and gives the addresses in its texts to copy, never to click', async () => {
  const described = 'As [Lazarus](https://attack.mitre.org/groups/G0032), says https://hostile.example/report.'
  const json = {
    owner: 'Team',
    type: 'Report',
    name: 'Referring',
    securityLabels: ['TLP:RED', 'Ours only'],
    attributes: [{ type: 'Description', value: described }],
  }
  const { id } = await callHub(library.system.hub.target, paths.groups, GroupDetail, { json })
  await using opened = await library.open(consolePages.group(id))
  const { page } = opened
  const main = page.getByRole('main')
  await main.getByText('Ours only').waitFor()
  await expect.poll(() => main.getByText('TLP:RED').count()).toBe(1)
  await main.getByRole('button', { name: 'Copy https://attack.mitre.org/groups/G0032' }).waitFor()
  await main.getByRole('button', { name: 'Copy https://hostile.example/report' }).waitFor()
  await expect.poll(() => main.getByRole('link', { name: /https:/ }).count()).toBe(0)
  await main.getByRole('link', { name: 'Team' }).click()
  await page.getByRole('heading', { level: 1, name: 'Team' }).waitFor()
  await opened.go(consolePages.groups)
  const row = page.getByRole('grid', { name: 'Groups' }).getByRole('row').filter({ hasText: 'Referring' })
  await row.getByRole('link', { name: 'Team' }).click()
  await page.getByRole('heading', { level: 1, name: 'Team' }).waitFor()
  library.expectHarmless(opened)
})

test('LIB-6: a kept relationship is found by the name of an end, names both, and is shown as it came', async () => {
  const dates = { created: '2026-04-06T20:03:48.000Z', modified: '2026-04-06T20:03:48.000Z' }
  const object = (type: string, at: number, more: object) => {
    const id = `${type}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd${at}`
    return { type, spec_version: '2.1', id, ...dates, ...more }
  }
  const actor = object('intrusion-set', 50, { name: 'Gamayun' })
  const asset = object('x-mitre-asset', 51, { name: 'Jump host' })
  const ends = { source_ref: actor.id, target_ref: asset.id }
  const relation = object('relationship', 52, { relationship_type: 'targets', ...ends, x_serial: 0 })
  // A number that JavaScript would round.
  const text = JSON.stringify({
    type: 'bundle',
    id: 'bundle--5d0092c5-5f74-4287-9642-33f4c354e56e',
    objects: [actor, asset, relation],
  }).replace('"x_serial":0', '"x_serial":12345678901234567891')
  await callHub(
    library.system.hub.target,
    `${paths.stixBundles}?${new URLSearchParams({ owner: 'Archive' })}`,
    StixImport,
    {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(text),
    },
  )
  await using opened = await library.open(
    `${consolePages.keptTexts}?${new URLSearchParams({ text: 'gamay', type: 'relationship' })}`,
  )
  const { page } = opened
  const row = page.getByRole('grid', { name: 'Kept texts' }).getByRole('row').filter({ hasText: 'Jump host' })
  await row.getByText(actor.id).waitFor()
  await row.press('Enter')
  const shown = page.getByRole('dialog', { name: 'Gamayun targets Jump host' })
  await shown.getByText('"x_serial": 12345678901234567891').waitFor()
  await shown.getByRole('link', { name: 'Gamayun' }).click()
  await page.getByRole('heading', { level: 1, name: 'Gamayun' }).waitFor()
  library.expectHarmless(opened)
})

test('LIB-1: who only reads sees groups and can change nothing of them', async () => {
  const { id } = await stored('Mealybug')
  await using opened = await ConsolePage.open(library.browser, { url: library.system.hub.file.url })
  const { page } = opened
  await opened.go(consolePages.group(id))
  await opened.signIn('reader', password)
  await page.getByRole('heading', { level: 1, name: 'Mealybug' }).waitFor()
  await page.getByText('No indicator belongs to it').waitFor()
  await expect.poll(() => page.getByRole('main').getByRole('button').count()).toBe(0)
  await opened.go(`${consolePages.groups}/new`)
  await page.getByText('This needs a right that you do not have').waitFor()
})

test('S13: the forms of groups are legible, only text, and no window is made wider', async () => {
  const { id } = await stored('Mealybug')
  await expectFitToShow(library, [
    [`${consolePages.groups}/new`, 'Make the group'],
    [`${consolePages.group(id)}/edit`, 'Save the group'],
  ])
})

async function made(name: string): Promise<GroupDetail> {
  const json = { owner: 'Team', type: 'Incident', name }
  return callHub(library.system.hub.target, paths.groups, GroupDetail, { json })
}

async function stored(name: string): Promise<GroupDetail> {
  const query = new URLSearchParams({ tql: `name = "${name}"`, limit: '1' })
  const { data } = await callHub(library.system.hub.target, `${paths.groups}?${query}`, GroupPage)
  const id = data[0]?.id ?? expect.fail(`there is no group ${name}`)
  return callHub(library.system.hub.target, paths.group(id), GroupDetail)
}
