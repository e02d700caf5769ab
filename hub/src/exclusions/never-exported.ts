import { canonicalise, detectType, type IndicatorType, indicatorId, parseIndicatorType } from '@postern/intel'
import type { PlanValue } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { Exclusions } from './matchers.ts'
import { keepsFromExports } from './verdicts.ts'

/** Values that a person decided to be Whitelisted, that are looked at one by one (D28). */
const whitelistedMax = 1_000_000
const shownMax = 5

/**
 * The last check of what an export is about to add (S1), by the lists of this moment and by decisions, whatever the data collection
 * said when its version was made. Use: `line` for every value of a plan, then `refusal`.
 */
export class NeverExported {
  readonly #exclusions: Exclusions
  readonly #whitelisted: ReadonlySet<string>
  #count = 0
  readonly #shown: string[] = []

  constructor(exclusions: Exclusions, whitelisted: ReadonlySet<string>) {
    this.#exclusions = exclusions
    this.#whitelisted = whitelisted
  }

  line([change, type, value]: PlanValue): void {
    if (change !== 'add') return
    const why = this.#whyNot(type, value)
    if (why === undefined) return
    this.#count += 1
    if (this.#shown.length < shownMax) this.#shown.push(`${value} (${why})`)
  }

  /** A sentence, or nothing where every value may be added. */
  get refusal(): string | undefined {
    if (this.#count === 0) return undefined
    const more = this.#count > this.#shown.length ? ', …' : ''
    return `${this.#count} of the values to add must never be exported: ${this.#shown.join(', ')}${more}.`
  }

  /** A control may have a spelling and a name of types of its own: what is no canonical value is judged as what it looks like. */
  #whyNot(typeName: string, sent: string): string | undefined {
    const named = parseIndicatorType(typeName)
    const read = named === undefined ? undefined : canonicalise(named, sent)
    const type = read?.ok === true ? named : detectType(sent)
    if (type === undefined) return undefined
    const canonical = canonicalise(type, sent)
    return canonical.ok ? this.#whyNotCanonical(type, canonical.value) : undefined
  }

  #whyNotCanonical(type: IndicatorType, value: string): string | undefined {
    const hit = this.#exclusions.matcher?.judge(type, value).find(({ list }) => keepsFromExports(list))
    if (hit !== undefined) return `${hit.entry} of the list ${hit.list.name}`
    const isWhitelisted = this.#whitelisted.size > 0 && this.#whitelisted.has(indicatorId(type, value))
    return isWhitelisted ? 'whitelisted by decision' : undefined
  }
}

/** Ids of what people decided to be Whitelisted. */
export async function whitelistedIds(db: Db, organizationId: string, now: Date): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select d.indicator_id as id from decision d
    where d.organization_id = ${organizationId} and ${isWhitelisting(now)} limit ${whitelistedMax}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

function isWhitelisting(now: RawBuilder<Date> | Date): RawBuilder<boolean> {
  return sql`d.status = 'Whitelisted' and (d.until is null or d.until > ${now}::timestamptz)`
}

/**
 * Whether an indicator is kept out of exports: by a list, or by a person who decided it to be Whitelisted (D25, D28).
 * @param indicatorId a column
 */
export function isKeptFromExports(organizationId: string, indicatorId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`(
    exists (
      select 1 from excluded_indicator x
      where x.organization_id = ${organizationId} and x.indicator_id = ${indicatorId} and x.blocks_export)
    or exists (
      select 1 from decision d
      where d.organization_id = ${organizationId} and d.indicator_id = ${indicatorId} and ${isWhitelisting(sql`now()`)}))`
}
