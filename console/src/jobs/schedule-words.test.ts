import { expect, test } from 'vitest'
import { scheduleWords } from './schedule-words.ts'

test.each([
  ['0 * * * * ?', 'Every minute'],
  ['0/20 * * * * ?', 'Every 20 seconds'],
  ['0 0/15 * * * ?', 'Every 15 minutes'],
  ['0 */15 * * * ?', 'Every 15 minutes'],
  ['0 5/10 * * * ?', 'Every 10 minutes from :05'],
  ['0 5 * * * ?', 'Every hour at :05'],
  ['0 0 0/6 * * ?', 'Every 6 hours at :00'],
  ['0 30 2 * * ?', 'Every day at 02:30'],
  ['10 30 2 * * ?', 'Every day at 02:30:10'],
  ['0 0 6,18 ? * *', 'Every day at 06:00 and 18:00'],
  ['0 30 2 ? * MON-FRI', 'Monday to Friday at 02:30'],
  ['0 30 2 ? * 2,4', 'Monday and Wednesday at 02:30'],
  ['0 0/15 * ? * MON-FRI', 'Every 15 minutes, on Monday to Friday'],
  ['0 0 4 1 * ?', 'On day 1 of the month at 04:00'],
  ['0 0 4 L * ?', 'On the last day of the month at 04:00'],
  ['0 0 4 1,15 1,7 ?', 'On day 1 and 15 of January and July at 04:00'],
  ['0 0 4 ? 3 SUN', 'Sunday in March at 04:00'],
])('%s is said as: %s', (cron, words) => {
  expect(scheduleWords(cron)).toBe(words)
})

test.each([
  '0 0 4 15W * ?',
  '0 0 4 ? * 6#3',
  '0 3/7 * * * ?',
  '0 50/10 * * * ?',
  '0 0 9-17 * * ?',
  '0 0 4 1 * ? 2027',
  'nonsense',
  '',
])('%j is left to speak for itself rather than said wrongly', (cron) => {
  expect(scheduleWords(cron)).toBeUndefined()
})
