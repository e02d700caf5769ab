import { expect, test } from 'vitest'
import { fieldProblems } from './field-problems.ts'

test('each sentence of a refusal goes to the field that it is about', () => {
  expect(
    fieldProblems(
      'parameters.url is required: send Where the feed is. parameters.confidence: "x" is no choice; send one of 1, 2.',
    ),
  ).toEqual({
    'parameters.url': 'Is required: send Where the feed is.',
    'parameters.confidence': '"x" is no choice; send one of 1, 2.',
  })
  expect(fieldProblems('schedule.cron: "25" is no hours: write * for every one.')).toEqual({
    'schedule.cron': '"25" is no hours: write * for every one.',
  })
  expect(fieldProblems('"name": Use 1 to 64 letters. "tql": Is missing; send a text.')).toEqual({
    name: 'Use 1 to 64 letters.',
    tql: 'Is missing; send a text.',
  })
  expect(fieldProblems('owner: there is no owner "X". Create it first, or name one of CERT.')).toEqual({
    owner: 'There is no owner "X". Create it first, or name one of CERT.',
  })
})

test('what is about no field is told as a whole', () => {
  expect(fieldProblems('There is already a job named X. Choose another name.')).toEqual({
    '': 'There is already a job named X. Choose another name.',
  })
})
