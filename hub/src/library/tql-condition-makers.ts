import { parseTlp, type TqlComparison } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { type Condition, compareColumn, negatedIf, positive, textsOf } from './tql-comparison.ts'

/** @param ownerId the owner of the assertion or group that the comparison is about, or that has what it is about */
export type KeywordCondition = (comparison: TqlComparison, now: Date, ownerId: RawBuilder<unknown>) => Condition
export type KeywordConditions = Readonly<Record<string, KeywordCondition>>

export const column =
  (reference: RawBuilder<unknown>): KeywordCondition =>
  (comparison, now) =>
    compareColumn(reference, comparison, now)

/** Holds if some row of `from` compares by `reference`. */
export const someOf =
  (from: RawBuilder<unknown>, reference: RawBuilder<unknown>): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    return negatedIf(isNegated, sql`exists (select 1 from ${from} and ${compareColumn(reference, asked, now)})`)
  }

/** Holds if one element of an array column compares; equality goes by the array's own index. */
export const anyOf =
  (reference: RawBuilder<unknown>, spelt: (name: string) => string = (name) => name): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    if (asked.operator === '=' || asked.operator === 'in') {
      return negatedIf(isNegated, sql`${reference} && ${textsOf(asked).map(spelt)}::text[]`)
    }
    return negatedIf(
      isNegated,
      sql`exists (select 1 from unnest(${reference}) element where ${compareColumn(sql`element`, asked, now)})`,
    )
  }

/** Names in any case and spelling, compared by the one that is stored. */
export const named =
  (reference: RawBuilder<unknown>, spelt: (name: string) => string): KeywordCondition =>
  (comparison, now) => {
    const { operator } = comparison
    if (operator !== '=' && operator !== '!=' && operator !== 'in' && operator !== 'not in')
      return compareColumn(reference, comparison, now)
    const { isNegated } = positive(comparison)
    return negatedIf(isNegated, sql`${reference} = any(${textsOf(comparison).map(spelt)}::text[])`)
  }

export const ownerName =
  (reference: RawBuilder<unknown>): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    return negatedIf(
      isNegated,
      sql`${reference} in (select o.id from owner o where ${compareColumn(sql`o.name`, asked, now)})`,
    )
  }

/** Numbers of types count from 1 in the order of every listing. */
export const typeNumber =
  (reference: RawBuilder<unknown>, names: readonly string[]): KeywordCondition =>
  (comparison, now) =>
    compareColumn(sql`array_position(${[...names]}::text[], ${reference})`, comparison, now)

/**
 * A date that is kept as its source wrote it, UTC where no zone is given; what is no date compares as none. The day is added to the
 * month's first, so that no 31 February stops a query.
 */
export function writtenDate(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const zoned = sql`case when length(${text}) > 10 and ${text} ~* '(Z|[+-][0-9]{2}:?[0-9]{2})$' then '' else 'Z' end`
  return sql`(case when ${text} ~* ${sql.lit(dateForm)} then
    (overlay(${text} placing '01' from 9 for 2) || ${zoned})::timestamptz + make_interval(days => substr(${text}, 9, 2)::int - 1) end)`
}

const dateForm =
  '^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?)?$'

/** The ATT&CK technique with which a tag's name begins: `T1566`, `T1566.001`, `T1566 - Phishing`. */
export const techniqueOf = (tagName: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`substring(upper(${tagName}) from '^(T[0-9]{4}(?:[.][0-9]{3})?)(?![0-9A-Z.])')`

/** Some tag that means a technique has that technique, or that name. */
export const attackTag =
  (tags: RawBuilder<unknown>): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    const technique = techniqueOf(sql`element`)
    const byTechnique = named(technique, (name) => name.toUpperCase())
    return negatedIf(
      isNegated,
      sql`exists (select 1 from unnest(${tags}) element where ${technique} is not null
        and (${compareColumn(sql`element`, asked, now)} or ${byTechnique(asked, now, sql`null`)}))`,
    )
  }

/** TLP labels are the same in every spelling. */
export function labelSpelling(name: string): string {
  const level = parseTlp(name)
  return level === undefined ? name : `TLP:${level}`
}
