import { actingCharacters, visibleEscape } from './hostile-characters.ts'

/**
 * A stranger's text on a terminal: no escape sequence, line end or hidden character takes effect; each is shown instead.
 * Unlike in a log, backslashes stay single, since people copy registry keys and paths from here.
 */
export function escapeTerminal(text: string): string {
  return text.replace(actingCharacters, visibleEscape)
}
