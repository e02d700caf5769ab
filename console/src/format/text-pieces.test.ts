import { expect, test } from 'vitest'
import { plainText, textPieces } from './text-pieces.ts'

test('ordinary text of any script stays in one piece, tabs and line feeds included', () => {
  for (const text of ['198.51.100.7', 'Zürich\tשלום\nمرحبا', 'a\u{1F469}\u200D\u{1F4BB}b', '\u26A0\uFE0F']) {
    expect(textPieces(text)).toEqual([{ kind: 'text', text }])
  }
  expect(textPieces('')).toEqual([])
})

test('characters that deceive or hide are named, each alone', () => {
  expect(textPieces('evil\u202Egpj.exe')).toEqual([
    { kind: 'text', text: 'evil' },
    { kind: 'named', text: 'U+202E' },
    { kind: 'text', text: 'gpj.exe' },
  ])
  const hiding = [
    '\u0000',
    '\u0007',
    '\u001B',
    '\u0085',
    '\u00AD',
    '\u061C',
    '\u200B',
    '\u200D',
    '\u2028',
    '\u2029',
    '\u2066',
  ]
  for (const character of [...hiding, '\u3164', '\uFEFF', '\uFFFE', '\uD800', '\uDC00', '\u{E0041}']) {
    expect(textPieces(`a${character}b`).map((piece) => piece.kind)).toEqual(['text', 'named', 'text'])
  }
})

test('nothing is lost or changed but the named characters', () => {
  const text = 'a\u202Eb\u200Bc\r\nd\re'
  expect(plainText(text)).toBe('a‹U+202E›b‹U+200B›c\nd‹U+000D›e')
})

test('of a long line every hostile character stands alone', () => {
  expect(textPieces('\u202Ea'.repeat(4096))).toHaveLength(8192)
})
