import { callHub } from '@postern/cli'
import {
  AttributeType,
  AttributeTypePage,
  consolePages,
  DeprecationRules,
  ExclusionList,
  ExclusionListPage,
  GroupPage,
  IndicatorPage,
  OwnerPage,
  paths,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../environment-server/wait-for.ts'
import { ConsolePage } from './console-page.ts'
import { expectFitToShow, type LibraryConsole, password, startLibraryConsole } from './library-console.ts'
import { lowContrast } from './low-contrast.ts'
import { manyRows } from './many-rows.ts'
import { expectLastRowByKeys, expectLoadingAndFailing, expectMistakeAt } from './page-states.ts'

let library: LibraryConsole
const emptyTexts: string[] = []
beforeAll(async () => {
  library = await startLibraryConsole(manyRows, readEmptyPages)
})
afterAll(async () => await library[Symbol.asyncDispose]())

const listPages = {
  Groups: { path: consolePages.groups, list: paths.groups, sign: 'Campaign' },
  'Exclusion lists': { path: consolePages.exclusionLists, list: paths.exclusionLists, sign: 'No exclusion list yet' },
  Readers: { path: consolePages.readers, list: paths.readers, sign: 'No reader yet' },
} as const

async function readEmptyPages({ open }: Pick<LibraryConsole, 'open'>): Promise<void> {
  await using opened = await open(consolePages.groups, { colorScheme: 'dark' })
  for (const [path, words] of [
    [consolePages.groups, 'No group yet'],
    [consolePages.keptTexts, 'No kept text yet'],
    [consolePages.owners, 'No owner yet'],
    [consolePages.collections, 'No data collection yet'],
    [consolePages.exclusionLists, 'No exclusion list yet'],
    [consolePages.sightingAnalysis, 'Nothing was seen in this period'],
    [consolePages.explain, 'Ask about a value'],
    [consolePages.readers, 'No reader yet'],
    [`${consolePages.readers}?view=lists`, 'No firewall list yet'],
    [`${consolePages.readers}?view=taxii`, 'No TAXII collection yet'],
  ] as const) {
    await opened.go(path)
    await opened.page.getByText(words).waitFor()
    emptyTexts.push(...(await lowContrast(opened.page)).map((text) => `${path}: ${text}`))
  }
  emptyTexts.push(...opened.mishaps)
}

test('an empty page of the library says what would stand there and how it comes', () => {
  expect(emptyTexts).toEqual([])
})

test('each list is said to be on its way, to have failed, and comes when it is tried again', async () => {
  // Side by side: each of them waits for the attempts that the console makes by itself.
  await Promise.all(
    Object.entries(listPages).map(async ([label, at]) => {
      await using opened = await library.open(consolePages.indicators)
      await expectLoadingAndFailing(opened, { ...at, label })
      library.expectHarmless(opened)
    }),
  )
  await using opened = await library.open(consolePages.groups)
  for (const [path, noun] of [
    [consolePages.group('999999'), 'group'],
    [consolePages.owner('999999'), 'owner'],
    [consolePages.collection('999999'), 'data collection'],
    [consolePages.exclusionList('999999'), 'exclusion list'],
  ] as const) {
    await opened.go(path)
    await opened.page.getByRole('heading', { name: `There is no such ${noun}` }).waitFor()
  }
  library.expectHarmless(opened)
})

test('LIB-1: groups are found by words and by TQL; one shows what it says, its relations and its indicators', async () => {
  await using opened = await library.open(consolePages.groups)
  const { page } = opened
  await page.getByRole('textbox', { name: 'Query' }).fill('autumn')
  await page.keyboard.press('Enter')
  const grid = page.getByRole('grid', { name: 'Groups' })
  await page.waitForURL((url) => url.searchParams.get('tql') === 'name contains "autumn"')
  await page.getByText('1 row, all loaded').waitFor()
  await grid.getByText('The autumn wave').waitFor()
  await grid.getByRole('row').nth(1).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'The autumn wave' }).waitFor()
  await page.getByText('It came back with a new loader').waitFor()
  await page.getByRole('region', { name: 'Indicators' }).getByText('c2-3.example.org').waitFor()
  const related = page.getByRole('grid', { name: 'Related groups' }).getByRole('row').filter({ hasText: 'Mealybug' })
  await related.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Mealybug' }).waitFor()
  await page.getByRole('grid', { name: 'Related groups' }).getByText('The autumn wave').waitFor()

  await opened.go(`${consolePages.groups}?${new URLSearchParams({ tql: 'nam = "x"' })}`)
  await page.getByRole('alert').getByText('Did you mean name?').waitFor()
  await page.getByRole('textbox', { name: 'Query' }).fill('typeName = "Campaign"')
  await page.keyboard.press('Enter')
  const { data } = await callHub(
    library.system.hub.target,
    `${paths.groups}?${new URLSearchParams({ tql: 'typeName = "Campaign"', limit: '1' })}`,
    GroupPage,
  )
  await grid.getByText(data[0]?.name ?? 'none').waitFor()
  await expectLastRowByKeys(page, 'Groups', manyRows, 'Campaign')
  library.expectHarmless(opened)
})

