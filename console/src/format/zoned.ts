/** `Sat 21 Nov 2026, 04:30:00` by the clocks of a time zone; in UTC where the browser does not know the zone. */
export function formatInZone(instant: string, timeZone: string): string {
  const date = new Date(instant)
  const parts = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const
  try {
    return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone }).format(date)
  } catch {
    return `${new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' }).format(date)} UTC`
  }
}

/** `Sat 04:30` by the clocks of a time zone, for where the day stands beside it; empty where the browser does not know the zone. */
export function formatShortInZone(instant: string, timeZone: string): string {
  try {
    const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const
    return new Intl.DateTimeFormat('en-GB', parts).format(new Date(instant)).replace(',', '')
  } catch {
    return ''
  }
}

/** The time zone that this browser runs in. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
