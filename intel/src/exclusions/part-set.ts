/**
 * Texts that are sought inside values, of one list. Sorted, and without those that begin with another of them, whose place that other
 * takes: then the only one that can begin at a place of a value is the last that does not sort behind the value's rest, which a
 * binary search finds.
 */
export class PartSet {
  readonly #texts: readonly string[]
  readonly #entries: readonly number[]

  constructor(parts: readonly { entry: number; text: string }[]) {
    const kept: { entry: number; text: string }[] = []
    for (const part of parts.toSorted((a, b) => compare(a.text, b.text) || a.entry - b.entry)) {
      const last = kept.at(-1)
      if (last === undefined || !part.text.startsWith(last.text)) kept.push(part)
    }
    this.#texts = kept.map(({ text }) => text)
    this.#entries = kept.map(({ entry }) => entry)
  }

  /** The entry that stands at this place of the value, or -1. */
  at(value: string, place: number): number {
    let low = 0
    let high = this.#texts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareAt(this.#texts[middle]!, value, place) <= 0) low = middle + 1
      else high = middle
    }
    return low > 0 && value.startsWith(this.#texts[low - 1]!, place) ? this.#entries[low - 1]! : -1
  }
}

/** By UTF-16 units, as `compareAt`. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Compares a text with what of the value follows from a place on. */
function compareAt(text: string, value: string, place: number): number {
  const length = Math.min(text.length, value.length - place)
  for (let index = 0; index < length; index++) {
    const difference = text.charCodeAt(index) - value.charCodeAt(place + index)
    if (difference !== 0) return difference
  }
  return text.length - (value.length - place)
}
