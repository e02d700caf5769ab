import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callHub } from '@postern/cli'
import {
  Collection,
  CollectionPage,
  FirewallListPage,
  Owner,
  paths,
  ReaderPage,
  TaxiiCollectionSettingsPage,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { runPostern, type Said } from './run-postern.ts'

let system: TestSystem
beforeAll(async () => (system = await startTestSystem()))
afterAll(async () => await system[Symbol.asyncDispose]())

const changed = { code: 0, out: ['changed'], err: '' }
const removed = { code: 0, out: ['removed'], err: '' }

test('LIB-3: the command line makes a data collection, changes what is named, and removes it', async () => {
  const { target } = system.hub
  const query = 'typeName = "Host" and rating >= 3'
  const options = ['--description', 'What the gateway blocks', '--freshness', '60', '--shared', 'no']
  const { code, out } = await postern('collections', 'create', 'Hosts', query, ...options)
  expect(code).toBe(0)
  const path = paths.collection(out[0] ?? '')
  const made = {
    name: 'Hosts',
    tql: query,
    description: 'What the gateway blocks',
    freshnessSeconds: 60,
    isShared: false,
  }
  expect(await callHub(target, path, Collection)).toMatchObject(made)
  expect(await postern('collections', 'set', 'Hosts', '--query', 'rating >= 4', '--name', 'Bad hosts')).toEqual(changed)
  expect(await callHub(target, path, Collection)).toMatchObject({ ...made, name: 'Bad hosts', tql: 'rating >= 4' })
  expect(await postern('collections', 'set', 'Bad hosts', '--shared', 'yes')).toEqual(changed)
  expect(await callHub(target, path, Collection)).toMatchObject({ tql: 'rating >= 4', isShared: true })

  expect(await postern('collections', 'set', 'Bad hosts')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Say/),
  })
  expect(await postern('collections', 'set', 'Nothing', '--shared', 'yes')).toMatchObject({ code: 1 })
  const wrong = await postern('collections', 'create', 'Wrong', 'ratin > 3')
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('Did you mean rating?') })
  const never = 'No rating is above 9: it goes from 0 to 5.'
  expect(await postern('collections', 'create', 'Never', 'rating > 9')).toMatchObject({ code: 0, err: never })
  expect(await postern('collections', 'set', 'Never', '--query', 'rating > 9')).toEqual({ ...changed, err: never })
  expect(await postern('collections', 'remove', 'Never')).toEqual(removed)
  expect(await postern('collections', 'remove', 'Bad hosts')).toEqual(removed)
  expect((await callHub(target, paths.collections, CollectionPage)).data).toEqual([])
})

test('LIB-3: of a query as long as a file the command line shows the beginning, and previews it from the file', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-long-query-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'query.tql')
  const hosts = Array.from({ length: 1000 }, (_, number) => `"h${String(number).padStart(3, '0')}.example.com"`)
  const query = `summary in (${hosts.join(', ')})`
  writeFileSync(file, query)
  expect(await postern('collections', 'preview', '--file', file)).toEqual({ code: 0, out: ['0 indicators'], err: '' })
  expect(await postern('collections', 'preview')).toMatchObject({ code: 1, err: expect.stringContaining('--file') })
  const { out } = await postern('collections', 'create', 'Long', '--file', file)
  const shown = `${query.slice(0, 300)} … and 19,711 more characters`
  expect((await postern('collections')).out).toEqual([expect.stringMatching(/^Long\t/)])
  expect((await postern('collections')).out[0]?.split('\t').at(-1)).toBe(shown)
  const [first, second] = (await postern('collections', 'show', 'Long')).out
  expect([first, second]).toEqual([`Long: ${shown}`, `to see all of it: postern collections show ${out[0]} --json`])
  expect(await postern('collections', 'remove', 'Long')).toEqual(removed)
})

