import { shortened } from '../../format/shortened.ts'

/** Characters of a line that are shown before the reader asks for the rest. */
export const lineCharactersShown = 700

/** A long line's beginning and how much is hidden; whole if it is short, was opened, or the search found something in the rest. */
export function shortenedLine(text: string, isOpen: boolean, search: string): { shown: string; hidden: number } {
  if (isOpen || isFoundBeyond(text, search)) return { shown: text, hidden: 0 }
  return shortened(text, lineCharactersShown)
}

function isFoundBeyond(text: string, search: string): boolean {
  if (search === '' || text.length <= lineCharactersShown) return false
  return text.toLowerCase().includes(search.toLowerCase(), Math.max(0, lineCharactersShown - search.length + 1))
}
