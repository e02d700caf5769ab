import { callHub } from '@postern/cli'
import { hostileCorpus, indicatorId } from '@postern/intel'
import { consolePages, Decision, IndicatorDetail, paths, StatedAssertion, type WriteAssertion } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendIndicators } from '../send-indicators.ts'
import { ConsolePage } from './console-page.ts'
import { type LibraryConsole, password, startLibraryConsole } from './library-console.ts'
import { lowContrastInBothThemes } from './low-contrast.ts'
import { expectMistakeAt, expectNoWiderThanWindow } from './page-states.ts'

const hosts = { edited: 'edited.example.org', removed: 'removed.example.org', hostile: 'hostile.example.org' }

let library: LibraryConsole
beforeAll(async () => {
  library = await startLibraryConsole(1)
  const hub = library.system.hub.target
  const said = {
    rating: 2,
    confidence: 30,
    firstSeen: '2026-01-01T10:11:12Z',
    tag: [{ name: 'botnet' }, { name: 'phishing' }],
    securityLabel: [{ name: 'TLP:GREEN' }],
    attribute: [{ type: 'Description', value: 'A botnet', source: 'Report 17' }],
  }
  for (const owner of ['Team', 'Archive'])
    await sendIndicators(hub, owner, {
      indicator: [hosts.edited, hosts.removed].map((summary) => ({ type: 'Host', summary, ...said })),
    })
  await sendIndicators(hub, 'Team', {
    indicator: [
      {
        type: 'Host',
        summary: hosts.hostile,
        tag: hostileCorpus.map(({ text }) => ({ name: text.trim().slice(0, 128) })).filter(({ name }) => name !== ''),
        attribute: hostileCorpus.map(({ text }) => ({ type: text.trim().slice(0, 200) || 'Blank', value: text })),
      },
    ],
  })
})
afterAll(async () => await library[Symbol.asyncDispose]())

const pageOf = (host: string) => consolePages.indicator(indicatorId('Host', host))

async function detailOf(host: string): Promise<IndicatorDetail> {
  return await callHub(library.system.hub.target, paths.indicator(indicatorId('Host', host)), IndicatorDetail)
}

/** What somebody else does meanwhile. */
async function changeElsewhere(host: string, changes: Partial<WriteAssertion>): Promise<void> {
  const path = paths.indicatorAssertion(indicatorId('Host', host), library.team.id)
  const { target } = library.system.hub
  const before = await callHub(target, path, StatedAssertion)
  await callHub(target, path, StatedAssertion, { method: 'PUT', json: { ...before, ...changes } })
}

