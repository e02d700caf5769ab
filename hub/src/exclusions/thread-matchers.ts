import { type CompiledExclusions, ExclusionMatcher } from '@postern/intel'
import { organizationsMax, type ReadyExclusions } from './matchers.ts'

/** What a thread is told of the lists that hold for its next work; `compiled` only if it does not have them yet. */
export type ThreadExclusions = {
  organizationId: string
  revision: string
  compiled: CompiledExclusions | undefined
  /** Organizations whose lists are needed no longer. */
  forget: readonly string[]
}

/** What a thread has of the lists, as whoever sends work to it knows: each revision goes over once. */
export class ListsOfThread {
  /** Revisions, the least recently used organization first. */
  readonly #sent = new Map<string, string>()

  toSend({ organizationId, revision, matcher, compiled }: ReadyExclusions): ThreadExclusions | undefined {
    if (matcher === undefined) return undefined
    const isKnown = this.#sent.get(organizationId) === revision
    this.#sent.delete(organizationId)
    this.#sent.set(organizationId, revision)
    const forget = [...this.#sent.keys()].slice(0, Math.max(0, this.#sent.size - organizationsMax))
    for (const forgotten of forget) this.#sent.delete(forgotten)
    return { organizationId, revision, compiled: isKnown ? undefined : compiled, forget }
  }
}

/** The thread's own side. */
export class MatchersOfThread {
  readonly #matchers = new Map<string, ExclusionMatcher>()

  take(sent: ThreadExclusions | undefined): ExclusionMatcher | undefined {
    if (sent === undefined) return undefined
    for (const organizationId of sent.forget) this.#matchers.delete(organizationId)
    if (sent.compiled !== undefined) this.#matchers.set(sent.organizationId, new ExclusionMatcher(sent.compiled))
    return this.#matchers.get(sent.organizationId)
  }
}
