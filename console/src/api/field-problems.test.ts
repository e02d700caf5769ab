import { expect, test } from 'vitest'
import { fieldProblems } from './field-problems.ts'

test('each sentence of a refusal goes to the field that it is about', () => {
  expect(
    fieldProblems(
      'parameters.url is required: send Where the feed is. parameters.confidence: "x" is no choice; send one of 1, 2.',
      ['parameters.url', 'parameters.confidence'],
    ),
  ).toEqual({
    'parameters.url': 'Is required: send Where the feed is.',
    'parameters.confidence': '"x" is no choice; send one of 1, 2.',
  })
  expect(fieldProblems('schedule.cron: "25" is no hours: write * for every one.', ['schedule.cron'])).toEqual({
    'schedule.cron': '"25" is no hours: write * for every one.',
  })
  expect(fieldProblems('"name": Use 1 to 64 letters. "tql": Is missing; send a text.', ['name', 'tql'])).toEqual({
    name: 'Use 1 to 64 letters.',
    tql: 'Is missing; send a text.',
  })
  expect(fieldProblems('owner: there is no owner "X". Create it first, or name one of CERT.', ['owner'])).toEqual({
    owner: 'There is no owner "X". Create it first, or name one of CERT.',
  })
})

test('what is about an entry of a field goes to the field, with all that is about the others', () => {
  expect(
    fieldProblems('"networks.0": Send a text. "networks.2": Send a text. "lists": Send a list.', ['networks']),
  ).toEqual({
    networks: 'Send a text. Send a text. "lists": Send a list.',
  })
})

test('what is wrong with several entries of a field is said once', () => {
  const sentence = 'Send one mail address, without a name or brackets.'
  expect(
    fieldProblems(`"recipients.0": ${sentence} "recipients.1": ${sentence} "kinds": Send a list.`, [
      'recipients',
      'kinds',
    ]),
  ).toEqual({ recipients: sentence, kinds: 'Send a list.' })
})

test('what is about no field is told as a whole', () => {
  expect(fieldProblems('There is already a job named X. Choose another name.', ['name'])).toEqual({
    '': 'There is already a job named X. Choose another name.',
  })
  expect(fieldProblems('"rows.3": Send a text. name: it is empty.', ['name'])).toEqual({
    '': '"rows.3": Send a text.',
    name: 'It is empty.',
  })
})