test('LIB-7: the command line makes a list and a reader of it, changes what is named, and removes both', async () => {
  const { target } = system.hub
  await postern('collections', 'create', 'Blocked', 'rating >= 3')
  const options = [
    '--type',
    'address',
    '--type',
    'CIDR',
    '--tlp',
    'GREEN',
    '--values-max',
    '5000',
    '--open-network',
    '192.0.2.0/24',
  ]
  const { code, out } = await postern(
    'lists',
    'create',
    'edge',
    '--collection',
    'Blocked',
    '--format',
    'panos-ip',
    ...options,
  )
  expect([code, out]).toEqual([0, [expect.stringMatching(/^https:\/\/.*\/lists\/edge$/)]])
  const list = async () => (await callHub(target, paths.firewallLists, FirewallListPage)).data[0]
  const made = {
    name: 'edge',
    collectionName: 'Blocked',
    format: 'panos-ip',
    indicatorTypes: ['Address', 'CIDR'],
    tlpMax: 'GREEN',
    valuesMax: 5000,
    openNetworks: ['192.0.2.0/24'],
    isPublic: false,
  }
  expect(await list()).toMatchObject(made)
  expect(
    await postern('lists', 'set', 'edge', '--values-max', 'none', '--type', 'none', '--ipv4-prefix-min', '8'),
  ).toEqual(changed)
  expect(await list()).toMatchObject({ ...made, indicatorTypes: null, valuesMax: null, ipv4PrefixMin: 8 })
  expect(await postern('lists', 'set', 'edge', '--open-network', 'none')).toEqual(changed)
  expect(await list()).toMatchObject({ ...made, indicatorTypes: null, valuesMax: null, openNetworks: [] })
  const wrong = await postern('lists', 'create', 'other', '--collection', 'Nowhere', '--format', 'text')
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('There is no such data collection') })

  const networks = ['--network', '192.0.2.0/24']
  const reader = await postern(
    'readers',
    'create',
    'Firewall 1',
    '--credential',
    'basic',
    '--list',
    'edge',
    ...networks,
  )
  expect(reader).toMatchObject({ code: 0, err: '', out: [expect.stringMatching(/^\S+\t\S{12,}$/)] })
  const [username = ''] = reader.out[0]?.split('\t') ?? []
  const rowOf = async () => (await postern('readers')).out
  expect(await rowOf()).toEqual([`Firewall 1\tuser name ${username}\tnever came\tfrom 192.0.2.0/24\tedge`])
  const withToken = await postern('readers', 'create', 'Firewall 2', '--credential', 'token', '--network', 'none')
  expect(withToken.out).toEqual([expect.stringMatching(/^\S{20,}$/)])
  expect(await postern('readers', 'set', 'Firewall 1', '--network', 'none', '--enabled', 'no')).toEqual(changed)
  expect((await rowOf())[0]).toBe(`Firewall 1\tuser name ${username}\tdisabled\tfrom anywhere\tedge`)
  expect(await postern('readers', 'set', 'Firewall 1', '--unlist', 'edge')).toEqual(changed)
  expect(await postern('readers', 'set', 'Firewall 2', '--list', 'edge')).toEqual(changed)
  expect((await rowOf()).map((row) => row.split('\t').at(-1))).toEqual(['is granted nothing', 'edge'])

  expect(await postern('readers', 'remove', 'Firewall 1')).toEqual(removed)
  expect(await postern('readers', 'remove', 'Firewall 1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no reader'),
  })
  expect((await callHub(target, paths.readers, ReaderPage)).data.map(({ name }) => name)).toEqual(['Firewall 2'])
  expect(await postern('lists', 'remove', 'edge')).toEqual(removed)
  expect(await list()).toBeUndefined()
})

test('LIB-5: the command line serves a data collection and an owner over TAXII, grants them, and removes them', async () => {
  const { target } = system.hub
  await callHub(target, paths.owners, Owner, { json: { name: 'Partner A' } })
  await postern('collections', 'create', 'Shared', 'rating >= 3')
  const root = await postern(
    'taxii',
    'roots',
    'create',
    'partners',
    '--title',
    'Partners',
    '--description',
    'For friends',
  )
  expect(root).toMatchObject({ code: 0, out: [expect.stringMatching(/\/taxii2\/partners\/$/)] })
  expect(
    await postern('taxii', 'roots', 'set', 'partners', '--title', 'Our partners', '--description', 'none'),
  ).toEqual(changed)
  expect((await postern('taxii', 'roots')).out).toEqual([`partners\tOur partners\t${root.out[0] ?? ''}`])

  const reading = ['--root', 'partners', '--collection', 'Shared', '--alias', 'shared', '--tlp', 'GREEN']
  const { out } = await postern('taxii', 'create', 'Bad hosts', ...reading)
  const writing = ['--root', 'partners', '--owner', 'Partner A', '--writable', 'yes']
  expect(await postern('taxii', 'create', 'Their word', ...writing)).toMatchObject({ code: 0, err: '' })
  const collections = async () => (await callHub(target, paths.taxiiCollections, TaxiiCollectionSettingsPage)).data
  expect(await collections()).toMatchObject([
    { id: out[0], title: 'Bad hosts', alias: 'shared', collectionName: 'Shared', tlpMax: 'GREEN', canWrite: false },
    { title: 'Their word', ownerName: 'Partner A', canWrite: true },
  ])
  expect((await postern('taxii')).out.map((row) => row.split('\t').slice(0, 4))).toEqual([
    ['partners', 'Bad hosts', 'data collection Shared', 'read'],
    ['partners', 'Their word', 'owner Partner A', 'read and write'],
  ])

  const grants = ['--taxii', 'shared', '--taxii-write', 'Their word']
  expect(await postern('readers', 'create', 'Partner', '--credential', 'token', ...grants)).toMatchObject({ code: 0 })
  const granted = async () =>
    (await postern('readers')).out
      .find((row) => row.startsWith('Partner\t'))
      ?.split('\t')
      .at(-1)
  expect(await granted()).toBe('Bad hosts, Their word (writes)')
  expect(await postern('readers', 'set', 'Partner', '--taxii', 'Their word', '--untaxii', 'shared')).toEqual(changed)
  expect(await granted()).toBe('Their word')

  expect(await postern('taxii', 'set', 'shared', '--title', 'Their word', '--alias', 'none')).toEqual(changed)
  const [first] = await collections()
  expect(first).toMatchObject({ title: 'Their word', alias: null, tlpMax: 'GREEN' })
  expect(await postern('taxii', 'remove', 'Their word')).toMatchObject({
    code: 1,
    err: expect.stringContaining('2 TAXII collections'),
  })
  for (const { id } of await collections()) expect(await postern('taxii', 'remove', id)).toEqual(removed)
  expect(await postern('taxii', 'roots', 'remove', 'partners')).toEqual(removed)
  expect(await postern('taxii', 'set', 'shared', '--tlp', 'RED')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no TAXII collection'),
  })
})

function postern(...words: string[]): Promise<Said> {
  return runPostern(system.dataFolder, ...words)
}
