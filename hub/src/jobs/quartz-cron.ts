/*
 * Quartz cron (T15): second minute hour day-of-month month day-of-week [year]. Days of the week count from 1 = SUN. Of the two
 * day fields one says `?`; `*` beside a stated day is read as `?`, as people write it.
 *
 * An expression is parsed into values and printed again from them (S11): what is stored and handed on is never what came in.
 */

export type QuartzCron = {
  /** The expression in its one printed form. */
  printed: string
  /** The same times for croner, without names, steps or wrapped ranges, in which dialects differ. */
  croner: string
}

/** What is wrong with an expression, for the person who wrote it. */
export class CronRefused extends Error {}

type FieldName = 'seconds' | 'minutes' | 'hours' | 'day of month' | 'month' | 'day of week' | 'year'
type Field = { name: FieldName; min: number; max: number; names?: readonly string[] }

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const
const fields = {
  seconds: { name: 'seconds', min: 0, max: 59 },
  minutes: { name: 'minutes', min: 0, max: 59 },
  hours: { name: 'hours', min: 0, max: 23 },
  dayOfMonth: { name: 'day of month', min: 1, max: 31 },
  month: { name: 'month', min: 1, max: 12, names: months },
  dayOfWeek: { name: 'day of week', min: 1, max: 7, names: weekdays },
  year: { name: 'year', min: 1970, max: 2099 },
} as const satisfies Record<string, Field>

/** One field: how it prints, and what croner is told. */
type Parsed = { printed: string; croner: string }

const every: Parsed = { printed: '*', croner: '*' }
const unsaid: Parsed = { printed: '?', croner: '*' }

/** @throws CronRefused with a sentence that names the field and what to write */
export function parseQuartzCron(text: string): QuartzCron {
  const parts = text.trim().toUpperCase().split(/\s+/)
  if (parts.length < 6 || parts.length > 7) {
    throw new CronRefused(
      `A schedule has 6 or 7 fields (second minute hour day-of-month month day-of-week [year]); this one has ${parts.length}. Every hour, for example: 0 0 * * * ?`,
    )
  }
  const [seconds = '', minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year] = parts
  const [days, weekday] = parseDays(dayOfMonth, dayOfWeek)
  const parsed = [
    parseList(seconds, fields.seconds),
    parseList(minutes, fields.minutes),
    parseList(hours, fields.hours),
    days,
    parseList(month, fields.month),
    weekday,
    ...(year === undefined ? [] : [parseList(year, fields.year)]),
  ]
  return {
    printed: parsed.map(({ printed }) => printed).join(' '),
    croner: parsed.map(({ croner }) => croner).join(' '),
  }
}

function parseDays(dayOfMonth: string, dayOfWeek: string): [Parsed, Parsed] {
  if (dayOfMonth === '?' && dayOfWeek === '?') {
    throw new CronRefused(
      'Only one of day of month and day of week may be "?"; write "*" in one of them for every day.',
    )
  }
  if (dayOfWeek === '?' || (dayOfWeek === '*' && dayOfMonth !== '?')) return [parseDayOfMonth(dayOfMonth), unsaid]
  if (dayOfMonth === '?' || dayOfMonth === '*') return [unsaid, parseDayOfWeek(dayOfWeek)]
  throw new CronRefused('Day of month and day of week cannot both be given: write "?" in one of them.')
}

function parseDayOfMonth(text: string): Parsed {
  if (text === 'L') return { printed: 'L', croner: 'L' }
  if (text === 'LW' || /^L-\d+$/.test(text)) {
    throw new CronRefused(
      `"${text}" as day of month is not supported; write L for the last day, or a number followed by W for the weekday next to it.`,
    )
  }
  const nearest = /^(\d{1,2})W$/.exec(text)?.[1]
  if (nearest === undefined) return parseList(text, fields.dayOfMonth)
  const day = readValue(nearest, fields.dayOfMonth)
  return { printed: `${day}W`, croner: `${day}W` }
}

