import { type RawBuilder, sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import { runPrepared } from '../database/prepared.ts'
import type { Filters, VersionFilter } from './filters.ts'
import { taxiiLimits } from './taxii-limits.ts'

/** A page of a collection: parts of JSON joined by commas, as PostgreSQL made them. Nothing here parses an object. */
export type ObjectPage = {
  /** Empty where nothing was found. */
  items: string
  more: boolean
  /** Number of the last object of the page. */
  next: string
  addedFirst: string
  addedLast: string
}

/** What of an object a page holds: the object, its manifest record (5.3), or its version (5.8) as a JSON string. */
export type PageOf = 'object' | 'manifest' | 'version'

type Connection = Pick<DatabaseConnection, 'db' | 'pool'>

/** The collection that is read, and the bytes of its largest object. */
export type PageSource = { id: string; bodyBytesMax: number }

/**
 * Objects after the number that the client has, in the order in which they were added. Numbers are given in commit order and never
 * again, so that writes in between, equal times and a changed limit neither skip nor repeat (D27).
 */
export async function readPage(
  connection: Connection,
  source: PageSource,
  what: PageOf,
  filters: Filters,
): Promise<ObjectPage> {
  const [row] = await runPrepared(connection, pageQuery(source, what, filters))
  if (row === undefined || row.items === null)
    return { items: '', more: false, next: '', addedFirst: '', addedLast: '' }
  return { items: row.items, more: row.more, next: row.next, addedFirst: row.first, addedLast: row.last }
}

type Row = { items: string | null; more: boolean; next: string; first: string; last: string }

/** The statement, for readPage and for those who look at its plan. */
export function pageQuery({ id, bodyBytesMax }: PageSource, what: PageOf, filters: Filters): RawBuilder<Row> {
  const { limit } = filters
  const matching = (after: RawBuilder<unknown>, columns: RawBuilder<unknown>) => sql`
    select ${columns} from ${sourceOf(filters)} o
    where o.taxii_collection_id = ${id}::uuid and o.number > ${after} ${conditions(id, filters)}`
  const found = sql`
    ${matching(sql`${filters.after}::bigint`, sql`o.number, o.added_at, ${itemOf(what)} as item`)}
    order by o.number limit ${limit}::bigint`
  const isSmall = what !== 'object' || limit * bodyBytesMax <= taxiiLimits.pageBytesMax
  // The rows come in order, and are joined in the order in which they come. Whether there are more is asked by order too: without it
  // the planner takes the table's first row that will do, and looks at all rows for one that is not there.
  return sql<Row>`
    ${wantedOf(id, filters)}
    select items, next::text as next, ${instantText(sql`first`)} as first, ${instantText(sql`last`)} as last,
      (${matching(sql`next`, sql`o.number`)} order by o.number limit 1) is not null as more
    from (
      select string_agg(item, ',') as items, max(number) as next, min(added_at) as first, max(added_at) as last
      from (${isSmall ? found : upToBytesMax(found)}) page
    ) joined`
}

/** As many as an answer may have, one at least. */
function upToBytesMax(found: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select number, added_at, item from (
      select number, added_at, item, row_number() over (order by number) as place,
        sum(octet_length(item)) over (order by number) as bytes
      from (${found}) found
    ) placed where place = 1 or bytes <= ${taxiiLimits.pageBytesMax}::bigint order by number`
}

/** Objects by id are looked up first, whatever the planner thinks of numbers: there are few. */
function wantedOf(id: string, { ids }: Filters): RawBuilder<unknown> {
  if (ids === undefined) return sql``
  return sql`
    with wanted as materialized (
      select * from taxii_object where taxii_collection_id = ${id}::uuid and object_id = any(${ids}::text[]))`
}

function sourceOf({ ids }: Filters): RawBuilder<unknown> {
  return ids === undefined ? sql`taxii_object` : sql`wanted`
}

function itemOf(what: PageOf): RawBuilder<string> {
  switch (what) {
    case 'object':
      return sql`o.body`
    case 'version':
      return sql`'"' || ${instantText(sql`o.version`)} || '"'`
    case 'manifest':
      // Ids are checked where objects come in; to_json escapes them all the same.
      return sql`'{"id":' || to_json(o.object_id) || ',"date_added":"' || ${instantText(sql`o.added_at`)} || '","version":"'
        || ${instantText(sql`o.version`)} || '","media_type":"application/stix+json;version=' || o.spec_version || '"}'`
  }
}

function conditions(id: string, filters: Filters): RawBuilder<unknown> {
  const { addedAfter, types, specVersions, versions } = filters
  // By number too, since times rise with numbers: so the place is found by one look-up, however late it is.
  const added =
    addedAfter === undefined
      ? sql``
      : sql`and o.number > coalesce((
          select e.number from taxii_object e where e.taxii_collection_id = ${id}::uuid and e.added_at <= ${addedAfter}::timestamptz
          order by e.added_at desc limit 1), 0)`
  const ofTypes = types === undefined ? sql`` : sql`and o.type = any(${types}::text[])`
  const ofSpec = specVersions === undefined ? sql`` : sql`and o.spec_version = any(${specVersions}::text[])`
  return sql`${added} ${ofTypes} ${ofSpec} ${ofVersions(id, versions)}`
}

function ofVersions(id: string, versions: VersionFilter): RawBuilder<unknown> {
  if (versions === 'all') return sql``
  const ways: RawBuilder<unknown>[] = []
  if (versions.last) ways.push(sql`o.is_last`)
  if (versions.first) {
    ways.push(sql`not exists (select from taxii_object e where e.taxii_collection_id = ${id}::uuid
      and e.object_id = o.object_id and e.version < o.version)`)
  }
  if (versions.exact.length > 0) ways.push(sql`o.version = any(${versions.exact}::timestamptz[])`)
  return sql`and (${sql.join(ways, sql` or `)})`
}

/** 3.1: UTC with six digits of a second. */
function instantText(instant: RawBuilder<unknown>): RawBuilder<string> {
  return sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}
