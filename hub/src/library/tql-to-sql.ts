import { parseTql, type TqlComparison, type TqlExpression, type TqlHas, type TqlObject } from '@postern/intel'
import { sql } from 'kysely'
import { Problem } from '../lib/problem.ts'
import { type Condition, textsOf } from './tql-comparison.ts'
import { keywordConditions } from './tql-keyword-conditions.ts'
import { unknownTypeName } from './unknown-type-name.ts'

/**
 * Compiles a TQL query into a condition over `assertion a` joined with `indicator i`. A query is judged against one owner's
 * assertion at a time, as ThreatConnect judges one owner's copy: what one owner says never helps another's value into a
 * collection. Values become parameters; keywords, columns.
 *
 * @throws Problem `invalid` with the place and, where one is near, what was probably meant
 */
export function compileTql(text: string, now: Date): Condition {
  const parsed = parseTql(text, 'indicator')
  if (!parsed.ok) throw tqlProblem(parsed.message, parsed.position, parsed.suggestion)
  return compile(parsed.query, 'indicator', now)
}

function tqlProblem(message: string, position: number, suggestion?: string): Problem {
  const hint = suggestion === undefined || message.includes(suggestion) ? '' : ` Write ${suggestion} there.`
  return new Problem('invalid', `The query is wrong at character ${position + 1}: ${message}${hint}`, { position })
}

function compile(query: TqlExpression, object: TqlObject, now: Date): Condition {
  switch (query.kind) {
    case 'and':
      return sql`(${sql.join(
        query.operands.map((operand) => compile(operand, object, now)),
        sql` and `,
      )})`
    case 'or':
      return sql`(${sql.join(
        query.operands.map((operand) => compile(operand, object, now)),
        sql` or `,
      )})`
    case 'not':
      // A comparison with what is not there is not true, so its negation is.
      return sql`not coalesce(${compile(query.operand, object, now)}, false)`
    case 'has':
      return compileHas(query, object, now)
    case 'comparison':
      return compileComparison(query, object, now)
  }
}

function compileComparison(comparison: TqlComparison, object: TqlObject, now: Date): Condition {
  const conditions = keywordConditions[object]
  const condition = Object.hasOwn(conditions, comparison.keyword) ? conditions[comparison.keyword] : undefined
  if (condition === undefined) {
    throw tqlProblem(
      `This library keeps nothing for ${comparison.keyword}, so nothing can be found by it.`,
      comparison.position,
    )
  }
  const unknown = unknownTypeName(comparison, object)
  if (unknown !== undefined) throw tqlProblem(unknown.message, unknown.position)
  return sql`(${condition(comparison, now)})`
}

function compileHas(has: TqlHas, object: TqlObject, now: Date): Condition {
  const from =
    object === 'indicator'
      ? linkedToIndicator[has.keyword]
      : object === 'group'
        ? linkedToGroup[has.keyword]
        : undefined
  if (from === undefined) throw tqlProblem(`${has.keyword} cannot stand inside this query.`, has.position)
  return from(compile(has.query, has.object, now), has.query, now)
}

type Linked = (inner: Condition, query: TqlExpression, now: Date) => Condition

const hasTag =
  (owner: 'indicator' | 'group'): Linked =>
  (inner, query, now) => {
    // The commonest question goes by the index of tags.
    if (
      query.kind === 'comparison' &&
      (query.operator === '=' || query.operator === 'in') &&
      ['name', 'summary'].includes(query.keyword)
    ) {
      return compileComparison({ ...query, keyword: 'tag' }, owner, now)
    }
    const tags = owner === 'indicator' ? sql`a.tags` : sql`g.tags`
    return sql`exists (select 1 from unnest(${tags}) n (name) where ${inner})`
  }

const linkedToIndicator: Readonly<Record<string, Linked>> = {
  hasTag: hasTag('indicator'),
  hasSecurityLabel: (inner) => sql`exists (select 1 from unnest(a.labels) n (name) where ${inner})`,
  hasAttribute: (inner) =>
    sql`exists (select 1 from assertion_attribute t where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id and ${inner})`,
  hasGroup: (inner) =>
    sql`exists (select 1 from indicator_group l join library_group g on g.id = l.group_id
      where l.indicator_id = a.indicator_id and l.owner_id = a.owner_id and ${inner})`,
  hasIndicator: (inner) => hasIndicatorBesides(inner),
  hasAllTags: (_, query) => {
    if (
      query.kind !== 'comparison' ||
      (query.operator !== '=' && query.operator !== 'in') ||
      query.keyword !== 'name'
    ) {
      throw tqlProblem('hasAllTags takes names: hasAllTags(name in ("a", "b")).', query.position)
    }
    return sql`a.tags @> ${textsOf(query)}::text[]`
  },
}

/** The inner query speaks of `i` and `a` too; its own stand in a subquery that hides the outer ones. */
function hasIndicatorBesides(inner: Condition): Condition {
  return sql`(a.indicator_id, a.owner_id) in (
    select linked.other_id, linked.owner_id from (
      select indicator_id, owner_id, linked_id as other_id from indicator_link
      union all select linked_id, owner_id, indicator_id from indicator_link
    ) linked
    join indicator i on i.id = linked.indicator_id
    join assertion a on a.indicator_id = linked.indicator_id and a.owner_id = linked.owner_id
    where ${inner})`
}

const linkedToGroup: Readonly<Record<string, Linked>> = {
  hasTag: hasTag('group'),
  hasSecurityLabel: (inner) => sql`exists (select 1 from unnest(g.labels) n (name) where ${inner})`,
  hasAttribute: (inner) => sql`exists (select 1 from group_attribute t where t.group_id = g.id and ${inner})`,
  hasGroup: (inner) =>
    sql`g.id in (select case when l.group_id = g.id then l.linked_id else l.group_id end
      from group_link l join library_group g on g.id in (l.group_id, l.linked_id) where ${inner})`,
}
