import { comparableStixInstant } from '@postern/intel'

/**
 * Reads an instant as RFC 3339 has it, with six digits of a second, which is what PostgreSQL keeps; undefined for anything else. The
 * standard wants `Z`; an offset is read too, since clients send them.
 */
export function readInstant(text: string): string | undefined {
  const [, day = '', time = '', fraction = '', zone = ''] = form.exec(text) ?? []
  if (day === '') return undefined
  const seconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`)
  if (Number.isNaN(seconds)) return undefined
  const utc = new Date(seconds).toISOString().slice(0, 19)
  // A day that is not in the calendar is moved by some engines; then it is not the same again.
  if (zone.toUpperCase() === 'Z' && utc !== `${day}T${time}`) return undefined
  return comparableStixInstant(`${utc}${fraction}Z`)
}

const form = /^((?!0000)\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)$/
