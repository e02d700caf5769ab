import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparableInstant, isStixInstant } from './stix-instant.ts'
import { isStixObjectId } from './stix-object-id.ts'

const instant = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })

test('LIB-6: every instant with Z is one, and nothing that JavaScript or RFC 3339 does not know', () => {
  fc.assert(
    fc.property(
      instant,
      fc.nat(40),
      fc.constantFrom('0', '9', ':', '-', 'T', ' ', 'x', '٣'),
      (date, place, character) => {
        const text = date.toISOString()
        expect(isStixInstant(text)).toBe(true)
        expect(isStixInstant(text.replace('.', '.000'))).toBe(true)
        const changed = `${text.slice(0, place)}${character}${text.slice(place + 1)}`
        if (!isStixInstant(changed)) return
        // The calendar of JavaScript takes a day 31 of every month; it comes out as another day.
        const read = new Date(changed.replace(/\.\d*Z$/, 'Z'))
        expect(read.toISOString().slice(0, 19)).toBe(changed.slice(0, 19))
      },
    ),
  )
})

test.each(['2026-02-29T00:00:00Z', '2100-02-29T00:00:00Z', '0000-01-01T00:00:00Z', '2026-01-01T24:00:00Z'])(
  'LIB-6: %s does not exist',
  (text) => {
    expect(isStixInstant(text)).toBe(false)
  },
)

test.each(['2024-02-29T00:00:00Z', '2000-02-29T23:59:59.999999999999Z', '0001-12-31T00:00:00.1Z'])(
  'LIB-6: %s exists',
  (text) => {
    expect(isStixInstant(text)).toBe(true)
  },
)

test.each(['2026-01-01T00:00:00', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00.Z', '2026-01-01t00:00:00z', 5, ''])(
  'LIB-6: %j is no instant of STIX',
  (value) => {
    expect(isStixInstant(value)).toBe(false)
  },
)

test('LIB-6: instants compare as texts once they have the same digits', () => {
  expect(comparableInstant('2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00.000000Z')
  expect(comparableInstant('2026-01-01T00:00:00.5Z')).toBe('2026-01-01T00:00:00.500000Z')
  expect(comparableInstant('2026-01-01T00:00:00.123Z')).toBe('2026-01-01T00:00:00.123000Z')
  expect(comparableInstant('2026-01-01T00:00:00.1234567Z')).toBe('2026-01-01T00:00:00.123456Z')
})

test('LIB-6: an id is a type, two hyphens and a UUID', () => {
  const form = /^.{2,262}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
  fc.assert(
    fc.property(fc.uuid(), fc.nat(60), fc.constantFrom('-', 'g', 'A', 'é', '0'), (uuid, place, character) => {
      const id = `indicator--${uuid}`
      expect(isStixObjectId(id)).toBe(true)
      const changed = `${id.slice(0, place)}${character}${id.slice(place + 1)}`
      expect(isStixObjectId(changed)).toBe(form.test(changed))
    }),
  )
})
