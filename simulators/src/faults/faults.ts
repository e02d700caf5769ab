import { connectionKind, isFor, kindsOf } from './fault-rule.ts'
import type { FaultRule } from './fault-rule.ts'
import { seededNumbers } from './seeded-numbers.ts'

/** A rule that struck, and its seeded numbers for whatever else the fault leaves to chance. */
export interface MetFault {
  readonly rule: FaultRule
  readonly draw: () => number
}

/** The rules in force. Every request asks once, with its kind; the first rule that strikes is what it meets. */
export class Faults {
  #kinds: readonly string[]
  #active: MetFault[] = []

  constructor(kinds: readonly string[], rules: readonly FaultRule[]) {
    this.#kinds = kinds
    this.replace(rules)
  }

  /** @throws Error naming a kind of request that does not exist, or that the fault has no meaning for. */
  replace(rules: readonly FaultRule[]): void {
    for (const { on, fault } of rules) {
      if (on !== '*' && on !== connectionKind && !this.#kinds.includes(on))
        throw new Error(`no kind of request is called ${on}; there are * ${connectionKind} ${this.#kinds.join(' ')}`)
      const isMeant = on === '*' ? fault !== 'changed-certificate' : isFor(fault, on)
      if (!isMeant) throw new Error(`${fault} is not for ${on}; it is for ${kindsOf(fault, this.#kinds).join(' ')}`)
    }
    this.#active = rules.map((rule) => ({ rule: { ...rule }, draw: seededNumbers(rule.seed) }))
  }

  /** The rules with what is left of `after` and `times`. */
  list(): FaultRule[] {
    return this.#active.map(({ rule }) => ({ ...rule }))
  }

  /** Which rule the next request of this kind meets, if any. */
  take(kind: string): MetFault | undefined {
    const met = this.#active.find((active) => strikes(active, kind))
    if (met?.rule.times === undefined) return met
    met.rule.times -= 1
    if (met.rule.times === 0) this.#active = this.#active.filter((candidate) => candidate !== met)
    return met
  }
}

/** One draw for each matching request, so that the same requests meet the same faults again. */
function strikes({ rule, draw }: MetFault, kind: string): boolean {
  if (!isFor(rule.fault, kind) || (rule.on !== '*' && rule.on !== kind)) return false
  if (rule.after > 0) {
    rule.after -= 1
    return false
  }
  return rule.rate === 1 || draw() < rule.rate
}
