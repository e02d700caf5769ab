/** A reader of one row of COPY's text format by PostgreSQL's documentation, written for the tests; throws at what ends the data or the row early. */
export function readCopyRow(data: string): (string | null)[] {
  if (data.startsWith('\\.\n')) throw new Error('the end-of-data mark')
  if (data.indexOf('\n') !== data.length - 1 || data.includes('\r')) throw new Error('not exactly one row')
  return data
    .slice(0, -1)
    .split('\t')
    .map((field) => (field === '\\N' ? null : readField(field)))
}

function readField(field: string): string {
  return field.replace(/\\(x[0-9a-f]{1,2}|[0-7]{1,3}|[^])|\\$/gi, (all, escaped?: string) => {
    if (escaped === undefined) throw new Error('a backslash at the end of a field')
    const letter = letters.get(escaped)
    if (letter !== undefined) return letter
    if (escaped.startsWith('x') && escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8))
    if (escaped === '.') throw new Error(`the end-of-data mark in ${all}`)
    return escaped
  })
}

const letters: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])
