import { expect, test } from 'vitest'
import { checkoutFiles } from './checkout.ts'
import { forbiddenTextProblems, forbiddenTexts, unverifiedTlsFile } from './forbidden-texts.ts'

test.each(forbiddenTexts.map((rule) => [rule.what, rule] as const))('no file holds %s', (_what, rule) => {
  expect(forbiddenTextProblems(checkoutFiles(), [rule])).toEqual([])
})

const canaries = forbiddenTexts.flatMap((rule) => rule.canaries.map((text) => ({ text, rule })))
test.each(canaries)('canary: $text is found', ({ text, rule }) => {
  const path = rule.where === 'code' ? 'console/src/bad.ts' : 'docs/bad.md'
  expect(forbiddenTextProblems([{ path, text: `first\n${text}\n` }], [rule])).toEqual([`${path}:2: ${rule.what}`])
})

const harmless = forbiddenTexts.flatMap((rule) => rule.harmless.map((text) => ({ text, rule })))
test.each(harmless)('$text is harmless', ({ text, rule }) => {
  expect(forbiddenTextProblems([{ path: 'console/src/good.ts', text }], [rule])).toEqual([])
})

test('S19: the file that may switch certificate checks off exists, and does', () => {
  const file = checkoutFiles().find((each) => each.path === unverifiedTlsFile)
  expect(file?.text).toContain('rejectUnauthorized: false')
})
