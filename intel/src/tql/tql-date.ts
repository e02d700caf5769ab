/**
 * Reads a date as TQL writes it: `2026-01-31`, `2026-01-31 12:00:00` and ISO 8601, both UTC where no zone is given, and the functions
 * `NOW()` and `TODAY()` (midnight UTC), each alone or with a distance: `NOW() - 30 DAYS`. Units from SECOND to YEAR. A month
 * before 31 March is the last day of February. `undefined` for anything else, impossible days included, and for what does not lie
 * in the years 1 to 9999: neither ISO 8601 nor a database writes those alike.
 */
export function readTqlDate(text: string, now: Date): Date | undefined {
  if (text.length > dateLengthMax) return undefined
  const trimmed = text.trim()
  const date = readWritten(trimmed) ?? readFunction(trimmed, now)
  const year = date?.getUTCFullYear() ?? 0
  return year >= 1 && year <= 9999 ? date : undefined
}

function readWritten(text: string): Date | undefined {
  const match = written.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    milliseconds,
  )
  const date = new Date(local)
  // Years below 100 would mean 19xx to Date.UTC, and 31 February 3 March: neither survives the comparison.
  const isSame =
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  if (!isSame || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const offset = zoneOffsetMs(zone)
  return offset === undefined ? undefined : new Date(local - offset)
}

function zoneOffsetMs(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 14 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

function readFunction(text: string, now: Date): Date | undefined {
  const match = dateFunction.exec(text)
  if (!match) return undefined
  const [, name = '', sign, count, unit = ''] = match
  const start = new Date(now)
  if (name.toUpperCase() === 'TODAY') start.setUTCHours(0, 0, 0, 0)
  if (count === undefined) return start
  const moved = move(start, sign === '-' ? -Number(count) : Number(count), unit.toUpperCase())
  return Number.isNaN(moved.getTime()) ? undefined : moved
}

function move(start: Date, count: number, unit: string): Date {
  const milliseconds = unitMs.get(unit)
  if (milliseconds !== undefined) return new Date(start.getTime() + count * milliseconds)
  const months = unit === 'YEAR' ? count * 12 : count
  const moved = new Date(start)
  moved.setUTCDate(1)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  const lastDay = new Date(moved)
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0)
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay.getUTCDate()))
  return moved
}

const dateLengthMax = 64
const written =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|[+-]\d{2}:?\d{2})?)?$/i
const dateFunction = /^(NOW|TODAY) ?\( ?\)(?: *([+-]) *(\d{1,6}) *(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?$/i
const unitMs: ReadonlyMap<string, number> = new Map([
  ['SECOND', 1_000],
  ['MINUTE', 60_000],
  ['HOUR', 3_600_000],
  ['DAY', 86_400_000],
  ['WEEK', 604_800_000],
])
