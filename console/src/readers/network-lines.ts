/** Networks as somebody writes them: one a line, or parted by spaces and commas. */
export function networksOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((network) => network !== '')
}
