import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { hashes, mutex, sendTqlSample, valuesFound } from './test-tql-sample.ts'
import { compileGroupTql, compileTql } from './tql-to-sql.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
  await sendTqlSample(library)
})
afterAll(async () => {
  await library.close()
})

const finds = async (tql: string): Promise<string[]> => await valuesFound(library, tql)

const everything = [
  '192.0.2.10',
  '2001:db8::10',
  ...hashes,
  'a.example.com',
  'b_c.example.net',
  'http://bxc.example.net/50%25',
  mutex,
].sort()

describe('LIB-3: TQL finds what it says', () => {
  test.each<[string, string[]]>([
    ['typeName = "Host"', ['a.example.com', 'b_c.example.net']],
    ['typeName IN ("host","URL")', ['a.example.com', 'b_c.example.net', 'http://bxc.example.net/50%25']],
    ['typeName != "Host" and typeName != "File" and typeName NOT IN ("URL", "Mutex")', ['192.0.2.10', '2001:db8::10']],
    ['type = 4', ['a.example.com', 'b_c.example.net']],
    ['summary = "A.EXAMPLE[.]com"', ['a.example.com']],
    [`summary in ("${hashes[0]} : ${hashes[1]}", "192.0.2.10")`, ['192.0.2.10', ...hashes]],
    ['summary != "a.example.com" and typeName = "Host"', ['b_c.example.net']],
    ['summary LIKE "b_c%"', ['b_c.example.net']],
    ['summary CONTAINS "0%2"', ['http://bxc.example.net/50%25']],
    ['summary CONTAINS "EXAMPLE.N"', ['b_c.example.net', 'http://bxc.example.net/50%25']],
    ['summary STARTSWITH "192.0."', ['192.0.2.10']],
    ['summary STARTSWITH "aaaa"', [hashes[0] ?? '']],
    ['summary ENDSWITH ".com" or summary ENDSWITH "::10"', ['2001:db8::10', 'a.example.com']],
    ['summary NOT CONTAINS "example" and typeName = "Host"', []],
    [`summary = 'Say "hi" \\\\ \\\`x\\\`'`, [mutex]],
    ['rating >= 3', ['192.0.2.10', 'a.example.com', 'b_c.example.net']],
    ['ownerName = "Alpha" and rating >= 3', ['192.0.2.10', 'b_c.example.net']],
    ['rating != 5 and typeName = "Host"', ['a.example.com']],
    [
      'not (rating >= 3) and ownerName = "Alpha"',
      ['2001:db8::10', ...hashes, 'a.example.com', 'http://bxc.example.net/50%25'],
    ],
    ['rating in (1, 3)', ['192.0.2.10', 'a.example.com']],
    ['confidence > 50 and confidence <= 90', ['b_c.example.net']],
    ['tag = "phish"', ['a.example.com']],
    ['tag like "%H" or hasTag(name startswith "C")', ['a.example.com', 'b_c.example.net']],
    ['hasTag(name = "phish") and hasTag(name = "new")', ['a.example.com']],
    ['hasTag(name = "phish") and hasTag(name = "seen")', []],
    ['hasAllTags(name in ("phish", "new"))', ['a.example.com']],
    ['not hasTag(name like "%") and typeName in ("Host", "Address")', ['192.0.2.10', '2001:db8::10']],
    ['securityLabel = "tlp: amber"', ['a.example.com']],
    ['hasSecurityLabel(name = "TLP:AMBER")', ['a.example.com']],
    ['indicatorActive = false', ['http://bxc.example.net/50%25']],
    ['indicatorActive = True and typeName = "URL"', []],
    ['status = "Review"', [mutex]],
    ['firstSeen < "2026-01-02" and firstSeen >= "2026-01-01 00:00:00"', ['b_c.example.net']],
    [
      'dateAdded > "NOW() - 1 HOUR" and lastModified > "TODAY() - 1 DAY" and ownerName = "Beta"',
      ['a.example.com', mutex],
    ],
    ['dateAdded < "NOW() - 1 HOUR"', []],
    ['description contains "beacon"', ['b_c.example.net']],
    ['hasAttribute(typeName = "Description" and text = "Beacon")', ['b_c.example.net']],
    ['hasGroup(name = "Night Owl")', ['a.example.com']],
    ['hasGroup(typeName = "campaign" and hasTag(name = "apt"))', ['a.example.com']],
    ['hasGroup(hasGroup(xid = "c1"))', ['192.0.2.10']],
    ['hasGroup(name like "%100%")', ['192.0.2.10']],
    [`hasIndicator(summary = "${hashes[0]}")`, [hashes[1] ?? '']],
    ['addressIsIpv6 = true', ['2001:db8::10']],
    ['fileSize > 16', hashes],
    ['ownerName NOT IN ("Alpha")', ['a.example.com', mutex]],
    ['ownerName like "%a"', everything],
  ])('%s', async (tql, expected) => {
    expect(await finds(tql)).toEqual([...expected].sort())
  })

  test('a number of an owner and of an assertion finds them', async () => {
    const owner = await library.owner('Beta')
    expect(await finds(`owner = ${owner}`)).toEqual([mutex, 'a.example.com'])
    const { rows } = await library.database.pool.query('select id from assertion where owner_id = $1 limit 1', [owner])
    expect(await finds(`id = ${rows[0].id}`)).toHaveLength(1)
  })
})

