import { describe, expect, test } from 'vitest'
import { parseTql, printTql, tqlKeywordTables } from '../index.ts'
import type { TqlParseResult } from '../index.ts'
import { tqlComparisonsMax, tqlListItemsMax, tqlTextLengthMax } from './tql-limits.ts'

test('LIB-3: the query that TcEx prints is understood', () => {
  const query =
    'ownerName IN ("O","P") and lastModified > "2026-10-21 23:56:53" and hasTag(name = "x") and rating >= 3 and indicatorActive = True'
  expect(parseTql(query)).toEqual({
    ok: true,
    query: {
      kind: 'and',
      position: 0,
      operands: [
        {
          kind: 'comparison',
          keyword: 'ownerName',
          operator: 'in',
          position: 0,
          value: {
            kind: 'list',
            position: 13,
            items: [
              { kind: 'text', text: 'O', position: 14 },
              { kind: 'text', text: 'P', position: 18 },
            ],
          },
        },
        {
          kind: 'comparison',
          keyword: 'lastModified',
          operator: '>',
          position: 27,
          value: { kind: 'date', text: '2026-10-21 23:56:53', position: 42 },
        },
        {
          kind: 'has',
          keyword: 'hasTag',
          object: 'tag',
          position: 68,
          query: {
            kind: 'comparison',
            keyword: 'name',
            operator: '=',
            position: 75,
            value: { kind: 'text', text: 'x', position: 82 },
          },
        },
        {
          kind: 'comparison',
          keyword: 'rating',
          operator: '>=',
          position: 91,
          value: { kind: 'number', number: 3, position: 101 },
        },
        {
          kind: 'comparison',
          keyword: 'indicatorActive',
          operator: '=',
          position: 107,
          value: { kind: 'boolean', boolean: true, position: 125 },
        },
      ],
    },
  })
})

test.each([
  ['summary == "a"', 'summary = "a"'],
  ['summary EQ "a"', 'summary = "a"'],
  ['SUMMARY equals "a"', 'summary = "a"'],
  ['summary NE "a"', 'summary != "a"'],
  [
    'rating GT 1 and rating LT 2 and rating LEQ 3 and rating GEQ 4',
    'rating > 1 and rating < 2 and rating <= 3 and rating >= 4',
  ],
  ['rating<=1.5', 'rating <= 1.5'],
  ['id = -3', 'id = -3'],
  ['summary LIKE "%x_" or summary not like "y"', 'summary like "%x_" or summary not like "y"'],
  ['summary CONTAINS "a" and summary NOT CONTAINS "b"', 'summary contains "a" and summary not contains "b"'],
  ['summary StartsWith "a" and summary not startswith "b"', 'summary startswith "a" and summary not startswith "b"'],
  ['summary endswith "a" and summary NOT ENDSWITH "b"', 'summary endswith "a" and summary not endswith "b"'],
  ['typeName not in ("Host")', 'typeName not in ("Host")'],
  ['type_name = "Host" and has_tag(na_me = "x")', 'typeName = "Host" and hasTag(name = "x")'],
  ["summary = 'a\"b'", 'summary = "a\\"b"'],
  ["summary = `a'b\\`c`", 'summary = "a\'b`c"'],
  ['summary = "a\\\\b\\"c"', 'summary = "a\\\\b\\"c"'],
  ['summary = "HKEY_USERS\\S-1-5"', 'summary = "HKEY_USERS\\\\S-1-5"'],
  ['rating = "3"', 'rating = 3'],
  ['summary = 12345', 'summary = "12345"'],
  ['indicatorActive != "FALSE"', 'indicatorActive != false'],
  ['indicatorActive = 1', 'indicatorActive = true'],
  ['lastSeen > "NOW() - 30 DAYS" and lastSeen < "TODAY()"', 'lastSeen > "NOW() - 30 DAYS" and lastSeen < "TODAY()"'],
  ['rating = 1 or rating = 2 and rating = 3', 'rating = 1 or rating = 2 and rating = 3'],
  ['(rating = 1 or rating = 2) and rating = 3', '(rating = 1 or rating = 2) and rating = 3'],
  ['((rating = 1 and (rating = 2 AND rating = 3)))', 'rating = 1 and rating = 2 and rating = 3'],
  ['not rating = 1 and not (rating = 2 or rating = 3)', 'not rating = 1 and not (rating = 2 or rating = 3)'],
  [
    'hasGroup(typeName = "Campaign" and hasIndicator(hasAttribute(typeName = "Source" and not displayed = true)))',
    'hasGroup(typeName = "Campaign" and hasIndicator(hasAttribute(typeName = "Source" and not displayed = true)))',
  ],
  ['hasAllTags(name in ("a", "b"))', 'hasAllTags(name in ("a", "b"))'],
])('LIB-3: %s', (text, printed) => {
  expect(print(parseTql(text))).toBe(printed)
})

