import { parseTql, type TqlComparison, type TqlExpression, type TqlHas, type TqlObject } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
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
  return compileQuery(text, 'indicator', now)
}

/** The same for a part of a parsed query. */
export function compileTqlPart(query: TqlExpression, now: Date): Condition {
  return compile(query, 'indicator', now, ownerIds.indicator)
}

/** The same for groups: a condition over `library_group g`. */
export function compileGroupTql(text: string, now: Date): Condition {
  return compileQuery(text, 'group', now)
}

/** Whose assertion or group a place of the query is about. */
type OwnerId = RawBuilder<unknown>

const ownerIds = { indicator: sql`a.owner_id`, group: sql`g.owner_id` } as const

function compileQuery(text: string, object: 'indicator' | 'group', now: Date): Condition {
  return compile(readQuery(text, object), object, now, ownerIds[object])
}

/** @throws Problem `invalid` with the place and, where one is near, what was probably meant */
export function readQuery(text: string, object: 'indicator' | 'group'): TqlExpression {
  const parsed = parseTql(text, object)
  if (!parsed.ok) throw tqlProblem(parsed.message, parsed.position, parsed.suggestion)
  return parsed.query
}

/** A longer one says no more: a long word that was pasted without its quotes. */
const suggestionLengthMax = 200

function tqlProblem(message: string, position: number, suggestion = ''): Problem {
  const isSaid = suggestion === '' || suggestion.length > suggestionLengthMax || message.includes(suggestion)
  const hint = isSaid ? '' : ` Write ${suggestion} there.`
  return new Problem('invalid', `The query is wrong at character ${position + 1}: ${message}${hint}`, { position })
}

function compile(query: TqlExpression, object: TqlObject, now: Date, ownerId: OwnerId): Condition {
  switch (query.kind) {
    case 'and':
      return sql`(${sql.join(
        query.operands.map((operand) => compile(operand, object, now, ownerId)),
        sql` and `,
      )})`
    case 'or':
      return sql`(${sql.join(
        query.operands.map((operand) => compile(operand, object, now, ownerId)),
        sql` or `,
      )})`
    case 'not':
      // A comparison with what is not there is not true, so its negation is.
      return sql`not coalesce(${compile(query.operand, object, now, ownerId)}, false)`
    case 'has':
      return compileHas(query, object, now, ownerId)
    case 'comparison':
      return compileComparison(query, object, now, ownerId)
  }
}

function compileComparison(comparison: TqlComparison, object: TqlObject, now: Date, ownerId: OwnerId): Condition {
  const conditions = keywordConditions[object]
  const condition = Object.hasOwn(conditions, comparison.keyword) ? conditions[comparison.keyword] : undefined
  // A test holds the tables of the grammar and of the conditions to each other.
  if (condition === undefined) throw new Error(`there is no condition for ${object}.${comparison.keyword}`)
  const unknown = unknownTypeName(comparison, object)
  if (unknown !== undefined) throw tqlProblem(unknown.message, unknown.position)
  return sql`(${condition(comparison, now, ownerId)})`
}

function compileHas(has: TqlHas, object: TqlObject, now: Date, ownerId: OwnerId): Condition {
  const from = Object.hasOwn(linkedTo[object], has.keyword) ? linkedTo[object][has.keyword] : undefined
  if (from === undefined) throw tqlProblem(`${has.keyword} cannot stand inside this query.`, has.position)
  const innerOwnerId = has.object === 'indicator' || has.object === 'group' ? ownerIds[has.object] : ownerId
  return from(compile(has.query, has.object, now, innerOwnerId), has.query, now, ownerId)
}

type Linked = (inner: Condition, query: TqlExpression, now: Date, ownerId: OwnerId) => Condition

const hasTag =
  (object: 'indicator' | 'group'): Linked =>
  (inner, query, now, ownerId) => {
    // The commonest question goes by the index of tags.
    if (
      query.kind === 'comparison' &&
      (query.operator === '=' || query.operator === 'in') &&
      ['name', 'summary'].includes(query.keyword)
    ) {
      return compileComparison({ ...query, keyword: 'tag' }, object, now, ownerId)
    }
    const tags = object === 'indicator' ? sql`a.tags` : sql`g.tags`
    return sql`exists (select 1 from unnest(${tags}) n (name) where ${inner})`
  }

