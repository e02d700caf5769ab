import { type AttributeType, type ExclusionList, paths } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from './test-api.ts'

let api: TestApi
const places: Record<string, { url: string; mine: object; theirs: object; others: object }> = {}

beforeAll(async () => {
  api = await createTestApi()
  const made = await api.door.inject({ method: 'POST', url: paths.exclusionLists, payload: { name: 'Guarded' } })
  const mail = { smtpHost: '', smtpPort: 25, smtpSecurity: 'none', smtpUsername: '', smtpFrom: 'postern@example.org' }
  const rule = { indicatorType: '*', intervalHours: 24, amount: 10, isPercent: false, atMinimum: 'inactive' }
  places['entries'] = {
    url: paths.exclusionEntries(made.json<ExclusionList>().id),
    mine: { entries: [{ entry: 'mine.example.com' }] },
    theirs: { entries: [{ entry: 'theirs.example.com' }] },
    others: { entries: [{ entry: 'others.example.com' }] },
  }
  places['rules'] = {
    url: paths.ownerDeprecation(api.ours.ownerId),
    mine: { rules: [rule] },
    theirs: { rules: [{ ...rule, amount: 20 }] },
    others: { rules: [{ ...rule, amount: 30 }] },
  }
  places['mail'] = {
    url: paths.mailSettings,
    mine: { ...mail, smtpPort: 26 },
    theirs: { ...mail, smtpPassword: 'one that is never shown' },
    others: { ...mail, smtpPort: 27 },
  }
  places['assertion'] = {
    url: paths.indicatorAssertion(api.ours.ids['indicatorId'] ?? '', api.ours.ownerId),
    mine: { ...said, rating: 1 },
    theirs: { ...said, tags: ['theirs'] },
    others: { ...said, rating: 3, tags: ['others'] },
  }
  const indicatorId = api.ours.ids['indicatorId'] ?? ''
  const decision = { reason: 'we run it', rating: 1 }
  for (const [url, payload] of [
    [paths.indicatorAssertion(indicatorId, api.ours.ownerId), { ...said, rating: 2 }],
    [paths.indicatorDecision(indicatorId), decision],
  ] as const)
    expect((await api.door.inject({ method: 'PUT', url, payload })).statusCode).toBe(200)
  places['decision'] = {
    url: paths.indicatorDecision(indicatorId),
    mine: decision,
    theirs: { ...decision, status: 'Whitelisted' },
    others: { ...decision, rating: 3 },
  }
  const type = await api.door.inject({ method: 'POST', url: paths.attributeTypes, payload: { name: 'Guarded' } })
  places['attribute type'] = {
    url: paths.attributeType(type.json<AttributeType>().id),
    mine: { name: 'Guarded', lengthMax: 10 },
    theirs: { name: 'Guarded', choices: ['theirs'] },
    others: { name: 'Guarded by others' },
  }
  places['group'] = {
    url: paths.group(api.ours.ids['groupId'] ?? ''),
    mine: { name: 'Mine' },
    theirs: { name: 'Theirs' },
    others: { name: 'Mine', status: 'Open' },
  }
})
afterAll(async () => await api.close())

/** What an owner says of an indicator. */
const said = {
  rating: null,
  confidence: null,
  active: true,
  status: 'Active',
  firstSeen: null,
  lastSeen: null,
  expiresAt: null,
  tags: [],
  securityLabels: [],
  attributes: [],
}

describe.each(['entries', 'rules', 'mail', 'assertion', 'decision', 'attribute type', 'group'])(
  'what replaces %s',
  (what) => {
    const place = () => places[what] ?? expect.fail(`there is no ${what}`)

    async function put(payload: object, ifMatch?: string) {
      const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
      return await api.door.inject({ method: 'PUT', url: place().url, payload, headers })
    }

    async function read() {
      const { headers, body } = await api.door.inject({ method: 'GET', url: place().url })
      return { tag: headers.etag ?? '', body }
    }

    test('is refused where somebody else saved meanwhile, says what to do, and is taken with the newer tag', async () => {
      const before = await read()
      const saved = await put(place().theirs, before.tag)
      expect([saved.statusCode, saved.headers.etag]).toEqual([200, (await read()).tag])
      const theirs = await read()
      expect(theirs.tag).not.toBe(before.tag)
      const refused = await put(place().mine, before.tag)
      expect([refused.statusCode, refused.json()]).toMatchObject([
        412,
        { code: 'outdated', detail: expect.stringMatching(/^Nothing was changed: .*Read them again/) },
      ])
      expect(await read()).toEqual(theirs)
      expect((await put(place().mine, `"other", W/${theirs.tag}`)).statusCode).toBe(200)
      expect((await read()).body).not.toBe(theirs.body)
    })

    test('goes over anything where no tag is sent, or any is said to do', async () => {
      expect((await put(place().theirs)).statusCode).toBe(200)
      expect((await put(place().mine, '*')).statusCode).toBe(200)
    })

    test('two who read the same: one of them is taken, the other is told', async () => {
      const { tag } = await read()
      const both = await Promise.all([put(place().theirs, tag), put(place().others, tag)])
      expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 412])
    })
  },
)
