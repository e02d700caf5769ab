import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise, indicatorTypes, stix21Indicator, stixId, tlpLevels, tlpMarkingDefinitions } from '../index.ts'
import { tlpMarkingRefs, tlpOfMarkingRef } from './tlp-marking.ts'

const created = new Date('2026-01-01T00:00:00Z')
const modified = new Date('2026-01-02T03:04:05.678Z')
const plain = { type: 'Host', value: 'evil.example.com', created, modified } as const
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test('LIB-6: a value becomes a STIX 2.1 indicator with the properties that the standard demands', () => {
  expect(stix21Indicator(plain)).toEqual({
    type: 'indicator',
    spec_version: '2.1',
    id: stixId('indicator', 'Host', 'evil.example.com'),
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-02T03:04:05.678Z',
    name: 'evil.example.com',
    pattern: "[domain-name:value = 'evil.example.com']",
    pattern_type: 'stix',
    valid_from: '2026-01-01T00:00:00.000Z',
  })
})

test('LIB-6: what is known of a value stands where STIX has it, the rest in properties of ours', () => {
  const full = stix21Indicator({
    ...plain,
    firstSeen: new Date('2025-12-01T00:00:00Z'),
    lastSeen: modified,
    expires: new Date('2026-06-01T00:00:00Z'),
    tlp: 'AMBER',
    confidence: 70,
    rating: 3.5,
    tags: ['botnet'],
    revoked: true,
    status: 'Review',
    private: true,
    attributes: [{ type: 'Description', value: 'd' }],
  })
  expect(full).toMatchObject({
    revoked: true,
    labels: ['botnet'],
    confidence: 70,
    object_marking_refs: ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'],
    valid_from: '2025-12-01T00:00:00.000Z',
    valid_until: '2026-06-01T00:00:00.000Z',
    x_postern_rating: 3.5,
    x_postern_last_seen: '2026-01-02T03:04:05.678Z',
    x_postern_status: 'Review',
    x_postern_private: true,
    x_postern_attributes: [{ type: 'Description', value: 'd' }],
  })
})

test('LIB-6: whatever the dates are, STIX’s order of them holds', () => {
  const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(date, date, date, date, fc.constantFrom(...indicatorTypes), fc.string(), (a, b, c, d, type, text) => {
      const canonical = canonicalise(type, text)
      const value = canonical.ok ? canonical.value : 'x'
      const object = stix21Indicator({ type, value, created: a, modified: b, firstSeen: c, expires: d })
      for (const name of ['created', 'modified', 'valid_from', 'valid_until'] as const)
        expect(object[name]).toMatch(timestamp)
      expect(object.created <= object.modified).toBe(true)
      expect(object.valid_from < (object.valid_until ?? '')).toBe(true)
    }),
  )
})

test('LIB-6: every level of TLP has markings of both versions that say it, and their definitions', () => {
  for (const level of tlpLevels) {
    for (const version of ['2.0', '2.1'] as const) {
      const refs = tlpMarkingRefs(level, version)
      expect(tlpMarkingDefinitions(level, version).map(({ id }) => id)).toEqual(refs)
      expect(refs.map(tlpOfMarkingRef)).toContain(level)
    }
  }
  expect(tlpOfMarkingRef('marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9')).toBe('CLEAR')
  expect(tlpOfMarkingRef('marking-definition--00000000-0000-4000-8000-000000000000')).toBeUndefined()
})
