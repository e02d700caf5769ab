import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indentedJson } from './indented-json.ts'

test('LIB-6: JSON is indented as JSON.stringify does it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(indentedJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test('LIB-6: numbers stay as they were written', () => {
  expect(indentedJson('{"a":12345678901234567890, "b" : [1.50,-0e0,{}],"a":[ ]}')).toBe(
    '{\n  "a": 12345678901234567890,\n  "b": [\n    1.50,\n    -0e0,\n    {}\n  ],\n  "a": []\n}',
  )
})

test('LIB-6: of a text that was cut, the beginning is indented', () => {
  expect(indentedJson('{"name":"a \\"b{","x":{"y":"half')).toBe('{\n  "name": "a \\"b{",\n  "x": {\n    "y": "half')
})
