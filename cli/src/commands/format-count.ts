const counts = new Intl.NumberFormat('en')

/** `1,234,567`, as the console and the documents write it. */
export function formatCount(count: number): string {
  return counts.format(count)
}
