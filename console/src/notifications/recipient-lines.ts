import { entriesOf } from '../format/entries-of.ts'

/** Mail addresses as people write several, each once. */
export function addressesOf(text: string): string[] {
  return [...new Set(entriesOf(text))]
}
