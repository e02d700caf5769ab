import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  escapeCopyField,
  escapeCsvField,
  escapeLogLine,
  escapeStixPatternString,
  escapeTerminal,
  escapeTextList,
  escapeXml,
  hostileCorpus,
} from '../index.ts'
import { anyCharacter } from '../testing/any-character.ts'
import { readCopyRow } from './readers/copy-reader.ts'
import { readCsvRecords } from './readers/csv-reader.ts'
import { readLogText } from './readers/log-reader.ts'
import { readStixString } from './readers/stix-string-reader.ts'
import { readXmlText } from './readers/xml-reader.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'

/* oxlint-disable no-control-regex, no-misleading-character-class -- these characters are what is looked for */
const lineEnd = /[\n\r\v\f\u0085\u2028\u2029]/
const acting =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}\p{Surrogate}]/u
const formula = /^[\s\u200b\ufeff]*[=+\-@＝＋－＠]/
const halfCharacter = /\p{Surrogate}/gu

/** Each proves of one text that its format reads back that text and nothing else; throws or fails otherwise. */
const proofs: Readonly<Record<string, (text: string) => void>> = {
  escapeTextList(text) {
    const line = escapeTextList(text)
    if (line === undefined) return
    // What a reader of lists does: cut at every line end it knows, trim, drop comments.
    const read = `before\n${line}\nafter`
      .split(lineEnd)
      .map((each) => each.trim())
      .filter((each) => each !== '' && !/^(?:#|;|!|\/\/)/.test(each))
    expect(read).toEqual(['before', text, 'after'])
  },

  escapeCsvField(text) {
    const field = escapeCsvField(text)
    for (const separator of [',', ';', '\t']) {
      const records = readCsvRecords(`x${separator}${field}${separator}y\r\n`, separator)
      expect(records).toHaveLength(1)
      const [first, shown = '', last, ...more] = records[0] ?? []
      expect([first, last, more]).toEqual(['x', 'y', []])
      expect(shown).not.toMatch(formula)
      expect(shown).not.toMatch(/^[\t\r\n]/)
      expect(shown.replace(/^'/, '')).toBe(withoutControls(text).replace(/^'/, ''))
    }
  },

  escapeStixPatternString(text) {
    expect(readStixString(`'${escapeStixPatternString(text)}'`)).toBe(text)
  },

  escapeXml(text) {
    expect(readXmlText(escapeXml(text))).toBe(
      text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(halfCharacter, '\ufffd'),
    )
  },

  escapeCopyField(text) {
    const row = `${escapeCopyField('x')}\t${escapeCopyField(text)}\t${escapeCopyField(null)}\n`
    expect(readCopyRow(row)).toEqual(['x', text.replaceAll('\0', '\ufffd').replace(halfCharacter, '\ufffd'), null])
  },

  escapeLogLine(text) {
    const line = escapeLogLine(text)
    expect(line).not.toMatch(acting)
    expect(readLogText(line)).toBe(text)
  },

  escapeTerminal(text) {
    const shown = escapeTerminal(text)
    expect(shown).not.toMatch(acting)
    // Whatever is shown differently begins with a backslash, so that nothing vanishes.
    if (!text.includes('\\')) expect(readLogText(shown)).toBe(text)
  },
}

function withoutControls(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
    .replace(halfCharacter, '\ufffd')
}

describe.each(Object.entries(proofs))('%s', (_name, prove) => {
  test.each(hostileCorpus.map(({ name, text }) => [name, text] as const).map(([name, text]) => ({ name, text })))(
    'S6: survives “$name”',
    ({ text }) => prove(text),
  )

  test('S6: survives any text, also where hostile pieces meet', () => {
    const piece = fc.constantFrom(...hostileCorpus.map(({ text }) => text).filter((text) => text.length < 200))
    const glue = fc.constantFrom(
      '\\',
      '"',
      "'",
      '\n',
      '\r',
      '\t',
      ',',
      ';',
      '=',
      ' ',
      '\0',
      '\ud800',
      '\udc00',
      '&',
      ']]>',
    )
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.array(fc.oneof(piece, glue), { maxLength: 6 }).map((parts) => parts.join('')),
    )
    fc.assert(fc.property(text, prove), { numRuns: isSoak ? 100_000 : 1_000 })
  })
})

test('S6: plain values pass every escaper unchanged', () => {
  for (const value of ['evil.example.com', '192.0.2.1', 'd41d8cd98f00b204e9800998ecf8427e', 'bücher']) {
    expect(escapeTextList(value)).toBe(value)
    expect(escapeCsvField(value)).toBe(value)
    expect(escapeStixPatternString(value)).toBe(value)
    expect(escapeXml(value)).toBe(value)
    expect(escapeCopyField(value)).toBe(value)
    expect(escapeLogLine(value)).toBe(value)
    expect(escapeTerminal(value)).toBe(value)
  }
})

test('S6: a text list leaves out what would be a comment, a second line or nothing at all', () => {
  for (const text of ['', ' ', '# x', '; x', '// x', '! x', 'a\nb', 'a\u2028b', ' a', 'a\u202eb']) {
    expect(escapeTextList(text)).toBeUndefined()
  }
})

test('S6: the corpus names each of its texts once', () => {
  expect(new Set(hostileCorpus.map(({ name }) => name)).size).toBe(hostileCorpus.length)
  expect(hostileCorpus.length).toBeGreaterThan(60)
})
