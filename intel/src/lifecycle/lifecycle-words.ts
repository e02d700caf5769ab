/** `3 steps`, `1 step`, `no step`. */
export function times(count: number, what: string): string {
  if (count === 0) return `no ${what}`
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

/** An instant to the second, in UTC. */
export function instantText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
