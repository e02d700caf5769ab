import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completeTql, parseTql, quoteTql } from '../index.ts'
import type { TqlCompletion } from '../index.ts'
import { hostileCorpus } from '../escape/hostile-corpus.ts'

/** `|` marks the place. */
function at(marked: string, object?: Parameters<typeof completeTql>[2]): TqlCompletion & { texts: string[] } {
  const position = marked.indexOf('|')
  const completion = completeTql(marked.replace('|', ''), position, object)
  return { ...completion, texts: completion.options.map(({ text }) => text) }
}

describe('LIB-3: completion offers what may stand at a place', () => {
  test('keywords of the object, at the beginning and behind and, or, not and parentheses', () => {
    for (const before of ['', 'rating > 3 and ', 'not ', '(', 'rating > 3 or (not ']) {
      expect(at(`${before}|`).texts).toContain('typeName')
      expect(at(`${before}|`).texts).not.toContain('and')
    }
    expect(at('hasGroup(|').texts).toEqual(expect.arrayContaining(['xid', 'hasIndicator']))
    expect(at('hasGroup(hasTag(|').texts).toContain('techniqueId')
    expect(at('hasTag(name = "a") and |').texts).toContain('rating')
    expect(at('|', 'group').texts).toContain('eventDate')
  })

  test('those that begin with what is written before those that hold it, whatever the case', () => {
    const { texts, from, to } = at('rating > 3 and TYPE|na')
    expect(texts[0]).toBe('type')
    expect(texts[1]).toBe('typeName')
    expect([from, to]).toEqual(['rating > 3 and '.length, 'rating > 3 and TYPEna'.length])
    expect(at('owner_n|').texts).toEqual(['ownerName', 'tagOwnerName'])
  })

  test('operators that fit the keyword, with and without NOT', () => {
    expect(at('indicatorActive |').texts).toEqual(['=', '!='])
    expect(at('rating |').texts).toContain('>=')
    expect(at('rating |').texts).not.toContain('contains')
    expect(at('summary not |').texts).toEqual(expect.arrayContaining(['contains', 'in']))
    expect(at('summary con|').texts).toEqual(['contains', 'not contains'])
    expect(at('typeName in |').texts).toEqual(['('])
    expect(at('hasTag|').texts).toContain('hasTag')
    expect(at('hasTag |').texts).toEqual(['('])
  })

  test('values that there are, in quotes, and the quote that was begun', () => {
    expect(at('typeName = |').texts).toContain('"EmailAddress"')
    expect(at("typeName = 'ema|").texts).toEqual(["'EmailAddress'", "'Email Subject'"])
    expect(at('typeName in ("Host", |').texts).toContain('"URL"')
    expect(at('hasGroup(typeName = |').texts).toContain('"Campaign"')
    expect(at('indicatorActive = t|').texts).toEqual(['true'])
    expect(at('dateAdded > "now() - 3|').texts).toEqual(['"NOW() - 30 DAYS"'])
    expect(at('summary contains |').texts).toEqual([])
    const inside = at('typeName = "Ho|st" and rating > 3')
    expect([inside.from, inside.to]).toEqual(['typeName = '.length, 'typeName = "Host"'.length])
  })

  test('names that the library is to be asked for', () => {
    expect(at('ownerName = "Al|').names).toEqual({ object: 'indicator', keyword: 'ownerName', start: 'Al' })
    expect(at('hasTag(name in ("a", "b\\"|').names).toEqual({ object: 'tag', keyword: 'name', start: 'b"' })
    expect(at('hasAttribute(typeName startswith |').names).toEqual({
      object: 'attribute',
      keyword: 'typeName',
      start: '',
    })
    expect(at('tag contains "x|').names).toBeUndefined()
    expect(at('rating > |').names).toBeUndefined()
  })

  test('joiners behind a comparison, and a parenthesis only where one is open', () => {
    expect(at('rating > 3 |').texts).toEqual(['and', 'or'])
    expect(at('(rating > 3 |').texts).toEqual(['and', 'or', ')'])
    expect(at('hasTag(name = "a") |').texts).toEqual(['and', 'or'])
    expect(at('typeName in ("a" |').texts).toEqual([',', ')'])
  })

  test('nothing behind a mistake', () => {
    for (const wrong of ['nope |', 'rating contains |', '§ |', 'rating > 3 ) |', 'rating 3 |', 'hasTag = |']) {
      expect(at(wrong).texts, wrong).toEqual([])
    }
  })
})

test('LIB-3: completion takes any text at any place, and is bounded', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(...hostileCorpus.map((each) => each.text)),
    fc
      .array(fc.constantFrom('rating', 'hasTag', '(', ')', 'and', 'not', 'in', '"', "'", '\\', ',', '=', '3', 'name'))
      .map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, fc.nat(200), (query, place) => {
      const { from, to, options } = completeTql(query, place)
      expect(from).toBeLessThanOrEqual(to)
      expect(to).toBeLessThanOrEqual(query.length)
      expect(options.length).toBeLessThanOrEqual(200)
    }),
  )
})

test('LIB-3: a value in quotes reads back as itself', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('"', "'", '`'), (value, quote) => {
      const parsed = parseTql(`summary = ${quoteTql(value, quote)}`)
      expect(parsed).toMatchObject({ ok: true, query: { value: { text: value } } })
    }),
  )
})
