import { canonicalise, IndicatorPage, paths, SortedSpill } from '@postern/app-sdk'
import type { HubSession, IndicatorItem, SpillRow } from '@postern/app-sdk'

const pagesMax = 10_000

/** What this run sends, kept on disk, to tell what the library holds beyond it. */
export class SentValues {
  readonly #sent: SortedSpill
  readonly #tempPath: string

  constructor(tempPath: string) {
    this.#tempPath = tempPath
    this.#sent = new SortedSpill(tempPath)
  }

  /** Remembers an indicator by its canonical value; what has none is refused by the hub and in no library. */
  async add(item: IndicatorItem): Promise<void> {
    for (const raw of item.type === 'File' ? item.summary.split(':') : [item.summary]) {
      const canonical = canonicalise(item.type, raw)
      if (canonical.ok) await this.#sent.add(`${item.type}\t${canonical.value}`)
    }
  }

  /** Values of the owner that this run does not send: they have gone from the source. */
  async *gone(hub: HubSession, owner: string): AsyncGenerator<{ type: string; value: string }> {
    const held = new SortedSpill(this.#tempPath)
    for await (const { type, value } of ownersIndicators(hub, owner)) await held.add(`${type}\t${value}`)
    for await (const key of onlyFirst(held.rows(), this.#sent.rows())) {
      const tab = key.indexOf('\t')
      yield { type: key.slice(0, tab), value: key.slice(tab + 1) }
    }
    await held.dispose()
    await this.#sent.dispose()
  }
}

async function* ownersIndicators(hub: HubSession, owner: string): AsyncGenerator<{ type: string; value: string }> {
  const tql = `ownerName = "${owner.replaceAll(/["\\`]/g, '\\$&')}"`
  let cursor: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const { data, next } = await hub.call('GET', paths.indicators, IndicatorPage, {
      query: { tql, limit: 1_000, cursor },
    })
    yield* data
    if (next === undefined) return
    cursor = next
  }
  throw new Error(`owner ${owner} has more than ${pagesMax} pages of indicators; nothing was deleted`)
}

async function* onlyFirst(first: AsyncGenerator<SpillRow>, second: AsyncGenerator<SpillRow>): AsyncGenerator<string> {
  let other = await second.next()
  for await (const [key] of first) {
    // Both come in the same order, so the second never has to go back.
    while (other.done !== true && isBefore(other.value[0], key)) other = await second.next()
    if (other.done === true || other.value[0] !== key) yield key
  }
}

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
}
