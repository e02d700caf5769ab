import { validateStixObject } from '@postern/intel'
import { expect, test } from 'vitest'
import { demanded, revokedObject } from './revoked-object.ts'

test('LIB-5: D21: a revocation is a valid object of every type and both versions of STIX, and says nothing but itself', () => {
  const who = { created: '2026-01-01T00:00:00.000Z', modified: '2026-02-01T00:00:00.000Z' }
  for (const type of [...Object.keys(demanded), 'x-custom']) {
    for (const specVersion of ['2.0', '2.1'] as const) {
      const id = `${type}--00000000-0000-4000-8000-000000000001`
      const object = revokedObject({ type, specVersion, id, ...who })
      expect([type, specVersion, validateStixObject(object, specVersion)]).toMatchObject([
        type,
        specVersion,
        { ok: true, specVersion, version: '2026-02-01T00:00:00.000000Z' },
      ])
      expect(object).toMatchObject({ id, ...who, revoked: true })
    }
  }
})
