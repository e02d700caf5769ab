/** Gives back the text that `escapeLogLine` made visible; written for the tests. */
export function readLogText(line: string): string {
  return line.replace(
    /\\(?:([nrt\\])|x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{5,6})\})?/g,
    (all, letter?: string, ...hex: unknown[]) => {
      if (letter !== undefined) return letters.get(letter) ?? ''
      const digits = hex.slice(0, 3).find((part) => typeof part === 'string')
      if (typeof digits !== 'string') throw new Error(`${all} is no escape`)
      return String.fromCodePoint(Number.parseInt(digits, 16))
    },
  )
}

const letters: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
])
