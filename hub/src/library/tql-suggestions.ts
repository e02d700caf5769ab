import { tlpLabels, tlpSlip, type TqlKeyword, tqlKeywordTables, type TqlObject } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { inScope, type LibraryScope } from './library-scope.ts'

/** Names given at once: what a list below a cursor shows. */
const namesMax = 50
/** Names of tags that are looked at for whether the organization uses them. */
const tagsTriedMax = 200

/** Bounds of one look: names that are given, and names of tags that are tried for it. */
type Most = { names: number; tagsTried: number }
const most: Most = { names: namesMax, tagsTried: tagsTriedMax }

/** @throws Problem `invalid` where the keyword is not one whose names the library keeps */
export function namesOfKeyword(object: TqlObject, keyword: string): NonNullable<TqlKeyword['names']> {
  const table = tqlKeywordTables[object]
  const names = Object.hasOwn(table, keyword) ? table[keyword]?.names : undefined
  if (names !== undefined) return names
  throw new Problem('invalid', `The library keeps no list of names for ${keyword} of queries about ${object}.`)
}

/**
 * Names of the library that begin with `start`, in any case, in alphabetical order: what a person may go on to write in a query. Of
 * security labels the levels of TLP come first, whoever uses them, and slips in their names last.
 */
export async function suggestNames(
  db: Db,
  scope: LibraryScope,
  names: NonNullable<TqlKeyword['names']>,
  start: string,
  max = most,
): Promise<string[]> {
  const pattern = sql`${start.toLowerCase().replace(/[\\%_]/g, '\\$&')} || '%'`
  const found = await queries[names](scope, pattern, max).execute(db)
  const stored = found.rows.map(({ name }) => name)
  return names === 'securityLabel' ? levelsFirst(stored, start).slice(0, max.names) : stored
}

function levelsFirst(stored: readonly string[], start: string): string[] {
  const levels = tlpLabels.filter((label) => label.toLowerCase().startsWith(start.toLowerCase()))
  const others = Map.groupBy(
    stored.filter((name) => !tlpLabels.includes(name)),
    (name) => tlpSlip(name) === undefined,
  )
  return [...levels, ...(others.get(true) ?? []), ...(others.get(false) ?? [])]
}

type Query = (scope: LibraryScope, pattern: RawBuilder<unknown>, max: Most) => RawBuilder<{ name: string }>

/** Registers of names are the hub's; whether others share the hub decides whether a name must be looked for among one's own. */
export const isOnlyOrganization = (scope: LibraryScope): RawBuilder<boolean> =>
  sql<boolean>`not exists (select 1 from owner p where p.organization_id <> ${scope.organizationId})`

const queries: Readonly<Record<NonNullable<TqlKeyword['names']>, Query>> = {
  owner: (scope, pattern, max) => sql`
    select o.name from owner o where ${inScope(sql`o.id`, scope)} and lower(o.name) like ${pattern}
    order by o.name limit ${max.names}`,
  tag: (scope, pattern, max) => sql`
    select k.name from (
      select name from tag where lower(name) like ${pattern} order by lower(name) using ~<~ limit ${max.tagsTried}
    ) k
    where ${isOnlyOrganization(scope)}
      or exists (select 1 from assertion a where a.tags && array[k.name] and ${inScope(sql`a.owner_id`, scope)})
      or exists (select 1 from library_group g where g.tags && array[k.name] and ${inScope(sql`g.owner_id`, scope)})
    order by k.name limit ${max.names}`,
  securityLabel: (scope, pattern, max) => sql`
    select name from security_label where ${isOnlyOrganization(scope)} and lower(name) like ${pattern} order by name limit ${max.names}`,
  attributeType: (scope, pattern, max) => sql`
    select name from attribute_type where organization_id = ${scope.organizationId} and lower(name) like ${pattern}
    order by name limit ${max.names}`,
}