test('LIB-3: “and” binds more strongly than “or”', () => {
  const result = parseTql('rating = 1 or rating = 2 and rating = 3')
  expect(result).toMatchObject({ query: { kind: 'or', operands: [{ kind: 'comparison' }, { kind: 'and' }] } })
})

test('LIB-3: each object has keywords of its own', () => {
  expect(parseTql('techniqueId != "None"', 'tag').ok).toBe(true)
  expect(parseTql('techniqueId != "None"').ok).toBe(false)
  expect(parseTql('completedTime > "NOW() - 1 HOUR"', 'execution').ok).toBe(true)
  expect(parseTql('text contains "x"', 'attribute').ok).toBe(true)
})

test('LIB-3: nested keywords, and only they, say which object they are about', () => {
  for (const table of Object.values(tqlKeywordTables)) {
    for (const keyword of Object.values(table)) {
      expect(keyword.object !== undefined).toBe(keyword.kind === 'nested')
      expect(keyword.description).not.toBe('')
    }
  }
})

describe('mistakes are named at their place', () => {
  test.each([
    ['', 0, /ends where a keyword/],
    [
      'hasGroup(confidence > 3)',
      9,
      /a keyword of queries about indicators; here write hasIndicator\(confidence …\)/,
      undefined,
    ],
    ['ownerNam = "x"', 0, /Did you mean ownerName/, 'ownerName'],
    ['own = "x"', 0, /Did you mean ownerName/, 'ownerName'],
    ['rating > 3 and ownr = 2', 15, /Did you mean owner\?/, 'owner'],
    ['typeName = "Host" adn rating > 2', 18, /^Expected “and”.* Did you mean “and”\?$/, 'and'],
    ['typeName = "Host" an rating > 2', 18, /Did you mean “and”\?$/, 'and'],
    ['(rating = 1 ro rating = 2)', 12, /closes the parenthesis at 1. Did you mean “or”\?$/, 'or'],
    ['typeN = "x"', 0, /Did you mean typeName/, 'typeName'],
    ['rating > 3 and lastModifed > "TODAY()"', 15, /Did you mean lastModified/, 'lastModified'],
    ['hasTag(nmae = "x")', 7, /keyword of queries about tags/, 'name'],
    ['constructor = "x"', 0, /not a keyword/],
    ['__proto__ = "x"', 0, /not a keyword/],
    ['rating > 3 and hasCase(name = "x")', 15, /^Nothing can be found by hasCase: this library keeps no cases/],
    ['threat_assess_score > 300', 0, /^Nothing can be found by threat_assess_score: .* in its cloud/],
    ['vtMaliciousCount > 3', 0, /no enrichment service/],
    ['hasTag(lastUsed > "TODAY()")', 7, /not kept when a tag was last used/],
    ['typeName = Host', 11, /in quotes/, '"Host"'],
    ['lastSeen > NOW() - 30 DAYS', 11, /in quotes/, '"NOW() - 30 DAYS"'],
    ['lastSeen > "soon"', 11, /compared with dates/],
    ['lastSeen > "2026-02-30"', 11, /compared with dates/],
    ['rating = "x"', 9, /compared with numbers/],
    ['rating = 1e999', 9, /compared with numbers/],
    ['rating like 3', 7, /cannot be compared by like/],
    ['indicatorActive > true', 16, /cannot be compared by >/],
    ['indicatorActive = "yes"', 18, /true or false/],
    ['md5 = "d41d8cd98f00b204e9800998ecf8427e"', 0, /Did you mean summary\?$/, 'summary'],
    ['rating > 3 and SHA_256 = "x"', 15, /Did you mean summary\?$/, 'summary'],
    ['hasIndicator(ip = "192.0.2.1")', 13, /Did you mean summary\?$/, 'summary'],
    ['hasTag(md5 = "x")', 7, /not a keyword of queries about tags\.$/],
    ['confidence between 1 and 5', 11, /There is no BETWEEN; write confidence >= … and confidence <= … instead\.$/],
    ['confidence not between 1 and 5', 15, /There is no BETWEEN/],
    ['rating lik 3', 7, /Expected an operator/, 'LIKE'],
    ['rating', 6, /Expected an operator/],
    ['rating not > 3', 11, /NOT stands only before/],
    ['rating "=" 3', 7, /Expected an operator/],
    ['summary = ("a")', 10, /a list needs IN/, 'in'],
    ['summary in "a"', 11, /list in parentheses/],
    ['summary in ()', 12, /Expected a value/],
    ['summary in ("a",)', 16, /Expected a value/],
    ['summary in ("a" "b")', 16, /closes the list/],
    ['summary in ("a"', 15, /closes the list/],
    ['summary = "a', 10, /never closed/],
    ['summary = "a\\"', 10, /never closed/],
    ['(rating = 1', 11, /closes the parenthesis at 1/],
    ['rating = 1)', 10, /never opened/],
    ['rating = 1 rating = 2', 11, /^Expected “and”, “or” or the end of the query\.$/],
    ['rating = 1 and', 14, /ends where a keyword/],
    ['and rating = 1', 0, /Expected a keyword/],
    ['hasTag = "x"', 7, /parentheses/],
    ['hasTag()', 7, /Expected a keyword/],
    ['rating = 1 ; drop', 11, /has no meaning/],
    ['"" or typeName != ""', 0, /Expected a keyword/],
    ['summary = "a" \u0000', 14, /U\+0000 has no meaning/],
  ] as const)('LIB-3: %j', (text, position, message, ...suggestion) => {
    const result = parseTql(text)
    expect(result).toMatchObject({ ok: false, position, message: expect.stringMatching(message) })
    expect(result.ok ? undefined : result.suggestion).toBe(suggestion[0])
  })
})

