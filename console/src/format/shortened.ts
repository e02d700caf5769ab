/** A text's beginning and how many characters are hidden; never cut between the halves of a surrogate pair. */
export function shortened(text: string, charactersMax: number): { shown: string; hidden: number } {
  if (text.length <= charactersMax) return { shown: text, hidden: 0 }
  const end = /[\uD800-\uDBFF]/.test(text[charactersMax - 1] ?? '') ? charactersMax - 1 : charactersMax
  return { shown: text.slice(0, end), hidden: text.length - end }
}
