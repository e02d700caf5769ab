import { formatCount } from './format-count.ts'

/** Reasons that are told with their counts; the rarest are summed. */
const shownReasonsMax = 20

/** An id of STIX names one object; its type is what many have in common. */
const stixId = /\b([a-z0-9][a-z0-9-]*)--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi

/** Why lines and items were not taken, counted by reason: what names the single value is left out of it. */
export class ReasonCounts {
  readonly #counts = new Map<string, number>()

  add(sentence: string): void {
    const reason = sentence
      .replace(/^.*? is not valid\. /, '')
      .replaceAll(/“[^”]*”/g, '“…”')
      .replaceAll(stixId, '$1')
      .replace(/, by its entry .*$/, '.')
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
  }

  /** The most frequent first. */
  lines(): string[] {
    const sorted = [...this.#counts].toSorted(([, one], [, other]) => other - one)
    const rest = sorted.slice(shownReasonsMax)
    const others = rest.reduce((sum, [, count]) => sum + count, 0)
    return [
      ...sorted.slice(0, shownReasonsMax).map(([reason, count]) => `${formatCount(count)} × ${reason}`),
      ...(others === 0 ? [] : [`${formatCount(others)} × ${formatCount(rest.length)} other reasons`]),
    ]
  }
}
