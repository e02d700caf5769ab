import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callHub, checkoutFolder } from '@postern/cli'
import { GroupDetail, IndicatorPage, Owner, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestSystem, type TestSystem } from '../test-system.ts'

let system: TestSystem
beforeAll(async () => (system = await startTestSystem()))
afterAll(async () => await system[Symbol.asyncDispose]())

test('LIB-1: the command line makes a group, says what belongs to it, and deletes it', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-groups-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
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

  const file = join(folder, 'values.txt')
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

async function postern(...words: string[]): Promise<{ code: number; out: string[]; err: string }> {
  const main = join(checkoutFolder, 'cli/src/main.ts')
  const env = { ...process.env, POSTERN_DATA_DIR: system.dataFolder }
  return await new Promise((resolve) => {
    execFile(process.execPath, [main, 'groups', ...words], { env }, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : Number(error.code ?? 1),
        out: stdout.split('\n').filter((line) => line !== ''),
        err: stderr.trim(),
      })
    })
  })
}
