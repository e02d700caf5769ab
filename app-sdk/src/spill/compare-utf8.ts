/**
 * Compares two strings by their UTF-8 bytes. JavaScript's own `<` compares UTF-16 units, which differs only where a
 * surrogate meets a unit from U+E000 upwards: as UTF-8 the surrogate pair is the larger.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    if (left >= 0xd800 && right >= 0xd800 && isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1
    return left - right
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** Whether a text is ordered by its UTF-16 units as by its UTF-8 bytes: it holds no unit from U+D800 upwards. */
export function isPlainOrder(text: string): boolean {
  return !/[\ud800-\uffff]/.test(text)
}

/** For texts of plain order; the engine compares them at once. */
export function comparePlain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
