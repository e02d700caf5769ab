import { expect, test } from 'vitest'
import { figureWords, frequencyWords } from './usage-figures.ts'

test('ES-25: frequency is said as it was counted: eleven runs of one hour are no run every two hours', () => {
  expect([null, 1, 0.99, 11, 24, 8640, 1.6, 0.7, 0.5, 1 / 7, 0.01].map(frequencyWords)).toEqual([
    'Once so far',
    'Daily',
    'Daily',
    '11 a day',
    '24 a day',
    '8,640 a day',
    '2 a day',
    'Every 34 h',
    'Every 2 d',
    'Every 7 d',
    'Every 100 d',
  ])
})

test('ES-25: cores and megabytes keep the digits that matter', () => {
  expect([0, 0.004, 0.1, 1.444, 9.999, 75.4, 2048.6].map(figureWords)).toEqual(
    '0; < 0.01; 0.1; 1.44; 10; 75; 2,049'.split('; '),
  )
})
