import { type App, jobRetries } from '@postern/protocol'
import { expect, test } from 'vitest'
import { draftMistakes, newDraft, requestOf, withApp } from './job-draft.ts'

function app(changes: Partial<App>): App {
  return {
    id: '4',
    programName: 'feed_v1',
    displayName: 'Feed',
    kind: 'feed',
    note: '',
    programLanguage: 'NODE',
    parameters: [{ name: 'url', default: 'https://feed.example.com/' }],
    collectionParameters: [],
    current: {
      programVersion: '1.0.0',
      packageSha256: '0'.repeat(64),
      packageBytes: 1,
      publisherKeyId: '0'.repeat(16),
      vouchedBy: 'its publisher',
      installedAt: '2026-11-20T10:00:00Z',
    },
    ...changes,
  }
}

test('a feed has an owner, an export a control and a mode; neither is sent for the other', () => {
  const typed = { ...newDraft(), name: ' Hosts ', owner: 'CERT', control: 'aed', timeoutSeconds: '900' }
  expect(requestOf(withApp(typed, app({})), app({}))).toEqual({
    name: 'Hosts',
    appId: '4',
    environmentId: '',
    owner: 'CERT',
    parameters: { url: 'https://feed.example.com/' },
    timeoutSeconds: 900,
    freshnessSeconds: null,
    retriesMax: 0,
    retryAfterSeconds: jobRetries.waitSecondsDefault,
    schedule: null,
  })
  const asExport = requestOf(typed, app({ kind: 'export' }))
  expect(asExport).toMatchObject({ control: 'aed', mode: 'apply-when-guards-pass' })
  expect(asExport).not.toHaveProperty('owner')
  expect(requestOf({ ...typed, timeoutSeconds: ' ' }, app({})).timeoutSeconds).toBeNull()
})

test('what is missing is said before the hub is asked', () => {
  expect(Object.keys(draftMistakes(newDraft(), undefined))).toEqual(['name', 'appId', 'environmentId'])
  const named = { ...newDraft(), name: 'Hosts', environmentId: '2' }
  expect(Object.keys(draftMistakes(named, app({})))).toEqual(['owner'])
  expect(draftMistakes({ ...named, owner: 'CERT' }, app({}))).toEqual({})
  expect(Object.keys(draftMistakes({ ...named, name: '-x', control: '../x' }, app({ kind: 'export' })))).toEqual([
    'name',
    'control',
  ])
})

test('another app begins with its own defaults, and rows left empty are not sent', () => {
  const draft = withApp({ ...newDraft(), parameters: { old: 'x' } }, app({}))
  expect(draft.parameters).toEqual({ url: 'https://feed.example.com/' })
  const parameters = {
    hosts: ['a', '', 'b'],
    pairs: [
      { key: '', value: '' },
      { key: 'k', value: 'v' },
    ],
    secret: null,
  }
  expect(requestOf({ ...draft, parameters }, app({})).parameters).toEqual({
    hosts: ['a', 'b'],
    pairs: [{ key: 'k', value: 'v' }],
    secret: null,
  })
})
