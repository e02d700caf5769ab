import { entriesOf } from '../format/entries-of.ts'

/** Networks as somebody writes them: one a line, or parted by spaces and commas. */
export function networksOf(text: string): string[] {
  return entriesOf(text)
}
