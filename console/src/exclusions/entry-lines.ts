import type { ExclusionEntry, WriteExclusionEntries } from '@postern/protocol'

/** Entries as text, one a line; a note follows its entry after ` # `. */
export function textOfEntries(entries: readonly ExclusionEntry[]): string {
  return entries.map(({ entry, note }) => (note === null || note === '' ? entry : `${entry} # ${note}`)).join('\n')
}

/** Reads that text; empty lines, and lines that are a note alone, are left out. */
export function entriesOfText(text: string): WriteExclusionEntries['entries'] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.search(/\s#\s/)
      if (at < 0) return { entry: line }
      const note = line.slice(at + 3).trim()
      return { entry: line.slice(0, at).trim(), ...(note !== '' && { note }) }
    })
}
