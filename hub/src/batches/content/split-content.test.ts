import { BatchContent } from '@postern/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitContent } from './split-content.ts'

type Lists = Record<'group' | 'indicator' | 'association', unknown[]>

/** What the content says, built a few items at a time; undefined if it is none. */
function bySplitting(json: Uint8Array): Lists | undefined {
  const split = splitContent(json)
  if (split.kind !== 'split') return undefined
  try {
    const lists = {
      group: [...split.group.items()],
      indicator: [...split.indicator.items()],
      association: [] as unknown[],
    }
    lists.association = [...split.association.items()]
    for (const name of ['group', 'indicator', 'association'] as const)
      expect(split[name].count).toBe(lists[name].length)
    return lists
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The same by building all of it at once. */
function whole(json: Uint8Array): Lists | undefined {
  try {
    const parsed = BatchContent.safeParse(JSON.parse(new TextDecoder().decode(json)))
    if (!parsed.success) return undefined
    const { group = [], indicator = [], association = [] } = parsed.data
    return { group, indicator, association }
  } catch {
    return undefined
  }
}

/** What JSON is made of, and what looks like it. */
const token = fc.constantFrom(
  ...`{ } [ ] , : \\ " "a" 1 null \ufeff é "group": "indicator": "indi\\u0063ator": "association":[ "x":[{},[]] "say\\"{"`.split(
    ' ',
  ),
  ' ',
  '\n',
  '\u00a0',
)
const name = fc.constantFrom('group', 'indicator', 'association', 'file')
const content = fc
  .array(
    fc.tuple(name, fc.oneof(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }))),
    {
      maxLength: 5,
    },
  )
  .map((fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(' ,')}}`)
const damaged = fc
  .tuple(content, fc.nat(), fc.nat({ max: 2 }), fc.oneof(fc.constant(''), token))
  .map(([text, place, gone, put]) => {
    const at = place % (text.length + 1)
    return text.slice(0, at) + put + text.slice(at + gone)
  })

test('S14: a content that is built a few items at a time is read as if it were built at once, whether or not it is JSON', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        content,
        damaged,
        fc.array(token, { maxLength: 12 }).map((all) => all.join('')),
      ),
      (text) => {
        const json = Buffer.from(text)
        expect(bySplitting(json)).toEqual(whole(json))
      },
    ),
  )
})

test('S14: items beyond one piece come in their order, and what is wrong in any piece makes the whole no content', () => {
  const items = Array.from({ length: 3000 }, (_, number) => ({ number, text: `, ] } " ${'x'.repeat(number % 90)}` }))
  const text = JSON.stringify({ indicator: items, group: [], association: items.slice(0, 3) })
  expect(bySplitting(Buffer.from(text))).toEqual({ indicator: items, group: [], association: items.slice(0, 3) })
  const piece = '{"number":2500,'
  expect(text).toContain(piece)
  expect(bySplitting(Buffer.from(text.replace(piece, `,${piece}`)))).toBeUndefined()
  expect(bySplitting(Buffer.from(text.replace(piece, piece.slice(1))))).toBeUndefined()
})
