import { generalReason } from '@postern/intel'
import type { StixKind, StixObjectAccount } from '@postern/protocol'
import { kindReasonsMax, kindsMax } from './stix-limits.ts'

type Outcome = StixObjectAccount['outcome']
type Counted = Omit<StixKind, 'type' | 'reasons'> & { reasons: Map<string, number> }

/** What became of the objects of a bundle, by their type, and why. */
export class KindAccounts {
  readonly #kinds = new Map<string, Counted>()

  constructor(kinds: readonly StixKind[] = []) {
    for (const { type, reasons, ...counts } of kinds)
      this.#kinds.set(type, {
        ...counts,
        reasons: new Map(reasons.map(({ outcome, reason, count }) => [keyOf(outcome, reason), count])),
      })
  }

  /** @param reason why not all of the object is in the library */
  add(type: string, outcome: Outcome, reason: string | null): void {
    const kind = this.#kindOf(type)
    kind[outcome] += 1
    if (reason !== null) countReason(kind, outcome, reason)
  }

  /** An object that was told as mapped, and turned out otherwise. */
  change(type: string, outcome: Outcome, reason: string): void {
    this.#kindOf(type).mapped -= 1
    this.add(type, outcome, reason)
  }

  /** The most frequent first. */
  list(): StixKind[] {
    const kinds = [...this.#kinds].map(([type, { reasons, ...counts }]) => ({
      type,
      ...counts,
      reasons: told(reasons),
    }))
    return kinds.toSorted((one, other) => totalOf(other) - totalOf(one))
  }

  #kindOf(type: string): Counted {
    const known = this.#kinds.get(type)
    if (known !== undefined) return known
    if (this.#kinds.size >= kindsMax && type !== otherTypes) return this.#kindOf(otherTypes)
    const kind = { mapped: 0, kept: 0, unchanged: 0, refused: 0, reasons: new Map<string, number>() }
    this.#kinds.set(type, kind)
    return kind
  }
}

/** How many objects of each type. */
export function typesOf(kinds: readonly StixKind[]): Record<string, number> {
  return Object.fromEntries(kinds.map((kind) => [kind.type, totalOf(kind)]))
}

function totalOf({ mapped, kept, unchanged, refused }: Omit<StixKind, 'type' | 'reasons'>): number {
  return mapped + kept + unchanged + refused
}

function countReason({ reasons }: Counted, outcome: Outcome, sentence: string): void {
  const key = keyOf(outcome, generalReason(sentence))
  const name = reasons.has(key) || reasons.size < kindReasonsMax ? key : keyOf(outcome, 'For other reasons.')
  reasons.set(name, (reasons.get(name) ?? 0) + 1)
}

function told(reasons: ReadonlyMap<string, number>): StixKind['reasons'] {
  const list = [...reasons].map(([key, count]) => {
    const [outcome = '', reason = ''] = splitOnce(key)
    return { outcome: outcome as Outcome, reason, count }
  })
  return list.toSorted((one, other) => other.count - one.count)
}

function keyOf(outcome: Outcome, reason: string): string {
  return `${outcome} ${reason}`
}

function splitOnce(key: string): string[] {
  const space = key.indexOf(' ')
  return [key.slice(0, space), key.slice(space + 1)]
}

const otherTypes = 'other types'
