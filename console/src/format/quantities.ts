const counts = new Intl.NumberFormat('en')
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** 12345 → `12,345`. */
export function formatCount(count: number): string {
  return counts.format(count)
}

/** `1 value`, `2 values`, `1,000 values`. */
export function formatCountOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

/** A count no more exactly than it is known: `About 34,000 values`, an estimate being no better than its first two digits, or `More than 10,000 values`. */
export function formatTotalOf(
  { count, isExact, isLowerBound = false }: { count: number; isExact: boolean; isLowerBound?: boolean | undefined },
  noun: string,
): string {
  if (isExact) return formatCountOf(count, noun)
  if (!isLowerBound) return `About ${formatCountOf(Number(count.toPrecision(2)), noun)}`
  return count === 0 ? `Too many ${noun}s to count at once` : `More than ${formatCountOf(count, noun)}`
}

/** Bytes in binary units: `512 B`, `1.5 KiB`, `3 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  return `${oneDecimal.format(bytes / 1024 ** step)} ${units[step] ?? 'B'}`
}

/** A span of time by its two largest units: `350 ms`, `4.2 s`, `1 min 05 s`, `2 h 03 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`
  if (milliseconds < 60_000) return `${oneDecimal.format(Math.floor(milliseconds / 100) / 10)} s`
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${twoDigits(Math.floor((seconds % 3600) / 60))} min`
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