test('FD-9: an owner’s rules are edited with what they do over time in sight; an owner is deleted by its name', async () => {
  await using opened = await library.open(consolePages.owner(library.team.id))
  const { page } = opened
  await page.getByText('Its assertions keep their confidence').waitFor()
  await page.getByRole('button', { name: 'Add a rule' }).click()
  const rule = page.getByRole('group', { name: 'Rule for all other types' })
  await rule.getByText('From 100 to 50 after 25 days, 0 after 50 days; then it becomes inactive').waitFor()
  await rule.getByLabel('Every').fill('0')
  await rule.getByText('From an hour to ten years').waitFor()
  await page.getByRole('button', { name: 'Save the rules', disabled: true }).waitFor()
  await rule.getByLabel('Every').fill('10')
  await rule.getByLabel('Take away').fill('50')
  await rule.getByLabel('Unit of what is taken away').selectOption('percent')
  await rule.getByLabel('When it has come to 0').selectOption('Delete it')
  await rule.getByRole('img', { name: /0 after 70 days; then it is deleted\.$/ }).waitFor()
  // Before it is saved, it says what it does at once.
  const effects = page.getByRole('region', { name: 'What saving would do at once' })
  await effects
    .getByText(/^Saved so, the rules hold for [\d,]+ values? of [\d,]+ values?\. At once they change none/)
    .waitFor()
  await rule.getByLabel('What has no confidence').selectOption('given')
  await effects.getByText(/values? would get a confidence, having none$/).waitFor()
  await rule.getByLabel('What has no confidence').selectOption('unseen')
  await effects.getByText(/At once they change none of them/).waitFor()
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await opened.announced.getByText('The rules are saved').waitFor()
  expect(await callHub(library.system.hub.target, paths.ownerDeprecation(library.team.id), DeprecationRules)).toEqual({
    rules: [
      {
        indicatorType: '*',
        intervalHours: 240,
        amount: 50,
        isPercent: true,
        confidenceStart: 100,
        givesConfidence: false,
        atMinimum: 'delete',
      },
    ],
  })
  // Somebody else takes all rules away while one is typed in: nothing is replaced unseen, and nothing typed is lost.
  const { target } = library.system.hub
  const stored = async () => await callHub(target, paths.ownerDeprecation(library.team.id), DeprecationRules)
  await rule.getByLabel('Take away').fill('25')
  await callHub(target, paths.ownerDeprecation(library.team.id), DeprecationRules, {
    method: 'PUT',
    json: { rules: [] },
  })
  await page.getByRole('button', { name: 'Save the rules' }).click()
  const meanwhile = page.getByRole('alert', { name: 'Changed meanwhile' })
  await meanwhile.getByText('Somebody changed the rules since you read them').waitFor()
  await expect.poll(() => rule.getByLabel('Take away').inputValue()).toBe('25')
  expect(await stored()).toEqual({ rules: [] })
  await meanwhile.getByRole('button', { name: 'Keep mine' }).click()
  await meanwhile.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await waitFor(async () => (await stored()).rules[0]?.amount === 25, 'the rule that was kept to be saved')
  await page.getByLabel('Status of what it asserts without saying one').selectOption('Review')
  await opened.announced.getByText('The owner is changed').waitFor()

  await opened.go(consolePages.owners)
  await page.getByRole('button', { name: 'New owner' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Short-lived')
  await dialog.getByLabel('Name').press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Short-lived' }).waitFor()
  await page.getByRole('button', { name: 'Actions for Short-lived' }).click()
  await page.getByRole('menuitem', { name: 'Delete …' }).click()
  const confirm = dialog.getByRole('button', { name: 'Delete the owner' })
  await expect.poll(() => confirm.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('short-lived')
  await expect.poll(() => confirm.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('Short-lived')
  await confirm.click()
  await page.waitForURL((url) => url.pathname === consolePages.owners)
  await waitFor(
    async () =>
      !(await callHub(library.system.hub.target, paths.owners, OwnerPage)).data.some(
        ({ name }) => name === 'Short-lived',
      ),
    'the owner to be gone',
  )
  library.expectHarmless(opened)
})

test('LIB-1, LIB-6: a value, a pasted list and a STIX bundle are added by hand, with what was taken and what not and why', async () => {
  await using opened = await library.open(consolePages.indicators)
  const { page } = opened
  await page.getByRole('button', { name: 'Add indicators' }).click()
  await page.getByRole('heading', { level: 1, name: 'Add indicators' }).waitFor()
  await page.getByLabel('Owner').selectOption('Team')
  const value = page.getByRole('tabpanel', { name: 'One value' })
  await value.getByLabel('Value').fill('hxxps://added[.]example[.]org/x')
  await value.getByText('URL https://added.example.org/x').waitFor()
  await value.getByLabel('Rating').selectOption('4')
  await value.getByLabel('Confidence').fill('80')
  await value.getByLabel('Tags').fill('By hand, Loader')
  await value.getByLabel('Security label').selectOption('TLP:GREEN')
  await value.getByRole('button', { name: 'Add the indicator' }).click()
  await opened.announced.getByText('The indicators were sent').waitFor()
  const added = `${paths.indicators}?${new URLSearchParams({ tql: 'summary = "https://added.example.org/x"' })}`
  expect((await callHub(library.system.hub.target, added, IndicatorPage)).data).toMatchObject([
    { type: 'URL', rating: 4, confidence: 80, tlp: 'GREEN', owners: ['Team'], tags: ['By hand', 'Loader'] },
  ])

  await page.getByRole('tab', { name: 'A list' }).click()
  const list = page.getByRole('tabpanel', { name: 'A list' })
  await list.getByRole('textbox', { name: 'Indicators' }).fill('# ours\nadded.corp\nlocalhost\n192.0.2[.]77')
  await list.getByText('Line 3: “localhost” has no dot').waitFor()
  // Ports and missing schemes are mended where somebody says so, and counted.
  await list.getByRole('textbox', { name: 'Indicators' }).fill('192.0.2.78:8080\nadded.corp/gate')
  await list.getByText('Line 1: “192.0.2.78:8080” has a port').waitFor()
  await list.getByLabel(/^Take address:port/).check()
  await list.getByLabel('URLs without a scheme').selectOption('Write https:// in front')
  await list.getByText('2 indicators to be sent. Of 1 line the port is left out.').waitFor()
  await list.getByText('In front of 1 line https:// is written.').waitFor()
  await list.getByRole('textbox', { name: 'Indicators' }).fill('# ours\nadded.corp\nlocalhost\n192.0.2[.]77')
  await list.getByRole('button', { name: 'Add 2 indicators' }).click()
  const account = page.getByRole('region', { name: 'What became of them' })
  await account.getByLabel('What became of the indicators').getByText('2', { exact: true }).waitFor()

  await page.getByRole('tab', { name: 'STIX bundle' }).click()
  const indicator = {
    type: 'indicator',
    spec_version: '2.1',
    id: 'indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
    created: '2026-04-06T20:03:48.000Z',
    modified: '2026-04-06T20:03:48.000Z',
    pattern: "[ipv4-addr:value = '198.51.100.9']",
    pattern_type: 'stix',
    valid_from: '2026-01-01T00:00:00Z',
  }
  const asset = {
    ...indicator,
    type: 'x-mitre-asset',
    id: 'x-mitre-asset--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd40',
    name: 'Data Historian',
  }
  const objects = [indicator, asset, { type: 'indicator', id: 'indicator--wrong' }]
  const bundle = { type: 'bundle', id: 'bundle--5d0092c5-5f74-4287-9642-33f4c354e56d', objects }
  await page.locator('input[type=file]').setInputFiles({
    name: 'bundle.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(bundle)),
  })
  await page.getByRole('button', { name: 'Import the bundle' }).click()
  const objectsAccount = page.getByRole('region', { name: 'What became of the bundle' })
  await objectsAccount.getByText('STIX 2.1, 3 objects').waitFor()
  await objectsAccount.getByRole('row').filter({ hasText: 'indicator--wrong' }).getByText('Refused').waitFor()
  const kind = objectsAccount.getByRole('grid', { name: 'By type' }).getByRole('row').filter({ hasText: asset.type })
  await kind.getByText('1 × It is of a custom type').waitFor()
  await objectsAccount.getByRole('link', { name: 'Show what this owner asserts' }).click()
  await page.getByRole('grid', { name: 'Indicators' }).getByText('198.51.100.9').waitFor()

  await opened.go(consolePages.groups)
  await page.getByRole('textbox', { name: 'Query' }).fill('historian')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'look among the kept texts' }).click()
  const texts = page.getByRole('grid', { name: 'Kept texts' })
  await texts.getByText('Data Historian').waitFor()
  await page.getByText('1 row, all loaded').waitFor()
  await texts.getByRole('row').nth(1).press('Enter')
  const shown = page.getByRole('dialog', { name: 'Data Historian' })
  await shown.getByRole('region', { name: 'The object' }).getByText(asset.id).waitFor()
  await shown.getByRole('button', { name: 'Close' }).click()
  await page.getByLabel('What the library has of them').selectOption('Mapped')
  await page.getByText('No kept text fits the filter').waitFor()
  library.expectHarmless(opened)
})

test('LIB-1: an attribute type is made with rules, changed and deleted, and says what has such attributes', async () => {
  await using opened = await library.open(consolePages.attributeTypes)
  const { page } = opened
  const dialog = page.getByRole('dialog')
  const types = page.getByRole('grid', { name: 'Attribute types' })
  await page.getByRole('button', { name: 'New attribute type' }).click()
  await dialog.getByLabel('Name').fill('Ticket')
  await dialog.getByLabel('Pattern that the whole value matches').fill('SOC-[0-9')
  await dialog.getByLabel('Groups that may have it').selectOption('None')
  await dialog.getByLabel('Characters at most').fill('0')
  await dialog.getByRole('button', { name: 'Make the attribute type' }).click()
  await expectMistakeAt(dialog.getByLabel('Characters at most'), '1 to 100,000 characters')
  await dialog.getByLabel('Characters at most').fill('')
  await dialog.getByRole('button', { name: 'Make the attribute type' }).click()
  // What only the hub finds stands at its field too, and nowhere else.
  await expectMistakeAt(dialog.getByLabel('Pattern that the whole value matches'), 'missing closing ]')
  await expect.poll(() => dialog.getByRole('alert').count()).toBe(0)
  await dialog.getByLabel('Pattern that the whole value matches').fill('SOC-[0-9]+')
  await dialog.getByRole('button', { name: 'Make the attribute type' }).click()
  const ticket = types.getByRole('row').filter({ hasText: 'Ticket' })
  await ticket.getByText('matches SOC-[0-9]+').waitFor()
  await ticket.press('Enter')
  await dialog.getByText('Nothing in the library has such an attribute.').waitFor()
  await dialog.getByLabel('Characters at most').fill('12')
  await dialog.getByRole('button', { name: 'Save the attribute type' }).click()
  await ticket.getByText('at most 12 characters').waitFor()
  const { data } = await callHub(library.system.hub.target, paths.attributeTypes, AttributeTypePage)
  const made = data.find(({ name }) => name === 'Ticket')
  expect(made).toMatchObject({ lengthMax: 12, pattern: 'SOC-[0-9]+', indicatorTypes: null, groupTypes: [] })
  await ticket.press('Enter')
  await dialog.getByLabel('Characters at most').fill('14')
  const theirs = { name: 'Ticket', pattern: 'INC-[0-9]+' }
  const path = paths.attributeType(made?.id ?? '')
  await callHub(library.system.hub.target, path, AttributeType, { method: 'PUT', json: theirs })
  await dialog.getByRole('button', { name: 'Save the attribute type' }).click()
  await dialog.getByText('Somebody changed the rules of this attribute type').waitFor()
  await dialog.getByRole('button', { name: 'Take theirs' }).click()
  await expect.poll(() => dialog.getByLabel('Pattern that the whole value matches').inputValue()).toBe(theirs.pattern)
  await dialog.getByRole('button', { name: 'Delete the attribute type …' }).click()
  await dialog.getByRole('button', { name: 'Delete the attribute type', exact: true }).click()
  await ticket.waitFor({ state: 'detached' })
  await types.getByRole('row').filter({ hasText: 'Description' }).press('Enter')
  await dialog.getByRole('link', { name: 'groups' }).click()
  await page.getByRole('grid', { name: 'Groups' }).getByText('The autumn wave').waitFor()
  library.expectHarmless(opened)
})

test('LIB-4: a list of one’s own is made, its entries are written as text, and the tester says what it does', async () => {
  await using opened = await library.open(consolePages.exclusionLists)
  const { page } = opened
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'New list' }).click()
  await dialog.getByLabel('Name').fill('Our networks')
  await dialog.getByLabel('Kind').selectOption('protected')
  await dialog.getByRole('button', { name: 'Make the list' }).click()
  await page.getByText('An empty list hits nothing.').waitFor()
  await page.getByRole('button', { name: 'Edit the entries' }).click()
  const entries = dialog.getByRole('textbox', { name: 'Entries' })
  await entries.fill('192.0.2.0/24 # Head office\n\n.ours.example.com\nabc*')
  await dialog.getByRole('button', { name: 'Save 3 entries' }).click()
  await dialog.waitFor({ state: 'detached' })
  const grid = page.getByRole('grid', { name: 'Entries' })
  await grid.getByText('Head office').waitFor()
  await page.getByText('3 rows, all loaded').waitFor()

  await page.getByRole('button', { name: 'Edit the entries' }).click()
  await entries.fill('192.0.2.0/24\nmine.example.com')
  const theirs = ['.ours.example.com', 'theirs.example.com'].map((entry) => ({ entry }))
  await callHub(library.system.hub.target, paths.exclusionEntries('1'), ExclusionList, {
    method: 'PUT',
    json: { entries: [{ entry: '192.0.2.0/24', note: 'Head office' }, ...theirs] },
  })
  await dialog.getByRole('button', { name: 'Save 2 entries' }).click()
  const meanwhile = dialog.getByRole('alert', { name: 'Changed meanwhile' })
  await meanwhile.getByText('Somebody changed the entries since you read them').waitFor()
  await expect.poll(() => entries.inputValue()).toContain('mine.example.com')
  await meanwhile.getByRole('button', { name: 'Take theirs' }).click()
  await meanwhile.waitFor({ state: 'detached' })
  await expect
    .poll(() => entries.inputValue())
    .toBe('192.0.2.0/24 # Head office\n.ours.example.com\ntheirs.example.com')
  await dialog.getByRole('button', { name: 'Cancel' }).click()

  await opened.go(consolePages.exclusionLists)
  await page.getByRole('tab', { name: 'Tester' }).click()
  await page.getByLabel('Values').fill('192.0.2[.]55\nmail.ours.example.com\nc2-1.example.org\nno indicator at all')
  await page.getByRole('button', { name: 'Test the values' }).click()
  const tested = page.getByRole('grid', { name: 'Tested values' })
  const verdict = (value: string) => tested.getByRole('row').filter({ hasText: value })
  await verdict('192.0.2.55').getByText('Our networks by 192.0.2.0/24: never exported').waitFor()
  await verdict('mail.ours.example.com').getByText('Protected').waitFor()
  await verdict('c2-1.example.org').getByText('No hit').waitFor()
  await verdict('no indicator at all').getByText('No indicator', { exact: true }).waitFor()
  await page.getByRole('paragraph').getByText('2 of 4 values are hit by a list.').waitFor()

  await page.getByRole('button', { name: 'Import from MISP' }).click()
  const warnings = {
    name: 'Benign hosts',
    version: 20261101,
    description: 'x',
    type: 'hostname',
    list: ['c2-1.example.org'],
  }
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'list.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ ...warnings, matching_attributes: ['hostname', 'domain'] })),
  })
  await dialog.getByRole('button', { name: 'Import the list' }).click()
  await dialog.getByRole('link', { name: 'Benign hosts' }).click()
  await page.getByRole('heading', { level: 1, name: 'Benign hosts' }).waitFor()
  await page.getByRole('button', { name: 'Switch o' }).click()
  await opened.announced.getByText(/^The list is o(n|ff)$/).waitFor()
  const { data } = await callHub(library.system.hub.target, paths.exclusionLists, ExclusionListPage)
  expect(data.map(({ name, kind, mode, entryCount }) => ({ name, kind, mode, entryCount }))).toEqual([
    { name: 'Our networks', kind: 'protected', mode: 'block', entryCount: 3 },
    { name: 'Benign hosts', kind: 'misp', mode: 'inform', entryCount: 1 },
  ])
  await page.getByRole('button', { name: 'Actions for Benign hosts' }).click()
  await page.getByRole('menuitem', { name: 'Delete …' }).click()
  await dialog.getByRole('button', { name: 'Delete the list' }).click()
  await page.waitForURL((url) => url.pathname === consolePages.exclusionLists)
  await page.getByText('1 row, all loaded').waitFor()

  const long = await callHub(library.system.hub.target, paths.exclusionLists, ExclusionList, {
    json: { name: 'Long' },
  })
  await callHub(library.system.hub.target, paths.exclusionEntries(long.id), ExclusionList, {
    method: 'PUT',
    json: { entries: Array.from({ length: manyRows }, (_, number) => ({ entry: `host-${number}.example.com` })) },
  })
  await opened.go(consolePages.exclusionList(long.id))
  await grid.getByText('host-0.example.com').waitFor()
  await expectLastRowByKeys(page, 'Entries', manyRows, `host-${manyRows - 1}.example.com`)
  library.expectHarmless(opened)
})

