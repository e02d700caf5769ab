/** Deepest nesting of arrays and objects in the JSON of a batch (S14). */
export const jsonDepthMax = 64

const quote = 0x22
const backslash = 0x5c
const openers = new Set([0x5b, 0x7b])
const closers = new Set([0x5d, 0x7d])

/**
 * Whether JSON text stays within the permitted depth, counted on its bytes before anything is built from them (S14).
 * Says nothing about whether it is JSON.
 */
export function isWithinDepth(json: Uint8Array): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    // Within bounds by the loop's condition.
    const byte = json[at]!
    if (byte === quote) at = endOfString(json, at + 1)
    else if (byte < 0x5b) continue
    else if (openers.has(byte) && ++depth > jsonDepthMax) return false
    else if (closers.has(byte)) depth--
  }
  return true
}

/** Offset of the quote that ends a string, or of the text's end. @param from behind the quote that begins it */
export function endOfString(json: Uint8Array, from: number): number {
  let end = json.indexOf(quote, from)
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf(quote, end + 1)
  return end === -1 ? json.length : end
}

/** A quote is escaped when an odd number of backslashes stands before it. */
function isEscaped(json: Uint8Array, at: number): boolean {
  let first = at
  while (first > 0 && json[first - 1] === backslash) first--
  return (at - first) % 2 === 1
}
