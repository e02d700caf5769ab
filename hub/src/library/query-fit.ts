import { parseTql, printTql, type TqlExpression } from '@postern/intel'
import type { IndicatorMembership, QueryMisfit } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import type { Condition } from './tql-comparison.ts'
import { compileTqlPart } from './tql-to-sql.ts'

/** Parts of a query that are judged one by one; a longer query is judged as a whole. */
const partsMax = 100
/** Of a longer part the beginning is told. */
const partCharactersMax = 300

type Fit = Pick<IndicatorMembership, 'owners' | 'misfits'>

/** A part of the query that no `and` and no `or` divides. */
type Part = Exclude<TqlExpression, { kind: 'and' | 'or' }>

/**
 * Whose words on an indicator fit a query, and what of the query keeps the others out. The query is judged against one owner's assertion
 * at a time. A query that an older release took and this one does not explains nothing, and hides nothing else.
 */
export async function readFit(
  db: Db,
  { organizationId, indicatorId }: { organizationId: string; indicatorId: string },
  tql: string,
  now: Date,
): Promise<Fit> {
  const parsed = parseTql(tql, 'indicator')
  const parts = parsed.ok ? partsOf(parsed.query) : []
  const conditions = parsed.ok ? compileParts(parts, now) : undefined
  if (!parsed.ok || conditions === undefined) return { owners: [], misfits: [] }
  const { rows } = await sql<{ name: string; holds: boolean[] }>`
    select w.name, array[${sql.join(conditions.map((condition) => sql`coalesce(${condition}, false)`))}] as holds
    from assertion a join indicator i on i.id = a.indicator_id join owner w on w.id = a.owner_id
    where a.indicator_id = ${indicatorId}::uuid and w.organization_id = ${organizationId}
    order by w.name`.execute(db)
  const owners: string[] = []
  const misfits: QueryMisfit[] = []
  for (const { name, holds } of rows) {
    const failing = failingPart(parsed.query, new Set(parts.filter((_, index) => holds[index] === true)))
    if (failing === undefined) owners.push(name)
    else misfits.push({ ownerName: name, terms: termsOf(failing) })
  }
  return { owners, misfits }
}

function partsOf(query: TqlExpression): TqlExpression[] {
  const parts = dividedParts(query)
  return parts.length > partsMax ? [query] : parts
}

function dividedParts(query: TqlExpression): Part[] {
  return query.kind === 'and' || query.kind === 'or' ? query.operands.flatMap(dividedParts) : [query]
}

function compileParts(parts: readonly TqlExpression[], now: Date): Condition[] | undefined {
  try {
    return parts.map((part) => compileTqlPart(part, now))
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** What of a query does not hold: of an `and` the operands that do not, of an `or` each. Nothing where all of it holds. */
function failingPart(query: TqlExpression, holding: ReadonlySet<TqlExpression>): TqlExpression | undefined {
  if (holding.has(query)) return undefined
  if (query.kind !== 'and' && query.kind !== 'or') return query
  const failing = query.operands.flatMap((operand) => failingPart(operand, holding) ?? [])
  if (query.kind === 'or' && failing.length < query.operands.length) return undefined
  const [only] = failing
  return failing.length > 1 ? { ...query, operands: failing } : only
}

function termsOf(failing: TqlExpression): string[] {
  const terms = failing.kind === 'and' ? failing.operands : [failing]
  return terms.map((term) => {
    const text = printTql(term)
    return text.length > partCharactersMax ? `${text.slice(0, partCharactersMax)}…` : text
  })
}
