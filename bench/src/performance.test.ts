import { expect, test } from 'vitest'
import { type Performance, readPerformance, withMeasurements } from './performance.ts'
import { performanceDocument } from './performance-document.ts'
import { performanceDocumentNow, readPerformanceFile, writtenDocument } from './performance-files.ts'
import { absolute, comparison, difference } from './row.ts'

const machine = { system: 'Test 1, x64', cpu: 'One', cores: 2, memoryGiB: 4, node: '24.0.0', postgresql: '15.0' }
const compared = comparison({
  work: 'things',
  unit: '/s',
  goal: '≥ 0.5',
  ours: [60, 50, 70, 61, 59],
  peer: [100, 90, 110, 105, 95],
  peerIs: 'another',
})
const counted = absolute({ work: 'memory', unit: 'MB', goal: '≤ 70 MB', ours: [61, 60, 62, 63, 64] })

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
  expect(counted).toMatchObject({ ours: 62, kind: 'absolute', met: true })
})

test('a difference keeps both medians, and is judged by what ours adds', () => {
  const sides = { work: 'start', unit: 'ms', ours: [16, 15, 17], peer: [10, 11, 12], peerIs: 'an empty file' }
  expect(difference({ ...sides, goal: '≤ +5 ms' })).toMatchObject({ ours: 16, peer: 11, difference: 5, met: true })
  const row = difference({ ...sides, goal: '≤ +4.9 ms' })
  expect(row.met).toBe(false)
  const performance = performanceOf([{ ...difference({ ...sides, goal: '≤ +5 ms' }), rounds: 5 }])
  expect(performanceDocument(performance, {})).toContain('| +5 ms | ≤ +5 ms | yes |')
})

test('goals are judged on figures that are not rounded', () => {
  const row = { work: 'things', unit: 'ms', peer: [1000], peerIs: 'another' }
  expect(comparison({ ...row, goal: '≤ 1.5', ours: [1501] })).toMatchObject({ ratio: 1.501, met: false })
  expect(comparison({ ...row, goal: '≤ 2', bound: '< 5 ms', ours: [5], peer: [4] })).toMatchObject({ met: false })
  expect(comparison({ ...row, goal: '≤ 2', bound: '< 5 ms', ours: [4.9999], peer: [4] })).toMatchObject({ met: true })
})

test('what was measured while more ran than there are cores says so', () => {
  const run = { machine, bench: 'one', commit: 'abc', date: '2026-11-21', measurements: [counted] }
  const documentAt = (beforeBench: number) =>
    performanceDocument(withMeasurements(undefined, { ...run, load: { atStart: 0.5, beforeBench } }), {})
  expect(documentAt(2.5)).toContain('| 2.5, busy machine |')
  expect(documentAt(2)).toContain('| 5 | 2 | 2026-11-21')
})

test('only memory and counts may stand alone', () => {
  const alone = { peer: undefined, peerRange: undefined, peerIs: undefined, ratio: undefined, kind: 'absolute' }
  expect(() => readPerformance(changed({}))).not.toThrow()
  expect(() => readPerformance(changed({ peer: undefined }))).toThrow('the other side was not measured')
  expect(() => readPerformance(changed({ ...alone, kind: 'comparison' }))).toThrow('not measured')
  expect(() => readPerformance(changed({ ...alone, goal: '≥ 50 /s' }))).toThrow('not a figure in /s')
  expect(() => absolute({ work: 'start', unit: 'ms', goal: '≤ 70 ms', ours: [61] })).toThrow('not a figure in ms')
  for (const unit of ['MB', 'bytes', 'rows'])
    expect(() => readPerformance(changed({ ...alone, unit, goal: `≥ 50 ${unit}` }))).not.toThrow()
  expect(() => readPerformance(changed({ unit: 'MB', kind: 'absolute', goal: '≥ 50 MB' }))).toThrow('has another side')
  const unequal = { work: 'things', unit: '/s', goal: '≥ 0.5', ours: [1, 2], peer: [1], peerIs: 'another' } as const
  expect(() => comparison(unequal)).toThrow('2 rounds')
})

