/**
 * Reads a time as sources write it: ISO 8601, epoch seconds or epoch milliseconds, as number or text (FD-8).
 * @returns ISO 8601 in UTC to the second, as ThreatConnect's API has it; nothing for what is no time or before 1970.
 */
export function readTime(value: string | number | null | undefined): string | undefined {
  const ms = milliseconds(value)
  if (ms === undefined || ms <= 0 || ms > latestMs) return undefined
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** The start of a day that is written `YYYY-MM-DD`. */
export function readDay(value: string | null | undefined): string | undefined {
  return value !== null && value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? readTime(`${value}T00:00:00Z`)
    : undefined
}

/** From here upwards a number is milliseconds: as seconds it would lie in the year 5138. */
const millisecondsFrom = 100_000_000_000
const latestMs = Date.UTC(9999, 11, 31)

function milliseconds(value: string | number | null | undefined): number | undefined {
  if (value === null || value === undefined || value === '') return undefined
  const number = typeof value === 'number' || /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isNaN(number)) return number >= millisecondsFrom ? number : number * 1000
  const parsed = Date.parse(String(value))
  return Number.isNaN(parsed) ? undefined : parsed
}
