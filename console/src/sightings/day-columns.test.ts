import { expect, test } from 'vitest'
import { dayColumns } from './day-columns.ts'

const period = { from: '2026-11-16T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }
const days = [
  { day: '2026-11-17', sightings: 4, values: 2 },
  { day: '2026-11-20', sightings: 1, values: 1 },
]

test('days without sightings stand between the others', () => {
  expect(dayColumns(days, period, 10).map(({ from, sightings }) => [from, sightings])).toEqual([
    ['2026-11-16', 0],
    ['2026-11-17', 4],
    ['2026-11-18', 0],
    ['2026-11-19', 0],
    ['2026-11-20', 1],
  ])
})

test('where they do not fit, neighbours are added up, and the last column is whole', () => {
  expect(dayColumns(days, period, 3)).toEqual([
    { from: '2026-11-16', until: '2026-11-16', sightings: 0, values: 0 },
    { from: '2026-11-17', until: '2026-11-18', sightings: 4, values: 2 },
    { from: '2026-11-19', until: '2026-11-20', sightings: 1, values: 1 },
  ])
})
