const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/

/**
 * A STIX or TAXII timestamp (RFC 3339, UTC) in a form that sorts as text, whatever its precision:
 * two clients may write the same moment with three digits of a second or with six.
 */
export function sortableTimestamp(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const [, seconds, fraction = ''] = pattern.exec(text) ?? []
  if (seconds === undefined || Number.isNaN(Date.parse(`${seconds}Z`))) return undefined
  return `${seconds}.${fraction.padEnd(9, '0')}Z`
}

/** A sortable timestamp with the digits a TAXII answer carries. */
export function wireTimestamp(sortable: string): string {
  return sortable.replace(/(\.\d{3}(?:\d{3})??)0*Z$/, '$1Z')
}

export function sortableNow(): string {
  return new Date().toISOString().replace('Z', '000000Z')
}