test('S13: names of groups, owners and lists are only text, every text stands out, and no window is made wider', async () => {
  const tql = 'typeName = "Event"'
  const query = new URLSearchParams({ tql, limit: '1' })
  const { data } = await callHub(library.system.hub.target, `${paths.groups}?${query}`, GroupPage)
  await expectFitToShow(library, [
    [`${consolePages.groups}?${new URLSearchParams({ tql })}`, 'rows, all loaded'],
    [consolePages.group(data[0]?.id ?? ''), 'No indicator belongs to it'],
    [consolePages.keptTexts, 'STIX objects as their owners sent them'],
    [consolePages.owners, 'Archive'],
    [consolePages.owner(library.team.id), 'Take this rule away'],
    [consolePages.addIndicators, 'Add the indicator'],
    [consolePages.attributeTypes, 'Source'],
    [consolePages.apps, 'No app yet'],
    [consolePages.exclusionLists, 'Our networks'],
    [`${consolePages.exclusionLists}?view=tester`, 'Nothing is stored'],
    [consolePages.exclusionList('1'), 'Head office'],
    [`${consolePages.explain}?value=c2-1.example.org`, 'No control has reported yet'],
    [`${consolePages.explain}?value=192.0.2.1`, 'If an owner asserted it'],
  ])
})

