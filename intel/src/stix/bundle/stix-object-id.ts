/** Longest id of an object: a type of 250 characters, two hyphens and a UUID, rounded up. */
export const stixIdLengthMax = 300

/** Whether a text is `type--UUID`. Any version of UUID: 2.1 permits all, and 2.0's demand for version 4 is widely missed. */
export function isStixObjectId(text: unknown): text is string {
  if (typeof text !== 'string' || text.length < 40 || text.length > stixIdLengthMax) return false
  const end = text.length - uuidLength
  return text.charCodeAt(end - 1) === hyphen && text.charCodeAt(end - 2) === hyphen && uuidForm.test(text.slice(end))
}

/** Types are lower-case letters, digits and hyphens; 2.0 and producers of custom types use underscores too. */
export function isStixType(text: unknown): text is string {
  return typeof text === 'string' && typeForm.test(text)
}

const uuidLength = 36
const hyphen = 0x2d
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const typeForm = /^[a-z][a-z0-9_-]{1,249}$/
