/** An instant of UTC from a field of date and time; undefined where it is empty or none. */
export function instantOf(field: string): string | undefined {
  const at = Date.parse(`${field}Z`)
  return field === '' || Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

/** An instant as such a field shows it, to the minute. */
export function fieldOf(instant: string | null | undefined): string {
  return instant ? new Date(instant).toISOString().slice(0, 16) : ''
}

/** What such a field says that was filled with something stored: what was not touched keeps the seconds that no field shows. */
export function editedInstant(field: string, stored: string | null | undefined): string | null {
  return field === fieldOf(stored) ? (stored ?? null) : (instantOf(field) ?? null)
}
