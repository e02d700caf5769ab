/**
 * One column of a row in PostgreSQL's COPY text format with its default delimiter and null (documentation of COPY, «Text Format»);
 * `null` becomes `\N`. U+0000, which PostgreSQL's text cannot hold, becomes U+FFFD, and so does an unpaired surrogate.
 */
export function escapeCopyField(text: string | null): string {
  if (text === null) return '\\N'
  if (!mustEscape.test(text)) return text
  return text.toWellFormed().replace(mustEscapeAll, (character) => escapes.get(character) ?? character)
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\v', '\\v'],
  ['\0', '\ufffd'],
])
/* oxlint-disable no-control-regex -- control characters are what is looked for */
const mustEscape = /[\\\u0000\b\t\n\v\f\r\ud800-\udfff]/
const mustEscapeAll = /[\\\u0000\b\t\n\v\f\r]/g
