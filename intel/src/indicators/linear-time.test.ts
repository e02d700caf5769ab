import { expect, test } from 'vitest'
import { canonicalise, detectType, indicatorTypes, readSimpleStixPattern } from '../index.ts'
import { rawLengthMax } from './value-limits.ts'

const starts = ['', 'http://', 'hxxp://', 'http://[', 'HKLM\\', 'a@', "[domain-name:value = '"]
const units = [
  ' ',
  '.',
  '[',
  '[.',
  'a.',
  '-',
  'a-',
  '0',
  '1.',
  ':',
  '[ ',
  '{',
  '\\',
  ' :',
  '\\ ',
  ' : ',
  '@',
  'a@',
  '%',
  'ü',
  'ü.',
  '\u0301',
  '[at',
  'dot',
  '[::',
  '/',
  "'",
]
const ends = ['', '!', '\n', '\u0000']

test('S14: the longest input that is looked at never takes long, whatever it repeats', () => {
  const slow: string[] = []
  for (const start of starts) {
    for (const unit of units) {
      for (const end of ends) {
        const text = `${start}${unit.repeat(rawLengthMax)}`.slice(0, rawLengthMax - 1) + end
        // All fourteen together take 5 ms; what grows with the square of the length takes longer every time, a busy machine does not.
        const isSlow = () => millisecondsOf(() => readAll(text)) > 250
        if (isSlow() && isSlow() && isSlow()) slow.push(JSON.stringify([start, unit, end]))
      }
    }
  }
  expect(slow).toEqual([])
})

function readAll(text: string): void {
  for (const type of indicatorTypes) canonicalise(type, text)
  detectType(text)
  readSimpleStixPattern(text.slice(0, 10_000))
}

function millisecondsOf(work: () => void): number {
  // Of the processor: what others do on the machine does not count.
  const { user, system } = process.cpuUsage()
  work()
  const since = process.cpuUsage({ user, system })
  return (since.user + since.system) / 1000
}
