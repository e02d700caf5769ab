/** `1,234,567`, as the console and the documents write it. */
export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 member`, `1,234 members`. */
export function formatCountOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}
