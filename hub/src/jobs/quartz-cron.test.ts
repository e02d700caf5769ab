import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkedSchedule, nextRun } from './next-run.ts'
import { CronRefused, parseQuartzCron } from './quartz-cron.ts'

function runs(cron: string, from: string, count: number, timeZone = 'UTC'): string[] {
  const times: string[] = []
  let after = new Date(from)
  for (let index = 0; index < count; index += 1) {
    const next = nextRun({ cron, timeZone }, after)
    if (next === undefined) break
    times.push(next.toISOString().replace('.000Z', 'Z'))
    after = next
  }
  return times
}

describe('FD-14: Quartz cron', () => {
  test.each([
    ['0 0 * * * ?', '0 0 * * * ?'],
    ['00 00 0 * * ? *', '0 0 0 * * ? *'],
    ['0 0/15 8-17 ? * mon-fri', '0 0/15 8-17 ? * MON-FRI'],
    ['0 0 12 * * *', '0 0 12 * * ?'],
    ['0 0 12 * * MON', '0 0 12 ? * MON'],
    ['  0   0 12 L * ? ', '0 0 12 L * ?'],
    ['0 0 12 15w * ?', '0 0 12 15W * ?'],
    ['0 15 10 ? * 6L', '0 15 10 ? * 6L'],
    ['0 15 10 ? * FRI#3', '0 15 10 ? * FRI#3'],
    ['0 0 0 1 JAN ? 2027-2030/1', '0 0 0 1 JAN ? 2027-2030/1'],
  ])('%s is understood and printed again as %s', (text, printed) => {
    expect(parseQuartzCron(text).printed).toBe(printed)
    expect(parseQuartzCron(printed).printed).toBe(printed)
  })

  test('days of the week count from 1 = Sunday, as Quartz has it', () => {
    // 2026-11-21 is a Saturday.
    expect(runs('0 0 12 ? * 1', '2026-11-21T00:00:00Z', 1)).toEqual(['2026-11-22T12:00:00Z'])
    expect(runs('0 0 12 ? * 7', '2026-11-21T00:00:00Z', 1)).toEqual(['2026-11-21T12:00:00Z'])
    expect(runs('0 0 12 ? * L', '2026-11-21T13:00:00Z', 1)).toEqual(['2026-11-28T12:00:00Z'])
    expect(runs('0 0 12 ? * FRI-MON', '2026-11-21T00:00:00Z', 4)).toEqual([
      '2026-11-21T12:00:00Z',
      '2026-11-22T12:00:00Z',
      '2026-11-23T12:00:00Z',
      '2026-11-27T12:00:00Z',
    ])
  })

  test('last days, nearest weekdays, nth weekdays, steps and years', () => {
    expect(runs('0 0 12 L * ?', '2027-01-31T13:00:00Z', 2)).toEqual(['2027-02-28T12:00:00Z', '2027-03-31T12:00:00Z'])
    // 2027-05-15 is a Saturday, 2027-08-15 a Sunday.
    expect(runs('0 0 12 15W 5,8 ?', '2027-01-01T00:00:00Z', 2)).toEqual([
      '2027-05-14T12:00:00Z',
      '2027-08-16T12:00:00Z',
    ])
    expect(runs('0 15 10 ? * 6L', '2026-11-21T00:00:00Z', 2)).toEqual(['2026-11-27T10:15:00Z', '2026-12-25T10:15:00Z'])
    expect(runs('0 15 10 ? * 6#3', '2026-11-21T00:00:00Z', 2)).toEqual(['2026-12-18T10:15:00Z', '2027-01-15T10:15:00Z'])
    expect(runs('10/20 0 0 1 1 ? *', '2026-11-21T00:00:00Z', 3)).toEqual([
      '2027-01-01T00:00:10Z',
      '2027-01-01T00:00:30Z',
      '2027-01-01T00:00:50Z',
    ])
    expect(runs('0 0 0 1 1 ? 2028', '2026-11-21T00:00:00Z', 2)).toEqual(['2028-01-01T00:00:00Z'])
  })

  test('in spring a time that the clocks skip runs once, right after the gap; in autumn one that comes twice runs once', () => {
    expect(runs('0 30 2 * * ?', '2027-03-27T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2027-03-28T01:00:00Z',
      '2027-03-29T00:30:00Z',
    ])
    expect(runs('0 30 2 * * ?', '2027-10-30T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2027-10-31T00:30:00Z',
      '2027-11-01T01:30:00Z',
    ])
  })

  test('a schedule of several times a day goes by the clock on the wall: skipped ones are left out, repeated ones run twice', () => {
    expect(runs('0 30 1-3 * * ?', '2027-03-28T00:00:00Z', 3, 'Europe/Berlin')).toEqual([
      '2027-03-28T00:30:00Z',
      '2027-03-28T01:30:00Z',
      '2027-03-28T23:30:00Z',
    ])
    expect(runs('0 0/30 2 * * ?', '2027-10-30T22:00:00Z', 4, 'Europe/Berlin')).toEqual([
      '2027-10-31T00:00:00Z',
      '2027-10-31T00:30:00Z',
      '2027-10-31T01:00:00Z',
      '2027-10-31T01:30:00Z',
    ])
  })

  test.each([
    ['* * * * *', /6 or 7 fields.*has 5/],
    ['0 0 12 ? * ?', /Only one/],
    ['0 0 12 1 * MON', /cannot both be given/],
    ['60 0 12 * * ?', /"60" is no seconds/],
    ['0 0 24 * * ?', /"24" is no hours/],
    ['0 0 12 ? * 0', /"0" is no day of week/],
    ['0 0 12 ? * FRI#6', /#1 to #5/],
    ['0 0 12 LW * ?', /not supported/],
    ['0 0 12 L-3 * ?', /not supported/],
    ['0 0/0 12 * * ?', /step/],
    ['0 0 12 ? * MON,FRIL', /no day of week/],
    ['0 0;reboot 12 * * ?', /no minutes/],
  ])('%s is refused with a sentence', (text, sentence) => {
    expect(() => parseQuartzCron(text)).toThrow(sentence)
  })

  test('a schedule without a time to come, or in no time zone, is refused', () => {
    const now = new Date('2026-11-21T00:00:00Z')
    expect(() => checkedSchedule({ cron: '0 0 0 30 2 ?', timeZone: 'UTC' }, now)).toThrow(
      /no time that is still to come/,
    )
    expect(() => checkedSchedule({ cron: '0 0 0 1 1 ? 2025', timeZone: 'UTC' }, now)).toThrow(
      /no time that is still to come/,
    )
    expect(() => checkedSchedule({ cron: '0 0 0 1 1 ?', timeZone: 'Mars/Olympus' }, now)).toThrow(/no time zone/)
  })

  test('S11: whatever comes in, it is refused with a sentence or printed in a form that means the same', () => {
    const field = fc.oneof(
      fc.constantFrom(
        '*',
        '?',
        'L',
        '1W',
        'MON',
        'JAN',
        '6L',
        '2#1',
        '0/5',
        '1-5',
        '22-2',
        'FRI-MON',
        '1,3,5',
        '*/7',
        '2027',
      ),
      fc.string({ maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(field, { minLength: 5, maxLength: 8 }), (parts) => {
        const text = parts.join(' ')
        try {
          const parsed = parseQuartzCron(text)
          expect(parsed.printed).toMatch(/^[0-9A-Z*?/#,\- ]+$/)
          expect(parseQuartzCron(parsed.printed)).toEqual(parsed)
        } catch (error) {
          if (!(error instanceof CronRefused)) throw error
        }
      }),
      { numRuns: process.env['POSTERN_SOAK'] === '1' ? 300_000 : 3_000 },
    )
  })
})
