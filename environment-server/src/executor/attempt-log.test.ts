import type { LogLine } from '@postern/protocol'
import { expect, test } from 'vitest'
import type { LogSpool } from '../journal/log-spool.ts'
import { redactorOf } from '../redact/redactor.ts'
import { AttemptLog } from './attempt-log.ts'
import { LineSplitter } from './line-splitter.ts'
import { readLogLine } from './log-line-level.ts'
import { parseResults } from './app-outputs.ts'
import { cpuSecondsOf } from './app-process.ts'

/** A spool whose room the test decides. */
class CountedSpool {
  readonly lines: LogLine[] = []
  isFull = false
  add(_attempt: unknown, lines: readonly LogLine[]): boolean {
    if (!this.isFull) this.lines.push(...lines)
    return !this.isFull
  }
}

function logInto(spool: CountedSpool, bytesMax = 1_000_000): AttemptLog {
  return new AttemptLog({
    attempt: { executionId: 'e', attempt: 1 },
    // Only add is called.
    spool: spool as unknown as LogSpool,
    redact: redactorOf(['s3cret-value']),
    onSpooled: () => undefined,
    bytesMax,
  })
}

test('lines dropped because the spool was full are counted and said, and numbers have no gaps', () => {
  const spool = new CountedSpool()
  const log = logInto(spool)
  for (let n = 0; n < 999; n += 1) log.app('stdout', `before ${n}`)
  spool.isFull = true
  for (let n = 0; n < 2 * 999; n += 1) log.app('stdout', `lost ${n}`)
  spool.isFull = false
  log.app('stdout', 'after')
  log.close()
  expect(spool.lines.map(({ seq }) => seq)).toEqual(spool.lines.map((_line, index) => index + 1))
  expect(spool.lines.at(-2)).toMatchObject({
    stream: 'server',
    text: expect.stringMatching(/^1998 lines were dropped here/),
  })
  expect(spool.lines.at(-1)?.text).toBe('after')
})

test('a line that is too long is cut and marked, after its secrets are gone', () => {
  const spool = new CountedSpool()
  const log = logInto(spool)
  log.app('stdout', `${'x'.repeat(8180)}s3cret-value${'y'.repeat(100)}`)
  log.close()
  expect(spool.lines[0]?.text).toHaveLength(8192)
  expect(spool.lines[0]?.text).toMatch(/x \[cut\]$|\[cut\]$/)
  expect(spool.lines[0]?.text).not.toContain('s3cret')
})

test("the server's own lines are bounded, and nothing is added after the end", () => {
  const spool = new CountedSpool()
  const log = logInto(spool)
  for (let n = 0; n < 5000; n += 1) log.server('warn', 'refused')
  log.close()
  expect(spool.lines).toHaveLength(1000)
  log.server('warn', 'late')
  log.close()
  expect(spool.lines).toHaveLength(1000)
})

test('lines are put together from chunks, whatever the chunks are cut through', () => {
  const text = 'first\r\nsecönd\n\nlast without end'
  const bytes = Buffer.from(text)
  for (let size = 1; size < bytes.length; size += 1) {
    const lines: string[] = []
    const splitter = new LineSplitter((line) => lines.push(line))
    for (let at = 0; at < bytes.length; at += size) splitter.write(bytes.subarray(at, at + size))
    splitter.end()
    expect(lines).toEqual(['first', 'secönd', '', 'last without end'])
  }
})

test('a line without end is bounded in memory, and the next line is whole', () => {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  for (let n = 0; n < 100; n += 1) splitter.write(Buffer.from('x'.repeat(10_000)))
  splitter.write(Buffer.from('\nnext\n'))
  expect(lines.map(({ length }) => length)).toEqual([65_536, 4])
})

test.each([
  ['{"level":"warn","text":"said"}', { level: 'warn', text: 'said' }],
  ['{"level":"WARNING","text":"said","more":1}', { level: 'warn', text: 'said' }],
  ['{"level":"odd","text":"said"}', { level: 'info', text: 'said' }],
  ['{"level":1,"text":"said"}', { level: 'info', text: '{"level":1,"text":"said"}' }],
  ['{not json}', { level: 'info', text: '{not json}' }],
  [
    '2026-11-21 10:00:00,123 - tcex - ERROR - it broke',
    { level: 'error', text: '2026-11-21 10:00:00,123 - tcex - ERROR - it broke' },
  ],
  ['[DEBUG] how', { level: 'debug', text: '[DEBUG] how' }],
  ['plain text about an ERRORLESS day', { level: 'info', text: 'plain text about an ERRORLESS day' }],
])('the level of %s is read', (line, expected) => {
  expect(readLogLine(line, 'info')).toEqual(expected)
})

test('results.tc: split at the first " = ", null removes, what cannot be read is said', () => {
  expect(parseResults('a = 1\nb = x = y\r\nc = null\n\nd = \na = 2\n')).toEqual({
    results: { a: '2', b: 'x = y', c: null, d: '' },
    problem: undefined,
  })
  expect(parseResults('no separator\nok = 1').results).toEqual({ ok: '1' })
  expect(parseResults('no separator').problem).toContain('not "name = value"')
  expect(parseResults(`big = ${'x'.repeat(70_000)}`)).toMatchObject({
    results: {},
    problem: expect.stringContaining('big'),
  })
  expect(parseResults('__proto__ = 1')).toEqual({
    results: {},
    problem: expect.stringContaining('"__proto__", which every object has'),
  })
})

test('the report of the scaffold gives the CPU time of the app', () => {
  expect(cpuSecondsOf('0m0.000000s 0m0.010000s\n1m2.500000s 0m0.250000s\n')).toBe(62.75)
  expect(cpuSecondsOf('')).toBeUndefined()
})