test('LIB-1: an analyst edits what one owner says: values, tags, labels and attributes, and what others say stays', async () => {
  await using opened = await library.open(pageOf(hosts.edited))
  const { page } = opened
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByRole('button', { name: 'Edit …' }).click()
  const dialog = page.getByRole('dialog', { name: 'What Team says of it' })
  const save = dialog.getByRole('button', { name: 'Save the change' })
  await dialog.getByLabel('Rating').selectOption('4')
  await dialog.getByLabel('Confidence').fill('101')
  await save.click()
  await expectMistakeAt(dialog.getByLabel('Confidence'), 'A confidence is from 0 to 100.')
  await dialog.getByLabel('Confidence').fill('')
  await dialog.getByLabel('Expires (UTC)').fill('2036-05-06T07:08')
  await dialog.getByRole('button', { name: 'Take the tag botnet out' }).click()
  const tags = dialog.getByLabel('Tags', { exact: true })
  // Names that the library knows are offered.
  await tags.fill('emo')
  await expect.poll(() => page.locator('datalist option[value="Emotet"]').count()).toBe(1)
  await tags.fill('Emotet')
  await page.keyboard.press('Enter')
  await tags.fill('c2, <b>bold</b>')
  const labels = dialog.getByLabel('Security labels', { exact: true })
  await labels.fill('TLP:REDD')
  await save.click()
  await expectMistakeAt(labels, '“TLP:REDD” names no level of TLP; did you mean TLP:RED?')
  await dialog.getByRole('button', { name: 'Take the label TLP:REDD out' }).click()
  await labels.fill('Internal')
  await dialog.getByRole('group', { name: 'Attribute Description' }).getByLabel('Value').fill('A better word')
  await dialog.getByRole('button', { name: 'Add an attribute' }).click()
  await save.click()
  const added = dialog.getByRole('group', { name: 'Attribute Source' })
  await expectMistakeAt(added.getByLabel('Value'), 'Write its value')
  await added.getByLabel('Value').fill('https://intel.example.com/17')
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 })
    await expectNoWiderThanWindow(page)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  await save.click()
  await dialog.waitFor({ state: 'detached' })
  await opened.announced.getByText('The change is saved').waitFor()
  await team.getByText('<b>bold</b>').waitFor()
  await team.getByText('A better word').waitFor()
  await team.getByText('by chief').waitFor()
  const { assertions } = await detailOf(hosts.edited)
  expect(assertions.find(({ ownerName }) => ownerName === 'Team')).toMatchObject({
    rating: 4,
    confidence: null,
    firstSeen: '2026-01-01T10:11:12.000Z',
    expiresAt: '2036-05-06T07:08:00.000Z',
    tags: ['<b>bold</b>', 'Emotet', 'c2', 'phishing'],
    securityLabels: ['Internal', 'TLP:GREEN'],
    attributes: [
      { type: 'Description', value: 'A better word', source: 'Report 17' },
      { type: 'Source', value: 'https://intel.example.com/17', source: null },
    ],
  })
  expect(assertions.find(({ ownerName }) => ownerName === 'Archive')).toMatchObject({
    rating: 2,
    tags: ['botnet', 'phishing'],
  })
  library.expectHarmless(opened)
})

test('LIB-1: what somebody else saved meanwhile is not replaced until the analyst decides', async () => {
  await using opened = await library.open(pageOf(hosts.edited))
  const { page } = opened
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByRole('button', { name: 'Edit …' }).click()
  const dialog = page.getByRole('dialog', { name: 'What Team says of it' })
  const confidence = dialog.getByLabel('Confidence')
  await confidence.fill('55')
  await changeElsewhere(hosts.edited, { confidence: 66 })
  await dialog.getByRole('button', { name: 'Save the change' }).click()
  const meanwhile = dialog.getByRole('alert', { name: 'Changed meanwhile' })
  await meanwhile.getByText('Somebody changed this owner’s values since you read them').waitFor()
  await expect.poll(() => confidence.inputValue()).toBe('55')
  await meanwhile.getByRole('button', { name: 'Take theirs' }).click()
  await expect.poll(() => confidence.inputValue()).toBe('66')
  await confidence.fill('77')
  await dialog.getByRole('button', { name: 'Save the change' }).click()
  await dialog.waitFor({ state: 'detached' })
  await team.getByText('77 of 100').waitFor()
  library.expectHarmless(opened)
})

test('LIB-9: a decision that somebody else changed meanwhile is not replaced until the analyst decides', async () => {
  const { target } = library.system.hub
  const path = paths.indicatorDecision(indicatorId('Host', hosts.edited))
  const decideElsewhere = async (confidence: number) =>
    await callHub(target, path, Decision, { method: 'PUT', json: { confidence, reason: 'Said in the morning' } })
  await decideElsewhere(44)
  await using opened = await library.open(pageOf(hosts.edited))
  const { page } = opened
  await page.getByRole('button', { name: 'Change the decision …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Decide over all owners' })
  const confidence = dialog.getByLabel('Confidence')
  await expect.poll(() => confidence.inputValue()).toBe('44')
  await confidence.fill('55')
  await decideElsewhere(66)
  await dialog.getByRole('button', { name: 'Save the decision' }).click()
  const meanwhile = dialog.getByRole('alert', { name: 'Changed meanwhile' })
  await meanwhile.getByText('Somebody changed the values that are fixed here since you read them').waitFor()
  await expect.poll(() => confidence.inputValue()).toBe('55')
  await meanwhile.getByRole('button', { name: 'Keep mine' }).click()
  await dialog.getByRole('button', { name: 'Save the decision' }).click()
  await dialog.waitFor({ state: 'detached' })
  const note = page.getByRole('region', { name: 'Decision' })
  await note.getByText(/decided: confidence 55\./).waitFor()
  await note.getByRole('button', { name: 'Take the decision back' }).click()
  await note.waitFor({ state: 'detached' })
  library.expectHarmless(opened)
})

