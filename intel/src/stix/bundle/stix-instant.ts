/** Whether a text is an instant as STIX writes them (2.1, 2.12): RFC 3339 with `T` and `Z`, on a day and at a time that exist. */
export function isStixInstant(text: unknown): text is string {
  if (typeof text !== 'string' || !instantForm.test(text)) return false
  // The days up to 28 are in every month; the calendar is asked for the others.
  if (text.charCodeAt(8) < 0x32 || (text.charCodeAt(8) === 0x32 && text.charCodeAt(9) < 0x39)) return true
  const day = Number(text.slice(8, 10))
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate() === day
}

/** An instant with six digits of a second, so that two are compared as texts: STIX permits any number of them, PostgreSQL keeps six. */
export function comparableInstant(instant: string): string {
  if (instant.length === 24) return `${instant.slice(0, 23)}000Z`
  const fraction = instant.length > 20 ? instant.slice(20, -1) : ''
  return `${instant.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}

const instantForm =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,12})?Z$/
