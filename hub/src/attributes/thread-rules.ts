import { type AttributeRule, AttributeRules } from '@postern/intel'
import type { OrganizationRules } from './attributes.ts'

/** What a thread is told of an organization's attribute types: the rules only where it does not have them yet. */
export type ThreadRules = { organizationId: string; rules: readonly AttributeRule[] | undefined }

/** Organizations whose rules a thread keeps. */
const organizationsKeptMax = 100

/** In the thread that sends: what the other one has. */
export class RulesOfThread {
  readonly #sent = new Map<string, string>()

  toSend({ organizationId, revision, rules }: OrganizationRules): ThreadRules {
    if (this.#sent.get(organizationId) === revision) return { organizationId, rules: undefined }
    // The other one forgets all at the same moment.
    if (this.#sent.size >= organizationsKeptMax && !this.#sent.has(organizationId)) this.#sent.clear()
    this.#sent.set(organizationId, revision)
    return { organizationId, rules }
  }
}

/** In the thread that is told. */
export class CompiledOfThread {
  readonly #kept = new Map<string, AttributeRules>()

  take({ organizationId, rules }: ThreadRules): AttributeRules | undefined {
    if (rules === undefined) return this.#kept.get(organizationId)
    if (this.#kept.size >= organizationsKeptMax && !this.#kept.has(organizationId)) this.#kept.clear()
    const compiled = new AttributeRules(rules)
    this.#kept.set(organizationId, compiled)
    return compiled
  }
}
