/**
 * Whether a text is what a wildcard describes, as a whole; `*` stands for any number of characters. Goes through the text once: each
 * piece is sought behind the one before, so no number of stars makes it start again.
 */
export function matchesWildcard(pieces: readonly string[], text: string): boolean {
  // A pattern with a star has at least two pieces, of which the first and the last may be empty.
  const first = pieces[0]!
  const last = pieces[pieces.length - 1]!
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let from = first.length
  for (let index = 1; index < pieces.length - 1; index++) {
    const piece = pieces[index]!
    const found = text.indexOf(piece, from)
    if (found < 0 || found + piece.length > end) return false
    from = found + piece.length
  }
  return true
}
