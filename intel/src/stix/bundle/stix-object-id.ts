/** Longest id of an object: a type of 250 characters, two hyphens and a UUID, rounded up. */
export const stixIdLengthMax = 300

/** Whether a text is `type--UUID`. Any version of UUID: 2.1 permits all, and 2.0's demand for version 4 is widely missed. */
export function isStixObjectId(text: unknown): text is string {
  if (typeof text !== 'string' || text.length < 40 || text.length > stixIdLengthMax) return false
  const end = text.length - uuidLength
  if (text.charCodeAt(end - 1) !== hyphen || text.charCodeAt(end - 2) !== hyphen) return false
  return (
    areHexDigits(text, end, 8) &&
    text.charCodeAt(end + 8) === hyphen &&
    areHexDigits(text, end + 9, 4) &&
    text.charCodeAt(end + 13) === hyphen &&
    areHexDigits(text, end + 14, 4) &&
    text.charCodeAt(end + 18) === hyphen &&
    areHexDigits(text, end + 19, 4) &&
    text.charCodeAt(end + 23) === hyphen &&
    areHexDigits(text, end + 24, 12)
  )
}

function areHexDigits(text: string, from: number, count: number): boolean {
  for (let index = from; index < from + count; index++) if (hexDigits[text.charCodeAt(index)] !== 1) return false
  return true
}

/** 1 at the codes of hexadecimal digits. */
const hexDigits = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-f]/i.test(String.fromCharCode(code)) ? 1 : 0))

/** Types are lower-case letters, digits and hyphens; 2.0 and producers of custom types use underscores too. */
export function isStixType(text: unknown): text is string {
  return typeof text === 'string' && typeForm.test(text)
}

const uuidLength = 36
const hyphen = 0x2d
const typeForm = /^[a-z][a-z0-9_-]{1,249}$/
