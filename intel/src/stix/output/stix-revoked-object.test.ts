import { expect, test } from 'vitest'
import { validateObject } from '../bundle/validate-object.ts'
import { demanded, stixRevokedObject } from './stix-revoked-object.ts'

test('LIB-5: D21: a revocation is a valid object of every type and both versions of STIX, and says nothing but itself', () => {
  const who = { created: '2026-01-01T00:00:00.000Z', modified: '2026-02-01T00:00:00.000Z' }
  for (const type of [...Object.keys(demanded), 'x-custom']) {
    for (const specVersion of ['2.0', '2.1'] as const) {
      const id = `${type}--00000000-0000-4000-8000-000000000001`
      const object = stixRevokedObject({ type, specVersion, id, ...who })
      expect([type, specVersion, validateObject(object, specVersion)]).toMatchObject([
        type,
        specVersion,
        { ok: true, specVersion, version: '2026-02-01T00:00:00.000000Z' },
      ])
      expect(object).toMatchObject({ id, ...who, revoked: true })
    }
  }
})
