import type { ReadStixObject } from '../bundle/read-stix-bundle.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import { objectsOf, textOf, textsOf } from './read-properties.ts'

/** Kind of the association of a technique with each tactic that one of its phases names. */
export const killChainPhaseKind = 'kill-chain-phase'

/**
 * The tactics of a bundle by the phases that they are: ATT&CK joins a technique to its tactics by no relationship, but by a phase of the
 * technique that has the tactic's `x_mitre_shortname`, in the kill chain of the tactic's domain.
 */
export class TacticsByPhase {
  readonly #ids = new Map<string, string[]>()

  constructor(objects: readonly ReadStixObject[]) {
    for (const read of objects) if (read.ok && read.object.type === 'x-mitre-tactic') this.#add(read.object)
  }

  /** Ids of the tactics that the phases of an object name, each once. */
  of(object: StixObject): string[] {
    if (this.#ids.size === 0 || object['kill_chain_phases'] === undefined) return []
    const ids = objectsOf(object['kill_chain_phases']).flatMap((phase) => {
      const name = String(Reflect.get(phase, 'phase_name'))
      return (
        this.#ids.get(keyOf(String(Reflect.get(phase, 'kill_chain_name')), name)) ??
        this.#ids.get(keyOf('', name)) ??
        []
      )
    })
    return [...new Set(ids)]
  }

  #add(tactic: StixObject): void {
    const name = textOf(tactic['x_mitre_shortname'])
    if (name === undefined) return
    const domains = textsOf(tactic['x_mitre_domains'])
    // One of no domain is that of every kill chain.
    for (const chain of domains.length === 0 ? [''] : domains.map(chainOf)) {
      const key = keyOf(chain, name)
      this.#ids.set(key, [...new Set([...(this.#ids.get(key) ?? []), tactic.id])])
    }
  }
}

/** ATT&CK's names: `mitre-ics-attack` of `ics-attack`, and `mitre-attack` of `enterprise-attack`. */
function chainOf(domain: string): string {
  return domain === 'enterprise-attack' ? 'mitre-attack' : `mitre-${domain}`
}

function keyOf(chain: string, phase: string): string {
  return `${chain} ${phase}`
}
