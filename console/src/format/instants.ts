/** `2026-11-21 02:08:41`, always UTC: hub, environment servers and appliances are rarely in the reader's time zone. */
export function formatUtc(instant: string): string {
  return new Date(instant).toISOString().slice(0, 19).replace('T', ' ')
}

/** For narrow columns: how long ago within a day (`3 h ago`), and else the day in UTC (`2026-11-21`). */
export function formatShort(instant: string, nowMs: number): string {
  const isNear = Math.abs(nowMs - Date.parse(instant)) < 86_400_000
  return isNear ? formatRelative(instant, nowMs) : formatUtc(instant).slice(0, 10)
}

/** `02:08:41.123` of an instant, UTC: for the lines of a log. */
export function formatUtcTime(instant: string): string {
  return new Date(instant).toISOString().slice(11, 23)
}

/** How long ago, or in how long, in the largest unit that fits: `just now`, `4 min ago`, `in 2 h`. */
export function formatRelative(instant: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(instant)) / 1000)
  const distance = Math.abs(seconds)
  if (distance < 10) return 'just now'
  const text = span(distance)
  return seconds > 0 ? `${text} ago` : `in ${text}`
}

/** Everything about an instant, for the title: to the millisecond in UTC, and in the reader's own time. */
export function describeInstant(instant: string): string {
  const date = new Date(instant)
  const local = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' }).format(date)
  return `${date.toISOString()}\n${local}`
}

function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
