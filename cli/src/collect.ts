/** Of an option that may be repeated: each time adds to those before. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value]
}
