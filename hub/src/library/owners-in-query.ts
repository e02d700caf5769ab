import { type TqlComparison, type TqlExpression, tqlKeywordTables, type TqlObject } from '@postern/intel'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { storable } from '../database/storable.ts'
import { type ComparisonOf, comparisonsIn } from './comparisons-in-query.ts'
import { type WholeName, wholeNames } from './whole-names.ts'

/** Owners that a query names as a whole, with the places of the names. */
export function ownersNamedIn(query: TqlExpression, object: TqlObject): WholeName[] {
  return ownersAmong(comparisonsIn(query, object))
}

export function ownersAmong(comparisons: readonly ComparisonOf[]): WholeName[] {
  return comparisons
    .filter((each) => namesOwner(each.comparison, each.object))
    .flatMap(({ comparison }) => wholeNames(comparison))
}

/**
 * The query with the ids of the organization's owners in the place of their names, where they are named as a whole. An owner that there
 * is not has no id, and a comparison with none of them finds nothing, or everything where it is negated, as by the name.
 */
export async function withOwnerIds(
  db: Db,
  organizationId: string,
  query: TqlExpression,
  object: TqlObject,
): Promise<TqlExpression> {
  const names = new Set(ownersNamedIn(query, object).map(({ text }) => storable(text)))
  if (names.size === 0) return query
  const { rows } = await sql<{ name: string; id: string }>`
    select name, id from owner where organization_id = ${organizationId} and name = any(${[...names]}::text[])`.execute(
    db,
  )
  return withIds(query, object, new Map(rows.map(({ name, id }) => [name, Number(id)])))
}

type OwnerIds = ReadonlyMap<string, number>

function withIds(query: TqlExpression, object: TqlObject, ids: OwnerIds): TqlExpression {
  switch (query.kind) {
    case 'and':
    case 'or':
      return { ...query, operands: query.operands.map((operand) => withIds(operand, object, ids)) }
    case 'not':
      return { ...query, operand: withIds(query.operand, object, ids) }
    case 'has':
      return { ...query, query: withIds(query.query, query.object, ids) }
    case 'comparison':
      return namesOwner(query, object) ? comparisonOfIds(query, ids) : query
  }
}

function comparisonOfIds(comparison: TqlComparison, ids: OwnerIds): TqlComparison {
  const keyword = keywordOfId[comparison.keyword]
  const operator = operatorOfList[comparison.operator]
  if (keyword === undefined || operator === undefined) return comparison
  const { position } = comparison.value
  const items = wholeNames(comparison).flatMap(({ text }) => {
    const number = ids.get(storable(text))
    return number === undefined ? [] : [{ kind: 'number' as const, number, position }]
  })
  const [only] = items
  // Of one id PostgreSQL looks the owner up first, and compares no list with each row.
  if (only !== undefined && items.length === 1)
    return { ...comparison, keyword, operator: operator === 'in' ? '=' : '!=', value: only }
  return { ...comparison, keyword, operator, value: { kind: 'list', items, position } }
}

function namesOwner({ keyword }: TqlComparison, object: TqlObject): boolean {
  return tqlKeywordTables[object][keyword]?.names === 'owner'
}

/** What compares the id of whom the other names. */
const keywordOfId: Readonly<Record<string, string>> = { ownerName: 'owner', tagOwnerName: 'tagOwner' }

const operatorOfList: Readonly<Partial<Record<TqlComparison['operator'], 'in' | 'not in'>>> = {
  '=': 'in',
  in: 'in',
  '!=': 'not in',
  'not in': 'not in',
}
