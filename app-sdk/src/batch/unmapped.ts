import { paths } from '@postern/protocol'
import type { Unmapped } from '@postern/protocol'
import type { HubSession } from '../net/hub-session.ts'

const kindsMax = 1_000
const examplesMax = 5
const textMax = 500

/** What a source held that has no place in the library: counted by kind and reason, with a few examples. Nothing is lost unsaid. */
export class UnmappedCounts {
  readonly #byKind = new Map<string, { what: string; reason: string; count: number; examples: string[] }>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /**
   * @param what in the source's own words, such as `attribute type "port"`.
   * @param reason why it has no place.
   */
  add(what: string, reason: string, example?: string): void {
    this.#total += 1
    const row = this.#row(cut(what), cut(reason))
    row.count += 1
    if (example !== undefined && row.examples.length < examplesMax) row.examples.push(cut(example))
  }

  list(): Unmapped['data'] {
    return [...this.#byKind.values()].toSorted((a, b) => b.count - a.count)
  }

  /** Writes them into the execution's ledger. Sending them again replaces them. */
  async send(hub: HubSession, executionId: string): Promise<void> {
    await hub.send('PUT', paths.executionUnmapped(executionId), { json: { data: this.list() } satisfies Unmapped })
  }

  #row(what: string, reason: string): { count: number; examples: string[] } {
    const known = this.#byKind.get(`${what}\n${reason}`)
    if (known !== undefined) return known
    // A source that invents kinds without end still has every item counted.
    if (this.#byKind.size >= kindsMax - 1 && what !== otherKinds)
      return this.#row(otherKinds, 'more kinds than are told apart')
    const row = { what, reason, count: 0, examples: [] }
    this.#byKind.set(`${what}\n${reason}`, row)
    return row
  }
}

const otherKinds = 'other kinds'

/** Well-formed text within the bound; control characters are shown as spaces. */
function cut(text: string): string {
  const clean = text.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ')
  return clean.length <= textMax ? clean : `${clean.slice(0, textMax - 1)}…`.toWellFormed()
}