test('a met that goal and figures do not give, a ratio of other figures and too few rounds are refused', () => {
  expect(() => readPerformance(changed({ met: false }))).toThrow('met is not what the figures and the goal give')
  expect(() => readPerformance(changed({ bound: '< 60 /s' }))).toThrow('met is not what the figures and the goal give')
  expect(() => readPerformance(changed({ bound: '< 60' }))).toThrow('is no goal of a figure in /s')
  expect(() => readPerformance(changed({ ratio: 0.61 }))).toThrow('the ratio is not that of the two sides')
  expect(() => readPerformance(changed({ kind: 'difference' }))).toThrow('the ratio is not that of the two sides')
  expect(() => readPerformance(changed({ kind: 'difference', ratio: undefined, difference: 40 }))).toThrow(
    'the difference is not that of the two sides',
  )
  expect(() => readPerformance(changed({ rounds: 4 }))).toThrow('rounds')
})

test('a run replaces the rows of its bench, and each bench names its machine', () => {
  const before = performanceOf()
  const run = { machine, bench: 'two', commit: 'def', date: '2026-11-22', measurements: [counted] }
  const both = withMeasurements(before, run)
  expect(both.rows.map((row) => `${row.bench} ${row.work} ${row.commit}`)).toEqual([
    'one things abc',
    'one memory abc',
    'two memory def',
  ])
  expect(withMeasurements(both, { ...run, bench: 'one' }).rows.map((row) => row.bench)).toEqual(['one', 'two'])
  const elsewhere = withMeasurements(both, { ...run, machine: { ...machine, cores: 8 } })
  expect(elsewhere.rows.map((row) => row.bench)).toEqual(['one', 'one', 'two'])
  expect(elsewhere.machines).toMatchObject({ one: { cores: 2 }, two: { cores: 8 } })
  const document = performanceDocument(elsewhere, {})
  expect(document).toContain('## one\n\nMachine: One, 2 cores')
  expect(document).toContain('## two\n\nMachine: One, 8 cores')
  const unnamed = JSON.stringify({ ...both, machines: { one: machine } })
  expect(() => readPerformance(unnamed)).toThrow('a row has no machine')
})

test('each missed goal is written down only with a profile and two attempts of its own, with figures', () => {
  const sides = { unit: '/s', goal: '≥ 0.9', ours: [1], peer: [2], peerIs: 'it' } as const
  const rows = ['things', 'other things'].map((work) => ({ ...comparison({ ...sides, work }), rounds: 5 }))
  const attempt = '- Attempt: another index, 0.5 to 0.6'
  const profile = '- Profile: 60 % in parsing'
  const whole = `${profile}\n${attempt}\n${attempt}`
  const first = `### things\n\n${whole}\n\n### other things\n\n`
  for (const words of [undefined, whole, `### things\n${profile}\n${attempt}`, `### things\n${attempt}\n${attempt}`])
    expect(() => performanceDocument(performanceOf(rows), { one: words })).toThrow('one misses ≥ 0.9 (things)')
  for (const words of [first, first + profile, `${first}${attempt}\n${attempt}`])
    expect(() => performanceDocument(performanceOf(rows), { one: words })).toThrow('one misses ≥ 0.9 (other things)')
  const document = performanceDocument(performanceOf(rows), { one: first + whole })
  expect(document).toContain('| things | 1/s (1 to 1) | 2/s (2 to 2): it | 0.5 | ≥ 0.9 | **no** | 5 |')
  expect(document).toContain(first + whole)
})

test('the explanation of a row that is met now, or is gone, may stay', () => {
  expect(performanceDocument(performanceOf(), { one: '### things\n\nhistory\n\n### gone\n\nhistory' })).toContain(
    '### gone',
  )
})

test('docs/performance.md is what docs/performance.json gives, whose every met is what goal and figure give', () => {
  const performance = readPerformanceFile()
  if (performance === undefined) throw new Error('docs/performance.json is not there: run script/bench')
  expect(writtenDocument()).toBe(performanceDocumentNow(performance))
})
