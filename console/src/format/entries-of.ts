/** What people write one a line, or with commas or semicolons between: each entry, in order. */
export function entriesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((entry) => entry !== '')
}
