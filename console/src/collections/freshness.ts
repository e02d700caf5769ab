import { formatDuration } from '../format/quantities.ts'

const offered = [60, 300, 900, 3600, 21_600, 86_400, 604_800]

/** What a form offers as the age at which a full refresh is due; a collection's own comes first where it is none of them. */
export function freshnessChoices(current: number): { value: string; label: string }[] {
  const all = offered.includes(current) ? offered : [current, ...offered]
  return all.toSorted((a, b) => a - b).map((seconds) => ({ value: String(seconds), label: freshnessWords(seconds) }))
}

export function freshnessWords(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? '1 day' : `${seconds / 86_400} days`
  if (seconds % 3600 === 0) return seconds === 3600 ? '1 hour' : `${seconds / 3600} hours`
  if (seconds % 60 === 0) return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`
  return formatDuration(seconds * 1000)
}
