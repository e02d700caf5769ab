import { actingCharacters, visibleEscape } from './hostile-characters.ts'

/**
 * A stranger's text inside one line of a log: it cannot end the line, begin another or act on the screen that shows it.
 * Backslashes are doubled, so that the original can be told from the line.
 */
export function escapeLogLine(text: string): string {
  return text.replaceAll('\\', '\\\\').replace(actingCharacters, visibleEscape)
}
