import { actingCharacters } from './hostile-characters.ts'

/**
 * One line of a plain list, as firewalls fetch it, without its line end. Such lists have no way to escape anything, and a
 * changed value would be another value; so one that cannot stand in a line is `undefined`: leave it out and count it.
 * That is a value which is empty, holds a line end or another acting character, begins or ends with a blank, or begins like a comment
 * (`#`, `;`, `!`, `//`). Inner blanks stay: a list for a reader that takes the first word of a line must not hold the free-text types.
 */
export function escapeTextList(text: string): string | undefined {
  if (text === '' || text !== text.trim() || commentStart.test(text)) return undefined
  return text.search(actingCharacters) < 0 ? text : undefined
}

const commentStart = /^(?:[#;!]|\/\/)/
