import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import { GroupDetail, IndicatorPage, Owner, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runPostern, type Said } from './run-postern.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'

let system: TestSystem
beforeAll(async () => (system = await startTestSystem()))
afterAll(async () => await system[Symbol.asyncDispose]())

test('LIB-1: the command line makes a group, says what belongs to it, and deletes it', async () => {
  await using folder = temporaryFolder()
  const { target } = system.hub
  await callHub(target, paths.owners, Owner, { json: { name: 'Team' } })

  const said = [
    '--status',
    'Open',
    '--event-date',
    '2026-03-01',
    '--tag',
    'phishing',
    '--tag',
    'mail',
    '--label',
    'TLP:RED',
  ]
  const more = ['--attribute', 'Description=Lures in mails']
  const made = await postern('create', 'Case 17', '--owner', 'Team', '--type', 'incident', ...said, ...more)
  expect(made).toMatchObject({ code: 0, err: '' })
  const [id = ''] = made.out
  expect(await callHub(target, paths.group(id), GroupDetail)).toMatchObject({
    type: 'Incident',
    name: 'Case 17',
    status: 'Open',
    eventDate: '2026-03-01T00:00:00.000Z',
    tags: ['mail', 'phishing'],
    tlp: 'RED',
    attributes: [{ type: 'Description', value: 'Lures in mails' }],
  })

  const file = join(folder.path, 'values.txt')
  writeFileSync(file, '# from the mail\nevil[.]example\n\n192.0.2.010\nhxxp://evil.example/lure # the lure\n')
  const associated = await postern('associate', id, '--file', file)
  expect(associated).toMatchObject({ code: 3, out: ['2 associated, 2 of them new to the owner'] })
  expect(associated.err).toMatch(/^192\.0\.2\.010: .*leading zero/)
  const tql = new URLSearchParams({ tql: `associatedGroup = ${id}` })
  const belonging = async () => (await callHub(target, `${paths.indicators}?${tql}`, IndicatorPage)).data
  expect((await belonging()).map(({ value }) => value).toSorted()).toEqual(['evil.example', 'http://evil.example/lure'])

  expect(await postern('delete', id)).toEqual({ code: 0, out: ['deleted'], err: '' })
  expect(await postern('delete', id)).toMatchObject({ code: 1, err: expect.stringContaining('There is no such group') })
  expect(await belonging()).toEqual([])
  const wrong = await postern('create', 'x', '--owner', 'Team', '--type', 'Planet')
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('there is no group type named Planet') })
})

test('LIB-1: the command line finds a group, shows it, changes what is named, and says how it stands to others', async () => {
  const { target } = system.hub
  await callHub(target, paths.owners, Owner, { json: { name: 'Hunters' } })
  const made = await postern('create', 'Mealybug', '--owner', 'Hunters', '--type', 'Adversary', '--tag', 'apt')
  const [adversary = ''] = made.out
  const mail = await postern('create', 'Lure', '--owner', 'Hunters', '--type', 'Email', '--text', 'subject=Invoice 17')
  const [email = ''] = mail.out

  expect((await postern('search', 'ownerName = "Hunters"')).out).toEqual([
    `${email}\tEmail\tLure\tHunters\t`,
    `${adversary}\tAdversary\tMealybug\tHunters\tapt`,
  ])
  expect((await postern('search', 'name = "Mealybug"', '--json')).out.map((line) => JSON.parse(line))).toMatchObject([
    { id: adversary, ownerName: 'Hunters' },
  ])
  expect(await postern('search', 'ownerName = "Huntres"')).toEqual({
    code: 0,
    out: [],
    err: 'There is no owner “Huntres”. Did you mean Hunters?\n0 groups found',
  })
  expect((await postern()).out).toContain(`${adversary}\tAdversary\tMealybug\tHunters\tapt`)

  const changes = ['--status', 'Active', '--first-seen', '2026-01-31', '--tag', 'wiper', '--untag', 'apt']
  const more = ['--label', 'TLP:AMBER', '--attribute', 'Description=First seen by us', '--name', 'Mealybug 2']
  expect(await postern('set', adversary, ...changes, ...more)).toEqual({ code: 0, out: ['changed'], err: '' })
  expect(await postern('relate', adversary, email, '--kind', 'uses')).toMatchObject({ code: 0, out: ['related'] })
  expect((await postern('show', adversary)).out).toEqual([
    'Mealybug 2: Adversary of Hunters, TLP:AMBER, 0 indicators',
    'status: Active',
    'first seen: 2026-01-31T00:00:00.000Z',
    'tags: wiper',
    'security labels: TLP:AMBER',
    'attribute Description: First seen by us',
    `→ uses Email Lure (${email})`,
  ])
  expect(await postern('set', adversary, '--first-seen', 'none', '--attribute', 'Description=')).toMatchObject({
    code: 0,
  })
  expect(await callHub(target, paths.group(adversary), GroupDetail)).toMatchObject({
    name: 'Mealybug 2',
    status: 'Active',
    firstSeen: null,
    attributes: [],
    tags: ['wiper'],
  })
  expect(await postern('set', email, '--text', 'from=billing@example.com')).toMatchObject({ code: 0 })
  expect((await postern('show', email)).out).toEqual([
    'Lure: Email of Hunters, 0 indicators',
    'subject: Invoice 17',
    'from: billing@example.com',
    `← uses Adversary Mealybug 2 (${adversary})`,
  ])

  expect(await postern('unrelate', adversary, email, '--kind', 'uses')).toMatchObject({ code: 0, out: ['taken back'] })
  expect(await postern('unrelate', adversary, email, '--kind', 'uses')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no such relation'),
  })
  expect(await postern('set', adversary)).toMatchObject({ code: 1, err: expect.stringMatching(/^Say what to change/) })
  expect(await postern('set', email, '--text', 'topic=x')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/subject/),
  })
  expect(await postern('show', '999999')).toMatchObject({ code: 1, err: expect.stringContaining('no such group') })
})