test('LIB-1: an owner’s word is removed after it is said what goes and what stays, and the last one takes the indicator with it', async () => {
  await using opened = await library.open(pageOf(hosts.removed))
  const { page } = opened
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  const dialog = page.getByRole('dialog')
  await team.getByRole('button', { name: 'Remove …' }).click()
  await dialog.getByText('all that Team says of removed.example.org').waitFor()
  await dialog.getByText('2 tags, 1 attribute').waitFor()
  await dialog.getByText('the indicator, by the word of Archive').waitFor()
  await dialog.getByText('brings it in again').waitFor()
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  await dialog.waitFor({ state: 'detached' })
  await team.getByRole('button', { name: 'Remove …' }).click()
  await dialog.getByRole('button', { name: 'Remove the owner’s word' }).click()
  await team.waitFor({ state: 'detached' })
  expect((await detailOf(hosts.removed)).owners).toEqual(['Archive'])

  const archive = page.getByRole('article', { name: 'Assertion of Archive' })
  await archive.getByRole('button', { name: 'Remove …' }).click()
  await dialog.getByText('No other owner asserts it, so the indicator leaves the library').waitFor()
  await dialog.getByRole('button', { name: 'Remove the indicator' }).click()
  await page.waitForURL((url) => url.pathname === consolePages.indicators)
  await opened.announced.getByText('The indicator is gone').waitFor()
  await expect(detailOf(hosts.removed)).rejects.toThrow('There is no such indicator')
  library.expectHarmless(opened)
})

test('S13: hostile tags and attributes are edited as text, and stay as they were where nobody touched them', async () => {
  await using opened = await library.open(pageOf(hosts.hostile))
  const { page } = opened
  const before = (await detailOf(hosts.hostile)).assertions[0]
  const team = page.getByRole('article', { name: 'Assertion of Team' })
  await team.getByRole('button', { name: 'Edit …' }).click()
  const dialog = page.getByRole('dialog', { name: 'What Team says of it' })
  await dialog.getByLabel('Rating').selectOption('1')
  await expect.poll(() => lowContrastInBothThemes(page)).toEqual([])
  await expectNoWiderThanWindow(page)
  await dialog.getByRole('button', { name: 'Save the change' }).click()
  await dialog.waitFor({ state: 'detached' })
  const after = (await detailOf(hosts.hostile)).assertions[0]
  expect([after?.rating, after?.tags, after?.attributes]).toEqual([1, before?.tags, before?.attributes])
  library.expectHarmless(opened)
})

test('D22: who only reads is offered neither', async () => {
  const { browser, system } = library
  await using opened = await ConsolePage.open(browser, { url: system.hub.file.url })
  await opened.go(pageOf(hosts.edited))
  await opened.signIn('reader', password)
  await opened.page.getByRole('article', { name: 'Assertion of Team' }).waitFor()
  // Known by now, and with it what may be offered.
  await opened.page.getByText('read only').waitFor()
  await expect.poll(() => opened.page.getByRole('button', { name: /^(Edit|Remove) …$/ }).count()).toBe(0)
  library.expectHarmless(opened)
})
