import { Name } from '@postern/protocol'
import * as z from 'zod'
import { expect, test } from 'vitest'
import { firstMistake } from './mistakes.ts'

test.each([
  [Name, 'bad/name', 'Use 1 to 64 letters, digits, spaces, hyphens and underscores, beginning with a letter or digit.'],
  [z.int().min(10), 3, 'Send a number of at least 10.'],
  [z.object({ name: z.string() }), {}, '"name": Is missing; send a text.'],
  [z.object({ name: z.string() }), { name: 1 }, '"name": Send a text.'],
  [
    z.strictObject({ tlpMax: z.string() }),
    { tlpMax: 'RED', tlpmx: 1 },
    'There is no field "tlpmx"; did you mean tlpMax?',
  ],
  [z.strictObject({ one: z.string() }), { one: 'a', other: 1 }, 'There is no field "other"; there are one.'],
  [z.strictObject({}), { other: 1 }, 'There is no field "other"; no field is taken here.'],
  [z.array(z.object({ value: z.string().min(1) })), [{ value: 'a' }, { value: '' }], '"1.value": Must not be empty.'],
  [z.array(z.string()).max(2), ['a', 'b', 'c'], 'Send at most 2 entries.'],
  [z.enum(['block', 'inform']), 'warn', 'Send one of "block", "inform".'],
  [z.guid(), 'x', 'Send an id of the form 01234567-89ab-cdef-0123-456789abcdef.'],
  [z.string().regex(/^\d{1,18}$/), 'x', 'Send an id, a row of digits.'],
  [z.union([z.string(), z.number()]), true, 'Send a text, or send a number.'],
])('what a schema refuses is told in words of people: %#', (schema, value, sentence) => {
  const read = z.safeParse(schema as z.ZodType, value)
  expect(firstMistake(read.error?.issues ?? [])).toBe(sentence)
})
