/** Values that one test takes, as the hub does. */
export const testedValuesMax = 1000

/** What somebody pasted, one value a line; where it is one line, spaces and commas part values too. */
export function testedValues(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const parts = lines.length > 1 ? lines : (lines[0] ?? '').split(/[\s,;]+/)
  return [...new Set(parts.filter((part) => part !== '').map((part) => part.slice(0, 2000)))].slice(0, testedValuesMax)
}
