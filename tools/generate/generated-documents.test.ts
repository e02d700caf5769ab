import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { checkoutFolder } from '../house/checkout.ts'
import { configurationDoc } from './configuration-doc.ts'
import { generatedDocuments } from './generated-documents.ts'
import { limitGroups } from './limit-constants.ts'
import { limitsDoc } from './limits-doc.ts'

test('the documents that come from code say what the code says now', async () => {
  for (const [path, text] of Object.entries(await generatedDocuments())) {
    expect(readFileSync(join(checkoutFolder, path), 'utf8'), `${path}: run node tools/generate.ts`).toBe(text)
  }
})

test('S14: the limits that parts of the wire agree on are in the table, with their values', async () => {
  const limits = (await generatedDocuments())['docs/operating/limits.md']
  expect(limits).toContain('| `messageBytesMax` | 262,144 | Largest MQTT payload in bytes; bulk goes over HTTPS. |')
})

test('canary: a changed default changes the document', () => {
  const doc = (port: number) => configurationDoc(z.object({ PORT: z.int().default(port).describe('Port of it') }))
  expect(doc(1)).toContain('| `PORT` | whole number')
  expect(doc(1)).not.toBe(doc(2))
})

test('canary: a variable that nobody described is refused', () => {
  expect(() => configurationDoc(z.object({ PORT: z.int() }))).toThrow('PORT has no description')
})

test('limits are read with their comments, alone or in groups', () => {
  const source = `
/** Largest thing, in bytes. */
export const thingBytesMax = 10
/** Bounds of a package. */
export const packageLimits = {
  /** Entries
   * at most. */
  entriesMax: 20_000,
  // Why it is so.
  'Email Subject': 3,
  bare: 4,
} as const
export const name = 'no limit'
`
  const groups = limitGroups(source, {
    thingBytesMax: 10,
    packageLimits: { entriesMax: 20_000, 'Email Subject': 3, bare: 4 },
    name: 'no limit',
  })
  const text = limitsDoc([{ path: 'hub/src/limits.ts', groups }])
  expect(text).toContain('| `thingBytesMax` | 10 | Largest thing, in bytes. |')
  expect(text).toContain('Bounds of a package.\n\n')
  expect(text).toContain('| `entriesMax` | 20,000 | Entries at most. |')
  expect(text).toContain('| `Email Subject` | 3 | Why it is so. |')
  expect(text).toContain('| `bare` | 4 |  |')
  expect(text).not.toContain('no limit')
})