test('LIB-1: what somebody else saved of a group meanwhile is not replaced by the command line', async () => {
  const { target } = system.hub
  await callHub(target, paths.owners, Owner, { json: { name: 'Two' } })
  const json = { owner: 'Two', type: 'Incident', name: 'Contested' }
  const { id } = await callHub(target, paths.groups, GroupDetail, { json })
  let isContested = true
  await using hub = await inFrontOf(join(system.dataFolder, 'hub.sock'), async (method) => {
    if (method !== 'PUT' || !isContested) return
    isContested = false
    await callHub(target, paths.group(id), GroupDetail, { method, json: { name: 'Contested', status: 'Theirs' } })
  })
  expect(await runPostern(hub.folder, 'groups', 'set', id, '--status', 'Mine')).toEqual({
    code: 1,
    out: [],
    err: 'Nothing was changed: somebody else changed Contested meanwhile. Look at it, and try again.',
  })
  expect(await callHub(target, paths.group(id), GroupDetail)).toMatchObject({ status: 'Theirs' })
  expect(await runPostern(hub.folder, 'groups', 'set', id, '--status', 'Mine')).toMatchObject({ code: 0 })
})

test('LIB-1: of many values that belong to a group one that is too long is refused alone, and some are taken out again', async () => {
  await using folder = temporaryFolder()
  await callHub(system.hub.target, paths.owners, Owner, { json: { name: 'Bulk' } })
  const [id = ''] = (await postern('create', 'Many', '--owner', 'Bulk', '--type', 'Report')).out
  const values = Array.from({ length: 999 }, (_, number) => `m${number}.example.org`)
  const file = join(folder.path, 'values.txt')
  writeFileSync(file, [...values, `https://example.org/${'x'.repeat(16_400)}`].join('\n'))
  const associated = await postern('associate', id, '--file', file)
  expect(associated).toMatchObject({ code: 3, out: ['999 associated, 999 of them new to the owner'] })
  expect(associated.err).toMatch(/^https:\/\/example\.org\/x{40}…: It has 16,420 characters; 16,384 are permitted\.$/)

  expect(await postern('dissociate', id, 'm1[.]example.org', 'elsewhere.example.org')).toEqual({
    code: 3,
    out: ['Host\tm1.example.org\ttaken out'],
    err: 'elsewhere.example.org: the group does not have the Host elsewhere.example.org.',
  })
  expect((await callHub(system.hub.target, paths.group(id), GroupDetail)).indicatorCount).toBe(998)
  expect(await postern('dissociate', '999999', 'm2.example.org')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no such group'),
  })
})

function postern(...words: string[]): Promise<Said> {
  return runPostern(system.dataFolder, 'groups', ...words)
}

function temporaryFolder(): AsyncDisposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'postern-groups-'))
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) }
}

/** A data folder whose socket leads to the hub's. @param before is waited for before a request goes on */
async function inFrontOf(
  socketPath: string,
  before: (method: string | undefined) => Promise<void>,
): Promise<AsyncDisposable & { folder: string }> {
  const { path: folder } = temporaryFolder()
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked
    const goOn = () =>
      asked.pipe(
        request({ socketPath, method, path, headers }, (given) => {
          answer.writeHead(given.statusCode ?? 500, given.headers)
          given.pipe(answer)
        }),
      )
    before(method).then(goOn, (failed: unknown) => answer.destroy(new Error('before', { cause: failed })))
  })
  await new Promise<void>((resolve) => server.listen(join(folder, 'hub.sock'), resolve))
  return {
    folder,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