function parseDayOfWeek(text: string): Parsed {
  // Quartz: L alone is the last day of the week.
  if (text === 'L') return { printed: '7', croner: '6' }
  const last = /^([A-Z]{3}|\d)L$/.exec(text)?.[1]
  if (last !== undefined) return { printed: `${last}L`, croner: `${readValue(last, fields.dayOfWeek) - 1}#L` }
  const [, day, nth] = /^([A-Z]{3}|\d)#(\d)$/.exec(text) ?? []
  if (day !== undefined && nth !== undefined) {
    if (nth < '1' || nth > '5')
      throw new CronRefused(`"${text}": a month has a first to a fifth ${day}; write #1 to #5.`)
    return { printed: `${day}#${nth}`, croner: `${readValue(day, fields.dayOfWeek) - 1}#${nth}` }
  }
  return parseList(text, fields.dayOfWeek, (value) => value - 1)
}

/** A list of values, ranges and steps. `shift` turns a value into croner's counting. */
function parseList(text: string, field: Field, shift: (value: number) => number = (value) => value): Parsed {
  if (text === '*') return every
  const items = text.split(',').map((item) => parseItem(item, field))
  const values = [...new Set(items.flatMap((item) => item.values))].sort((a, b) => a - b)
  const isWhole = values.length === field.max - field.min + 1
  return {
    printed: items.map((item) => item.printed).join(','),
    croner: isWhole ? '*' : values.map(shift).join(','),
  }
}

function parseItem(text: string, field: Field): { printed: string; values: number[] } {
  const [range = '', stepText, more] = text.split('/')
  if (more !== undefined || range === '') throw refused(text, field)
  const step = stepText === undefined ? 1 : readStep(stepText, text, field)
  const [from, to] = readRange(range, stepText !== undefined, text, field)
  const values: number[] = []
  const size = field.max - field.min + 1
  // A range may run over the end: FRI-MON, 22-2. A step counts on through it.
  const length = to >= from ? to - from : to + size - from
  for (let offset = 0; offset <= length; offset += step) values.push(field.min + ((from - field.min + offset) % size))
  const shown =
    range === '*'
      ? '*'
      : range
          .split('-')
          .map((end) => printValue(end))
          .join('-')
  return { printed: stepText === undefined ? shown : `${shown}/${step}`, values }
}

function readRange(range: string, hasStep: boolean, text: string, field: Field): [number, number] {
  if (range === '*') return [field.min, field.max]
  const ends = range.split('-')
  if (ends.length > 2) throw refused(text, field)
  const [first = '', second] = ends
  const from = readValue(first, field)
  if (second !== undefined) {
    const to = readValue(second, field)
    if (to < from && field.name === 'year') throw refused(text, field)
    return [from, to]
  }
  return [from, hasStep ? field.max : from]
}

function readStep(stepText: string, text: string, field: Field): number {
  const step = /^\d{1,4}$/.test(stepText) ? Number(stepText) : 0
  if (step < 1 || step > field.max - field.min + 1) {
    throw new CronRefused(`"${text}" as ${field.name}: a step is a number from 1 to ${field.max - field.min + 1}.`)
  }
  return step
}

function readValue(text: string, field: Field): number {
  const named = field.names?.indexOf(text) ?? -1
  if (named !== -1) return named + field.min
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= field.min && value <= field.max)) throw refused(text, field)
  return value
}

function printValue(text: string): string {
  return /^\d+$/.test(text) ? String(Number(text)) : text
}

function refused(text: string, field: Field): CronRefused {
  const names = field.names === undefined ? '' : ` or ${field.names[0]} to ${field.names.at(-1)}`
  return new CronRefused(
    `"${text}" is no ${field.name}: write * for every one, or numbers from ${field.min} to ${field.max}${names}, as 5, 1-5, 1,3 or 0/15.`,
  )
}
