/** A piece of a text: to be shown as it is, or a character that is named because showing it would deceive or hide. */
export interface TextPiece {
  kind: 'text' | 'named'
  text: string
}

/**
 * Characters that are not shown as themselves: controls other than tab and line feed, formats (bidi controls reorder what
 * stands around them, so that a file named `…gpj.exe` reads as a picture), whatever is drawn as nothing, line and paragraph
 * separators, noncharacters, and unpaired surrogates. Values of the library hold none of them (S6); what a source sent, and
 * what an app logs, may hold all. The two selectors of text and emoji style stay: they change nothing but the style.
 */
const unusual =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]--[\t\n]--\u{FE0E}--\u{FE0F}]/gv

/** Splits a text so that each unusual character stands alone, named like `U+202E`; a carriage return before a line feed is dropped. */
export function textPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = []
  const plain = text.replaceAll('\r\n', '\n')
  let from = 0
  for (const match of plain.matchAll(unusual)) {
    const [character] = match
    if (joinsEmoji(plain, match.index)) continue
    if (match.index > from) pieces.push({ kind: 'text', text: plain.slice(from, match.index) })
    pieces.push({ kind: 'named', text: nameOf(character) })
    from = match.index + character.length
  }
  if (from < plain.length) pieces.push({ kind: 'text', text: plain.slice(from) })
  return pieces
}

/** The text in one string with unusual characters named: for titles and labels, where no markup can be. */
export function plainText(text: string): string {
  return textPieces(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : `‹${piece.text}›`))
    .join('')
}

/** A joiner between two pictographs makes one emoji of them, as in a person at a laptop; anywhere else it hides. */
function joinsEmoji(text: string, at: number): boolean {
  if (text[at] !== '\u200D') return false
  return (
    /\p{Extended_Pictographic}[\u{FE0F}\p{Emoji_Modifier}]?$/v.test(text.slice(Math.max(0, at - 5), at)) &&
    /^\p{Extended_Pictographic}/v.test(text.slice(at + 1, at + 3))
  )
}

function nameOf(character: string): string {
  // A match is never empty, so it has a code point.
  const codePoint = character.codePointAt(0) ?? 0
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}