const hasAllTags =
  (tags: RawBuilder<unknown>): Linked =>
  (_, query) => {
    if (
      query.kind !== 'comparison' ||
      (query.operator !== '=' && query.operator !== 'in') ||
      !['name', 'summary'].includes(query.keyword)
    ) {
      throw tqlProblem('hasAllTags takes names: hasAllTags(name in ("a", "b")).', query.position)
    }
    return sql`${tags} @> ${textsOf(query)}::text[]`
  }

const linkedToIndicator: Readonly<Record<string, Linked>> = {
  hasTag: hasTag('indicator'),
  hasAllTags: hasAllTags(sql`a.tags`),
  hasSecurityLabel: (inner) => sql`exists (select 1 from unnest(a.labels) n (name) where ${inner})`,
  hasAttribute: (inner) =>
    sql`exists (select 1 from assertion_attribute t where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id and ${inner})`,
  hasGroup: (inner) =>
    sql`exists (select 1 from indicator_group l join library_group g on g.id = l.group_id
      where l.indicator_id = a.indicator_id and l.owner_id = a.owner_id and ${inner})`,
  // The inner query speaks of `i` and `a` too; its own stand in a subquery that hides the outer ones.
  hasIndicator: (inner) => sql`(a.indicator_id, a.owner_id) in (
    select linked.other_id, linked.owner_id from (
      select indicator_id, owner_id, linked_id as other_id from indicator_link where taken_back_at is null
      union all select linked_id, owner_id, indicator_id from indicator_link where taken_back_at is null
    ) linked
    join indicator i on i.id = linked.indicator_id
    join assertion a on a.indicator_id = linked.indicator_id and a.owner_id = linked.owner_id
    where ${inner})`,
}

const linkedToGroup: Readonly<Record<string, Linked>> = {
  hasTag: hasTag('group'),
  hasAllTags: hasAllTags(sql`g.tags`),
  hasSecurityLabel: (inner) => sql`exists (select 1 from unnest(g.labels) n (name) where ${inner})`,
  hasAttribute: (inner) => sql`exists (select 1 from group_attribute t where t.group_id = g.id and ${inner})`,
  // Of the same owner: what one says never helps what another has.
  hasGroup: (inner) =>
    sql`(g.id, g.owner_id) in (
      select l.linked_id, g.owner_id from group_link l join library_group g on g.id = l.group_id where ${inner}
      union all
      select l.group_id, g.owner_id from group_link l join library_group g on g.id = l.linked_id where ${inner})`,
  hasIndicator: (inner) => sql`(g.id, g.owner_id) in (
    select l.group_id, l.owner_id from indicator_group l
    join indicator i on i.id = l.indicator_id
    join assertion a on a.indicator_id = l.indicator_id and a.owner_id = l.owner_id
    where ${inner})`,
}

/** What the same owner has the tag on. */
const linkedToTag: Readonly<Record<string, Linked>> = {
  hasGroup: (inner, _, __, ownerId) => sql`(n.name, ${ownerId}) in (
    select tagged.name, g.owner_id from library_group g cross join unnest(g.tags) tagged (name) where ${inner})`,
  hasIndicator: (inner, _, __, ownerId) => sql`(n.name, ${ownerId}) in (
    select tagged.name, a.owner_id from assertion a join indicator i on i.id = a.indicator_id
    cross join unnest(a.tags) tagged (name) where ${inner})`,
}

const nothing: Readonly<Record<string, Linked>> = {}

const linkedTo: Readonly<Record<TqlObject, Readonly<Record<string, Linked>>>> = {
  indicator: linkedToIndicator,
  group: linkedToGroup,
  tag: linkedToTag,
  attribute: nothing,
  securityLabel: nothing,
  job: nothing,
  execution: nothing,
}
