import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { indicatorId, indicatorTypes } from '../index.ts'

test('D1: an indicator’s id is the first 16 bytes of SHA-256 over type, a zero byte and value', () => {
  // printf 'Host\\0example.com' | sha256sum
  expect(indicatorId('Host', 'example.com')).toBe('13ac6e2e-4c31-5502-00e0-da4413a86efa')
  fc.assert(
    fc.property(fc.constantFrom(...indicatorTypes), fc.string({ unit: 'grapheme' }), (type, value) => {
      const bytes = createHash('sha256')
        .update(Buffer.concat([Buffer.from(type), Buffer.of(0), Buffer.from(value)]))
        .digest()
      const id = indicatorId(type, value)
      expect(id.replaceAll('-', '')).toBe(bytes.subarray(0, 16).toString('hex'))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
    }),
  )
})

test('D1: the same value under another type has another id', () => {
  expect(indicatorId('Mutex', 'x')).not.toBe(indicatorId('User Agent', 'x'))
})
