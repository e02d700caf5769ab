import { expect, test } from 'vitest'
import { type Performance, readPerformance, withMeasurements } from './performance.ts'
import { performanceDocument } from './performance-document.ts'
import { performanceDocumentNow, readPerformanceFile, writtenDocument } from './performance-files.ts'
import { absolute, comparison } from './row.ts'

const machine = { system: 'Test 1, x64', cpu: 'One', cores: 2, memoryGiB: 4, node: '24.0.0', postgresql: '15.0' }
const compared = comparison({
  work: 'things',
  unit: '/s',
  goal: '≥ 0.5',
  ours: [60, 50, 70, 61, 59],
  peer: [100, 90, 110, 105, 95],
  peerIs: 'another',
})
const counted = absolute({ work: 'memory', unit: 'MB', goal: '≤ 70', ours: [61, 60, 62, 63, 64] })

function performanceOf(measurements = [compared, counted], bench = 'one'): Performance {
  return withMeasurements(undefined, { machine, bench, commit: 'abc', date: '2026-11-21', measurements })
}

function changed(change: Record<string, unknown>): string {
  const performance = performanceOf()
  return JSON.stringify({ ...performance, rows: [{ ...performance.rows[0], ...change }] })
}

test('a comparison gives medians, ranges and the ratio of ours to the other side', () => {
  expect(compared).toMatchObject({
    ours: 60,
    oursRange: { min: 50, max: 70 },
    peer: 100,
    peerRange: { min: 90, max: 110 },
    ratio: 0.6,
    met: true,
  })
  expect(counted).toMatchObject({ ours: 62, absolute: true, met: true })
})

test('a row without the other side is refused, unless it is absolute', () => {
  expect(() => readPerformance(changed({}))).not.toThrow()
  expect(() => readPerformance(changed({ peer: undefined }))).toThrow('the other side was not measured')
  expect(() => readPerformance(changed({ peer: undefined, ratio: undefined, met: false }))).toThrow('not measured')
  expect(() => readPerformance(changed({ peer: undefined, ratio: undefined, absolute: true }))).not.toThrow()
  expect(() => comparison({ ...compared, goal: '≥ 0.5', ours: [1, 2], peer: [1], peerIs: 'another' })).toThrow(
    '2 rounds',
  )
})

test('a met that goal and figure do not give, a ratio of other figures and too few rounds are refused', () => {
  expect(() => readPerformance(changed({ met: false }))).toThrow('met is not what the ratio and the goal give')
  expect(() => readPerformance(changed({ ratio: 0.9 }))).toThrow('the ratio is not that of the two sides')
  expect(() => readPerformance(changed({ rounds: 4 }))).toThrow('rounds')
  const alone = { peer: undefined, ratio: undefined, absolute: true }
  expect(() => readPerformance(changed({ ...alone, goal: '≤ 59', met: true }))).toThrow('met is not what the figure')
})

test('a run replaces the rows of its bench, and rows of another machine go', () => {
  const before = performanceOf()
  const run = { machine, bench: 'two', commit: 'def', date: '2026-11-22', measurements: [counted] }
  const both = withMeasurements(before, run)
  expect(both.rows.map((row) => `${row.bench} ${row.work} ${row.commit}`)).toEqual([
    'one things abc',
    'one memory abc',
    'two memory def',
  ])
  expect(withMeasurements(both, { ...run, bench: 'one' }).rows.map((row) => row.bench)).toEqual(['one', 'two'])
  expect(withMeasurements(both, { ...run, machine: { ...machine, cores: 8 } }).rows.map((row) => row.bench)).toEqual([
    'two',
  ])
})

test('a missed goal is written down only with a profile and two attempts, with figures', () => {
  const missed = performanceOf(
    [comparison({ ...compared, goal: '≥ 0.9', ours: [1], peer: [2], peerIs: 'it' })].map((row) => ({
      ...row,
      rounds: 5,
    })),
  )
  const attempt = '- Attempt: another index, 0.5 to 0.6'
  const profile = '- Profile: 60 % in parsing'
  for (const words of [undefined, profile, `${profile}\n${attempt}`, `${attempt}\n${attempt}`]) {
    expect(() => performanceDocument(missed, { one: words })).toThrow('one misses ≥ 0.9 (things)')
  }
  const document = performanceDocument(missed, { one: `${profile}\n${attempt}\n${attempt}` })
  expect(document).toContain('| things | 1/s (1 to 1) | 2/s (2 to 2): it | 0.5 | ≥ 0.9 | **no** | 5 |')
  expect(document).toContain(profile)
})

test('docs/performance.md is what docs/performance.json gives, whose every met is what goal and figure give', () => {
  const performance = readPerformanceFile()
  if (performance === undefined) throw new Error('docs/performance.json is not there: run script/bench')
  expect(writtenDocument()).toBe(performanceDocumentNow(performance))
})
