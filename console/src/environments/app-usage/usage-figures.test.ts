import { expect, test } from 'vitest'
import { figureWords, frequencyWords } from './usage-figures.ts'

test('ES-25: frequency is said as a person would say it', () => {
  expect([null, 1, 0.99, 24, 288, 8640, 8, 0.5, 1 / 7, 0.01].map(frequencyWords)).toEqual([
    'Once so far',
    'Daily',
    'Daily',
    'Every 60 min',
    'Every 5 min',
    'Every 10 s',
    'Every 3 h',
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
