/** A piece of a text: an address of the web, whole, or what stands between. */
export interface AddressPiece {
  text: string
  isAddress: boolean
}

/**
 * An address ends before white space, quotes, brackets, and characters that are not shown as themselves; parentheses belong to it in pairs,
 * as in those of Wikipedia, and not around it, as in Markdown.
 */
const address = /\bhttps?:\/\/(?:\([^\s()<>"`[\]{}\p{C}]*\)|[^\s()<>"`[\]{}\p{C}])+/gu

/** Cuts a text at the addresses in it. */
export function addressPieces(text: string): AddressPiece[] {
  const pieces: AddressPiece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    // What ends the sentence is not of the address.
    const found = match[0].replace(/[.,;:!?'*]+$/, '')
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), isAddress: false })
    pieces.push({ text: found, isAddress: true })
    from = match.index + found.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isAddress: false })
  return pieces
}
