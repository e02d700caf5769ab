import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mapStixObjects, outsideReferences, readStixBundle } from '../../index.ts'

const instant = '2026-01-01T00:00:00.000Z'
const id = (type: string, number: number) => `${type}--00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const malware = (number: number, more: object = {}) => ({
  type: 'malware',
  spec_version: '2.1',
  id: id('malware', number),
  created: instant,
  modified: instant,
  name: `M${number}`,
  is_family: false,
  ...more,
})
const bytesOf = (text: string) => new TextEncoder().encode(text)
const bundleOf = (objects: readonly unknown[]) => JSON.stringify({ type: 'bundle', id: id('bundle', 1), objects })

function read(text: string) {
  const bundle = readStixBundle(bytesOf(text))
  if (!bundle.ok) throw new Error(bundle.message)
  return bundle
}

describe('LIB-6: texts', () => {
  test('LIB-6: the text of each object says what the object says, whatever stands in it and around it', () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 }), fc.constant('\\"}]{["\\\\'))
    const objects = fc.array(fc.dictionary(fc.constantFrom('x_a', 'x_b', 'x_objects', '__proto__', 'é'), value), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 2, '\t'), fc.boolean(), (extras, indent, hasMore) => {
        const sent = extras.map((extra, number) => ({ ...extra, ...malware(number) }))
        const around = hasMore
          ? { x_before: ['[', { objects: [{}] }], type: 'bundle', objects: sent, x_after: [[{}]] }
          : { type: 'bundle', objects: sent }
        const { objects: found } = read(JSON.stringify(around, undefined, indent))
        expect(found.map((object) => object.ok && JSON.parse(object.text))).toEqual(JSON.parse(JSON.stringify(sent)))
        if (indent !== undefined) for (const object of found) if (object.ok) expect(object.text).not.toContain('\n  ')
      }),
    )
  })

  test('LIB-6: numbers keep their digits, and of a list that stands there twice the later one counts', () => {
    const [first, second] = [malware(1), malware(2)].map((object) => JSON.stringify(object))
    const text = `{"type":"bundle","objects":[${first},${first}],"objects":[${second?.replace('{', '{"x_number":12345678901234567890,')}]}`
    const { objects } = read(text)
    expect(objects).toHaveLength(1)
    expect(objects[0]).toMatchObject({ text: expect.stringContaining('12345678901234567890') as string })
    // A key that is written with escapes is the same key; the text is then made anew.
    const escaped = read(`{"type":"bundle","\\u006fbjects":[${first}]}`)
    expect(escaped.objects[0]).toMatchObject({ ok: true, text: first })
  })
})

describe('S14', () => {
  test('S14: a bundle is nested at most 64 deep, counted before it is parsed', () => {
    const deep = (depth: number) =>
      `{"type":"bundle","objects":[${JSON.stringify(malware(1)).slice(0, -1)},"x_deep":${'['.repeat(depth)}${']'.repeat(depth)}}]}`
    expect(readStixBundle(bytesOf(deep(61)))).toMatchObject({ ok: true })
    expect(readStixBundle(bytesOf(deep(62)))).toMatchObject({
      ok: false,
      message: expect.stringContaining('64 deep') as string,
    })
    expect(readStixBundle(bytesOf('['.repeat(1_000_000)))).toMatchObject({ ok: false })
    // Brackets in strings are no depth.
    expect(readStixBundle(bytesOf(bundleOf([malware(1, { description: '[{'.repeat(1000) })])))).toMatchObject({
      ok: true,
    })
  })

  test('S14: a bundle has at most 100,000 objects', () => {
    const many = bundleOf(Array.from({ length: 100_001 }, () => 0))
    expect(readStixBundle(bytesOf(many))).toMatchObject({ ok: false, isTooLarge: true })
  })

  test('S14: values on both sides of relationships multiply up to a bound, beyond which they are only counted', () => {
    const values = (number: number) =>
      Array.from({ length: 100 }, (_, index) => `'h${index}.x${number}.example.com'`).join(', ')
    const indicator = (number: number) => ({
      type: 'indicator',
      spec_version: '2.1',
      id: id('indicator', number),
      created: instant,
      modified: instant,
      pattern: `[domain-name:value IN (${values(number)})]`,
      pattern_type: 'stix',
      valid_from: instant,
    })
    const relationship = (number: number) => ({
      type: 'relationship',
      spec_version: '2.1',
      id: id('relationship', number),
      created: instant,
      modified: instant,
      relationship_type: 'related-to',
      source_ref: id('indicator', 1),
      target_ref: id('indicator', 2),
    })
    const { objects } = read(
      bundleOf([indicator(1), indicator(2), ...Array.from({ length: 500 }, (_, number) => relationship(number))]),
    )
    const { items, itemCount } = mapStixObjects(objects)
    expect(itemCount).toBe(200 + 500 * 10_000)
    expect(items.association.length).toBeLessThanOrEqual(100_000)
  })

  test('S14: whatever text comes, reading it ends in an answer', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '"type":"bundle"',
      '"objects"',
      'null',
      '1',
      JSON.stringify(malware(1)),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const bundle = readStixBundle(bytesOf(text))
          if (bundle.ok) expect(mapStixObjects(bundle.objects).objects).toHaveLength(bundle.objects.length)
        },
      ),
    )
    for (const unit of ['{"objects":[', '\\"', '"', '{"a":', '\\\\"'])
      expect(readStixBundle(bytesOf(unit.repeat(200_000))).ok).toBe(false)
  })

  test('S14: objects with any properties of any kind get one account each', () => {
    const names = fc.constantFrom(
      'type',
      'id',
      'created',
      'modified',
      'pattern',
      'labels',
      'name',
      'object_refs',
      'source_ref',
      'granular_markings',
      'external_references',
      'kill_chain_phases',
      'x_postern_attributes',
      'object_marking_refs',
      'extensions',
      'definition',
    )
    const object = fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.constant(instant), fc.constant([id('malware', 1)])))
    const types = fc.constantFrom(
      'indicator',
      'report',
      'marking-definition',
      'relationship',
      'malware',
      'sighting',
      'x-own',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(object, types, fc.boolean()), { maxLength: 6 }), (list) => {
        const sent = list.map(([extra, type, isWhole], number) =>
          isWhole ? { ...extra, type, id: id(type, number), created: instant, modified: instant } : extra,
        )
        const { objects } = read(bundleOf(sent))
        const mapped = mapStixObjects(objects)
        expect(mapped.objects.map(({ position }) => position)).toEqual(sent.map((_, position) => position))
        expect(Array.isArray(outsideReferences(objects))).toBe(true)
      }),
    )
  })
})
