/**
 * Whether a text is an instant as STIX writes them (2.1, 2.12): RFC 3339 with `T` and `Z`, on a day and at a time that exist. Read digit
 * by digit, since every object has three or four of them.
 */
export function isStixInstant(text: unknown): text is string {
  if (typeof text !== 'string' || text.length < 20 || text.length > instantLengthMax) return false
  const isSeparated =
    text.charCodeAt(4) === hyphen &&
    text.charCodeAt(7) === hyphen &&
    text.charCodeAt(10) === upperT &&
    text.charCodeAt(13) === colon &&
    text.charCodeAt(16) === colon
  if (!isSeparated) return false
  const end = text.length - 1
  if (text.charCodeAt(end) !== zulu || !isFraction(text, end)) return false
  const day = twoDigits(text, 8)
  const month = twoDigits(text, 5)
  // What is no digit makes NaN, and NaN is within nothing.
  const isTime = twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60
  if (!isTime || !(month >= 1 && month <= 12 && day >= 1)) return false
  // The days up to 28 are in every month; the calendar is asked for the others. It has no year 0.
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  return year > 0 && (day <= 28 || new Date(Date.UTC(2000 + (year % 400), month - 1, day)).getUTCDate() === day)
}

/** Nothing, or a point and digits, between the seconds and the end. */
function isFraction(text: string, end: number): boolean {
  if (end === 19) return true
  if (end === 20 || text.charCodeAt(19) !== point) return false
  for (let index = 20; index < end; index++) if (!isDigit(text.charCodeAt(index))) return false
  return true
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine
}

function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index)
  const ones = text.charCodeAt(index + 1)
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : Number.NaN
}

const zero = 0x30
const nine = 0x39
const colon = 0x3a
const hyphen = 0x2d
const point = 0x2e
const upperT = 0x54
const zulu = 0x5a
/** With twelve digits of a second. */
const instantLengthMax = 33

/**
 * An instant with six digits of a second, so that two are compared as texts: STIX permits any number of them, PostgreSQL keeps
 * six. Further digits are cut, not rounded.
 * @param instant a valid STIX instant (`isStixInstant`); of anything else the result means nothing
 */
export function comparableInstant(instant: string): string {
  if (instant.length === 24) return `${instant.slice(0, 23)}000Z`
  const fraction = instant.length > 20 ? instant.slice(20, -1) : ''
  return `${instant.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}