test('who only reads sees the library and can change nothing of it', async () => {
  await using opened = await ConsolePage.open(library.browser, { url: library.system.hub.file.url })
  const { page } = opened
  await opened.go(consolePages.owner(library.team.id))
  await opened.signIn('reader', password)
  await page.getByText('1 rule, applied to old and new assertions alike').waitFor()
  await expect.poll(() => page.getByLabel('Kind').isDisabled()).toBe(true)
  await expect.poll(() => page.getByRole('main').getByRole('button').count()).toBe(0)
  for (const [path, sign] of [
    [consolePages.owners, 'Archive'],
    [consolePages.exclusionList('1'), 'Head office'],
    [consolePages.collection(library.watched.id), 'asserted by Team'],
    [consolePages.readers, 'No reader yet'],
  ] as const) {
    await opened.go(path)
    await page.getByText(sign).first().waitFor()
    const buttons = page.getByRole('main').getByRole('button')
    // Copying changes nothing; its button has no words.
    await expect
      .poll(async () => ({ path, words: (await buttons.allInnerTexts()).filter((word) => word !== '') }))
      .toEqual({ path, words: [] })
  }
  // An address that somebody sent them shows no form that would be refused when it is filled in.
  for (const path of [consolePages.addIndicators, consolePages.newJob, consolePages.settings]) {
    await opened.go(path)
    await page.getByText('This needs a right that you do not have').waitFor()
    await expect.poll(() => page.getByRole('main').getByRole('button').count()).toBe(0)
  }
  // Of the settings, their own address is theirs.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('region', { name: 'Your own address' }).getByLabel('Mail address').waitFor()
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['Mail'])
  library.expectHarmless(opened)
})
