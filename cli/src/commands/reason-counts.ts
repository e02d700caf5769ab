import { generalReason } from '@postern/intel'
import { formatCount } from './format-count.ts'

/** Reasons that are told with their counts; the rarest are summed. */
const shownReasonsMax = 20

/** Why lines and items were not taken, counted by reason: what names the single value is left out of it. */
export class ReasonCounts {
  readonly #counts = new Map<string, number>()

  add(sentence: string): void {
    const reason = generalReason(sentence)
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
