import { expect, test } from 'vitest'
import { jsonFault, sayJsonFault } from './json-fault.ts'

test.each([
  ['{"objects":[', 'it ends too early, at character 12'],
  ['{"name":"cut of', 'it ends too early, at character 15'],
  ['{"a":1 "b":2}', 'it breaks at character 8'],
  ['<a>', 'it breaks in “<a>”'],
])('broken JSON is told by where it breaks: %s', (text, words) => {
  let thrown: unknown
  try {
    JSON.parse(text)
  } catch (error) {
    thrown = error
  }
  expect(sayJsonFault(jsonFault(text, thrown))).toBe(words)
})