test('LIB-3: a wrong query is refused with its place and what was probably meant', () => {
  expect(() => compileTql('typeName = "Host" and ratng > 3', new Date())).toThrow(
    /wrong at character 23: .*Did you mean rating/,
  )
  expect(() => compileTql('rating > ', new Date())).toThrow(/at character/)
  expect(() => compileTql('summary = evil', new Date())).toThrow(/text stands in quotes\. Write "evil" there\.$/)
  // What was pasted is not said back.
  expect(() => compileTql(`summary = ${'a'.repeat(20_000)}`, new Date())).toThrow(/text stands in quotes\.$/)
  expect(() => compileTql('typeName in ("Host", "Nope")', new Date())).toThrow(
    /wrong at character 22: There is no indicator type “Nope”. There are: Address, .*Host, /,
  )
  expect(() => compileTql('typeName = "Hots"', new Date())).toThrow(
    /character 12: There is no indicator type “Hots”\. Did you mean Host\?$/,
  )
  expect(() => compileTql('hasGroup(typeName = "Threat Actor")', new Date())).toThrow(
    /There is no group type “Threat Actor”\. Did you mean Adversary\?$/,
  )
  expect(() => compileTql('typeName = "domain-name"', new Date())).toThrow(/“domain-name”\. Did you mean Host\?$/)
  expect(() => compileTql('typeName in ("Email address", "email subject")', new Date())).not.toThrow()
  expect(() => compileTql('typeName != "Campaign"', new Date())).toThrow(/no indicator type “Campaign”/)
  expect(() => compileTql('hasGroup(typeName = "Host")', new Date())).toThrow(/no group type “Host”.*Campaign/)
  expect(() => compileTql('threatAssessScore > 5', new Date())).toThrow(
    /wrong at character 1: Nothing can be found by threatAssessScore: .*compare rating/,
  )
  expect(() => compileGroupTql('rating > 5', new Date())).toThrow(
    /keyword of queries about indicators; here write hasIndicator\(rating …\)/,
  )
})

test('S6: a query is never text of the statement', async () => {
  for (const hostile of ['"; drop table assertion; --', "' or 1=1 --", '%_\\', '\0', '\ud800', '$1', '{"a"}']) {
    const quoted = `"${hostile.replace(/["\\]/g, '\\$&')}"`
    for (const keyword of ['summary', 'tag', 'ownerName', 'description', 'securityLabel', 'typeName']) {
      // A type that there is not is refused, by equality.
      for (const operator of keyword === 'typeName' ? ['contains', 'like'] : ['=', 'in', 'contains', 'like']) {
        expect(
          await finds(`${keyword} ${operator} ${operator === 'in' ? `(${quoted})` : quoted}`),
          `${keyword} ${operator} ${quoted}`,
        ).toEqual([])
      }
    }
  }
  expect(await finds('rating >= 0 or rating < 0 or typeName like "%"')).toEqual(everything)
})

test('pages follow each other newest first, neither repeating nor skipping', async () => {
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await library.library.search(library.person, { cursor, limit: 3 })
    seen.push(...page.data.map((each) => each.value))
    cursor = page.next
  } while (cursor !== undefined)
  expect(seen.toSorted()).toEqual(everything)
  await expect(library.library.search(library.person, { cursor: 'bm9uc2Vuc2U', limit: 3 })).rejects.toMatchObject({
    code: 'invalid',
  })
})

test('D22: an execution sees only what the owners that it may read assert', async () => {
  const execution = {
    kind: 'execution',
    name: 'execution 1',
    executionId: '1',
    attempt: 1,
    jobId: '1',
    appKind: 'feed',
    organizationId: library.organizationId,
    ownerId: await library.owner('Beta'),
    readableOwnerIds: [await library.owner('Beta')],
    collectionIds: [],
    controlId: null,
  } as const
  const { data } = await library.library.search(execution, { limit: 100 })
  expect(data.map((each) => each.value).sort()).toEqual([mutex, 'a.example.com'])
  expect(data.find((each) => each.value === 'a.example.com')).toMatchObject({
    owners: ['Beta'],
    tags: ['seen'],
    rating: 5,
    tlp: null,
  })
  expect(
    (
      await library.library.search(execution, {
        tql: 'tag = "phish" or securityLabel = "TLP:AMBER" or rating = 1',
        limit: 100,
      })
    ).data,
  ).toEqual([])
  const detail = await library.library.detail(execution, data.find((each) => each.value === 'a.example.com')?.id ?? '')
  expect(detail.assertions.map((each) => each.ownerName)).toEqual(['Beta'])
  expect(detail.groups).toEqual([])
  const stranger = { ...library.person, organizationId: '999999' }
  expect((await library.library.search(stranger, { limit: 100 })).data).toEqual([])
})