describe('bounds', () => {
  test('LIB-3: depth is bounded, however deep a query is', () => {
    const nested = (depth: number, open: string) =>
      `${open.repeat(depth)}rating = 1${')'.repeat(open.includes('(') ? depth : 0)}`
    for (const open of ['(', 'not ', 'hasGroup(hasIndicator(']) {
      const levels = open === 'hasGroup(hasIndicator(' ? 2 : 1
      const close = open === 'hasGroup(hasIndicator(' ? '))' : open === '(' ? ')' : ''
      const query = (depth: number) => `${open.repeat(depth / levels)}rating = 1${close.repeat(depth / levels)}`
      expect(parseTql(query(32)).ok).toBe(true)
      expect(parseTql(query(34))).toMatchObject({ ok: false, message: expect.stringContaining('32 deep') })
    }
    expect(parseTql(nested(500_000, '('))).toMatchObject({ ok: false, position: 32 })
  })

  test('LIB-3: the items of a list, the comparisons and the length are bounded', () => {
    const list = (count: number) =>
      `summary in (${Array.from({ length: count }, (_, index) => `"${index}"`).join(',')})`
    expect(parseTql(list(tqlListItemsMax)).ok).toBe(true)
    expect(parseTql(list(tqlListItemsMax + 1))).toMatchObject({
      ok: false,
      message: expect.stringContaining('10000 items'),
    })

    const comparisons = (count: number) => Array.from({ length: count }, () => 'rating = 1').join(' or ')
    expect(parseTql(comparisons(tqlComparisonsMax)).ok).toBe(true)
    expect(parseTql(comparisons(tqlComparisonsMax + 1))).toMatchObject({
      ok: false,
      message: expect.stringContaining('1000 comparisons'),
    })

    expect(parseTql(`rating = 1${' '.repeat(tqlTextLengthMax - 10)}`).ok).toBe(true)
    expect(parseTql(`rating = 1${' '.repeat(tqlTextLengthMax - 9)}`)).toMatchObject({
      ok: false,
      position: tqlTextLengthMax,
    })
  })
})

function print(result: TqlParseResult): string {
  return result.ok ? printTql(result.query) : `${result.position}: ${result.message}`
}
