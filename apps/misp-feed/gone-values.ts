import { canonicalise, IndicatorPage, paths, SortedSpill } from '@postern/app-sdk'
import type { HubSession, IndicatorItem, SpillRow } from '@postern/app-sdk'
import { reportXidStart } from './map-event.ts'

const pagesMax = 10_000

/** What this run sends, kept on disk, to tell what of the feed's own the library holds beyond it. */
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

  /**
   * Takes the values that this feed brought into the owner and this run does not send: they have gone from the source. None is
   * taken when they are more than `shareMax` percent of what is known, for then the source is rather broken than changed.
   * @param take called with each, in order.
   */
  async takeGone(
    hub: HubSession,
    owner: string,
    shareMax: number,
    take: (type: string, value: string) => Promise<void>,
  ): Promise<Removal> {
    const held = new SortedSpill(this.#tempPath)
    const gone = new SortedSpill(this.#tempPath)
    try {
      for await (const { type, value } of broughtByFeed(hub, owner)) await held.add(`${type}\t${value}`)
      for await (const key of onlyFirst(held.rows(), this.#sent.rows())) await gone.add(key)
      const removal = judgeRemoval(held.count, gone.count, shareMax)
      if (!removal.isAllowed) return removal
      for await (const [key] of gone.rows()) {
        const tab = key.indexOf('\t')
        await take(key.slice(0, tab), key.slice(tab + 1))
      }
      return removal
    } finally {
      for (const spill of [held, gone, this.#sent]) await spill.dispose()
    }
  }
}

/** How many values have gone, of those that the feed brought, and whether that many may. */
export interface Removal {
  readonly known: number
  readonly gone: number
  /** Percent of the known. */
  readonly shareMax: number
  readonly isAllowed: boolean
}

/** Fewer are too few to judge a share by. */
const goneMin = 20

function judgeRemoval(known: number, gone: number, shareMax: number): Removal {
  return { known, gone, shareMax, isAllowed: gone < goneMin || gone * 100 <= known * shareMax }
}

/**
 * Values of the owner that hang on a report of this feed, as all do that it sends. What others put into the same owner hangs on
 * none, and is none of its business.
 */
async function* broughtByFeed(hub: HubSession, owner: string): AsyncGenerator<{ type: string; value: string }> {
  const name = owner.replaceAll(/["\\`]/g, '\\$&')
  const tql = `ownerName = "${name}" and hasGroup(typeName = "Report" and xid like "${reportXidStart}%")`
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
