import {
  canonicalise,
  detectType,
  type IndicatorType,
  indicatorId,
  parseIndicatorType,
  keepsFromExports,
} from '@postern/intel'
import type { PlanValue } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { ReadyExclusions } from './matchers.ts'
import { bareHostOf, bareUrlsOfHosts, hostDecision } from './whitelisted-host.ts'

/** Values whose decisions are asked for in one statement. */
const askedAtOnce = 10_000
const shownMax = 5

/** A value as the library would name it, and as it was sent. */
type Read = { id: string; sent: string; why: string }

/** Of these indicators, those that people decided to be Whitelisted. */
type AskWhitelisted = (ids: readonly string[]) => Promise<string[]>

/**
 * The last check of what an export is about to add (S1), by the lists of this moment and by decisions, whatever the data collection
 * said when its version was made. Use: `line` for every value of a plan, then `refusal`.
 */
export class NeverExported {
  readonly #exclusions: ReadyExclusions
  readonly #whitelisted: AskWhitelisted
  #asked: Read[] = []
  #count = 0
  readonly #shown: string[] = []

  constructor(exclusions: ReadyExclusions, whitelisted: AskWhitelisted) {
    this.#exclusions = exclusions
    this.#whitelisted = whitelisted
  }

  /** @returns something to wait for, now and then */
  line([change, type, sent]: PlanValue): Promise<void> | undefined {
    if (change !== 'add') return undefined
    const why = this.#whyNot(type, sent)
    if (why !== undefined) this.#found(sent, why)
    return this.#asked.length < askedAtOnce ? undefined : this.#ask()
  }

  /** A sentence, or nothing where every value may be added. */
  async refusal(): Promise<string | undefined> {
    await this.#ask()
    if (this.#count === 0) return undefined
    const more = this.#count > this.#shown.length ? ', …' : ''
    return `${this.#count} of the values to add must never be exported: ${this.#shown.join(', ')}${more}.`
  }

  /** What cannot be read may be anything, so that nothing says it may be added. */
  #whyNot(typeName: string, sent: string): string | undefined {
    const read = readSent(typeName, sent)
    if (read === undefined) return 'it cannot be read, so that nothing says what it is'
    const { type, value } = read
    const hit = this.#exclusions.matcher?.judge(type, value).find(({ list }) => keepsFromExports(list))
    if (hit !== undefined) return `${hit.entry} of the list ${hit.list.name}`
    this.#asked.push({ id: indicatorId(type, value), sent, why: 'whitelisted by decision' })
    const host = type === 'URL' ? bareHostOf(value) : undefined
    if (host !== undefined) this.#asked.push({ ...host, sent, why: 'its host is whitelisted by decision' })
    return undefined
  }

  async #ask(): Promise<void> {
    const asked = this.#asked
    this.#asked = []
    if (asked.length === 0) return
    const whitelisted = new Set(await this.#whitelisted([...new Set(asked.map(({ id }) => id))]))
    const told = new Set<string>()
    for (const { id, sent, why } of asked) {
      if (!whitelisted.has(id) || told.has(sent)) continue
      told.add(sent)
      this.#found(sent, why)
    }
  }

  #found(sent: string, why: string): void {
    this.#count += 1
    if (this.#shown.length < shownMax) this.#shown.push(`${sent} (${why})`)
  }
}

/** A control may have a spelling and a name of types of its own: what is no canonical value is judged as what it looks like. */
function readSent(typeName: string, sent: string): { type: IndicatorType; value: string } | undefined {
  const named = parseIndicatorType(typeName)
  const detected = detectType(sent)
  const tries: [IndicatorType | undefined, string][] = [
    [named, sent],
    [detected, sent],
    // A URL without its scheme, as firewalls write it: its host says enough.
    ['URL', `http://${sent}`],
  ]
  for (const [type, text] of tries) {
    const read = type === undefined ? undefined : canonicalise(type, text)
    if (type !== undefined && read?.ok === true) return { type, value: read.value }
  }
  return undefined
}

/** Of these indicators, those that people decided to be Whitelisted: any number of decisions, looked up by their key. */
export async function whitelistedAmong(
  db: Db,
  organizationId: string,
  ids: readonly string[],
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select d.indicator_id as id from decision d
    where d.organization_id = ${organizationId} and d.indicator_id = any(${[...ids]}::uuid[]) and ${isWhitelisting(now)}`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

function isWhitelisting(now: RawBuilder<Date> | Date): RawBuilder<boolean> {
  return sql`d.status = 'Whitelisted' and (d.until is null or d.until > ${now}::timestamptz)`
}

/**
 * Whether an indicator is kept out of exports: by a list, or by a person who decided it, or the host that it is a
 * URL of, to be Whitelisted (D25, D28).
 * @param indicatorId a column
 */
export function isKeptFromExports(organizationId: string, indicatorId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`(
    exists (
      select 1 from excluded_indicator x
      where x.organization_id = ${organizationId} and x.indicator_id = ${indicatorId} and x.blocks_export)
    or exists (
      select 1 from decision d
      where d.organization_id = ${organizationId} and d.indicator_id = ${indicatorId} and ${isWhitelisting(sql`now()`)})
    or ${indicatorId} in (${urlsOfWhitelistedHosts(organizationId)}))`
}

/** Which decision on it or its host does that, as a sentence, of the row `i` of `indicator`; null where none does. */
export function whichDecision(organizationId: string): RawBuilder<string | null> {
  const whitelisting = isWhitelisting(sql`now()`)
  return sql`coalesce((
    select 'Whitelisted by the decision of ' || d.decided_by || ': ' || d.reason from decision d
    where d.organization_id = ${organizationId} and d.indicator_id = i.id and ${whitelisting}
  ), ${hostDecision(organizationId, 'i', whitelisting)})`
}

/** What keeps the row `i` of `indicator` from exports now: the entry with its list, or the decision; null where nothing does. */
export function whatKeepsBack(organizationId: string): RawBuilder<string | null> {
  return sql`coalesce((
    select x.entry || ' of the list ' || l.name from excluded_indicator x join exclusion_list l on l.id = x.list_id
    where x.organization_id = ${organizationId} and x.indicator_id = i.id and x.blocks_export
    order by l.kind = 'protected' desc, l.name limit 1
  ), ${whichDecision(organizationId)})`
}

/** Known URLs that say no more than a host which a person decided to be Whitelisted. */
export function urlsOfWhitelistedHosts(organizationId: string): RawBuilder<{ id: string }> {
  return bareUrlsOfHosts(organizationId, isWhitelisting(sql`now()`))
}
