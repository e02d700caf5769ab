import { type RawBuilder, sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import { instantText } from '../database/instant-text.ts'
import { runPrepared } from '../database/prepared.ts'
import type { Filters, VersionFilter } from './filters.ts'
import { taxiiLimits } from './taxii-limits.ts'
import {
  earlierMayLeave,
  objectMayLeave,
  uncheckedMayLeave,
  uncheckedMemberMayLeave,
  valueObjectMayLeave,
} from './what-may-leave.ts'

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

/** The collection that is read, whose it is, the bytes of its largest object, and whether each says one value at most and names nothing. */
export type PageSource = {
  id: string
  organizationId: string
  /** The owner whose objects these are; null for a data collection. */
  ownerId: string | null
  tlpMax: number
  bodyBytesMax: number
  onlyValues: boolean
  /** The data collection; null for an owner. */
  collectionId: string | null
  /** False while its objects are looked at again, since what it serves was changed. */
  isChecked: boolean
}

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

/**
 * Bounds that stand in the statement itself beside the client's: for a limit that is not known until then, the planner would take a tenth of
 * the table, and plan each request anew.
 */
const pageSizes = [100, 1000, taxiiLimits.pageObjectsMax]

type Row = { items: string | null; more: boolean; next: string; first: string; last: string }

/** The statement, for readPage and for those who look at its plan. */
export function pageQuery(source: PageSource, what: PageOf, filters: Filters): RawBuilder<Row> {
  const { id, bodyBytesMax } = source
  const { limit } = filters
  const matching = (after: RawBuilder<unknown>, columns: RawBuilder<unknown>, most: RawBuilder<unknown>) => {
    const rows = (condition: RawBuilder<unknown>) => sql`
      from ${filters.ids === undefined ? sql`taxii_object` : sql`wanted`} o
      where o.taxii_collection_id = ${id}::uuid and o.number > ${after} ${condition} ${conditions(id, filters)} ${permitted(source, filters)}`
    const kind = filters.ids === undefined ? kindOf(filters) : undefined
    if (kind === undefined)
      return sql`select ${columns} ${rows(sql`${ofTypes(filters)} ${ofSpecVersions(filters)}`)} order by o.number limit ${most}`
    // Few of a million rows may be of it: the first ones of each by its index, whose order this is. Said as a range, since by equality
    // the planner thinks the order of numbers alone as good, and reads the million.
    return sql`
      select ${columns} from unnest(${kind.values}::text[]) k (value)
      cross join lateral (
        select o.* ${rows(sql`
          and (${kind.column}, o.number) > (k.value, ${after}) and ${kind.column} <= k.value ${kind.rest}`)}
        order by ${kind.column}, o.number limit ${most}
      ) o order by o.number limit ${most}`
  }
  const columns = sql`o.number, o.added_at, ${itemOf(what)} as item`
  const most = pageSizes.find((size) => size >= limit) ?? taxiiLimits.pageObjectsMax
  const first = matching(sql`${filters.after}::bigint`, columns, sql.lit(most))
  const found = sql`select * from (${first}) first limit ${limit}::bigint`
  const isSmall = what !== 'object' || limit * bodyBytesMax <= taxiiLimits.pageBytesMax
  // The rows come in order, and are joined in the order in which they come. Whether there are more is asked by order too: without it
  // the planner takes the table's first row that will do, and looks at all rows for one that is not there.
  return sql<Row>`
    ${wantedOf(id, filters)}
    select items, next::text as next, ${instantText(sql`first`)} as first, ${instantText(sql`last`)} as last,
      (${matching(sql`next`, sql`o.number`, sql`1`)}) is not null as more
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

type Kind = { column: RawBuilder<unknown>; values: string[]; rest: RawBuilder<unknown> }

/** What rows are found by beside their number: their type, or the one version of STIX that is asked for. */
function kindOf(filters: Filters): Kind | undefined {
  const { types } = filters
  if (types !== undefined) return { column: sql`o.type`, values: types, rest: ofSpecVersions(filters) }
  const asked = specVersionsOf(filters)
  return asked?.length === 1 ? { column: sql`o.spec_version`, values: asked, rest: sql`` } : undefined
}

function ofTypes({ types }: Filters): RawBuilder<unknown> {
  return types === undefined ? sql`` : sql`and o.type = any(${types}::text[])`
}

function ofSpecVersions(filters: Filters): RawBuilder<unknown> {
  const asked = specVersionsOf(filters)
  return asked === undefined ? sql`` : sql`and o.spec_version = any(${asked}::text[])`
}

/** Undefined where they are all that there are. */
function specVersionsOf({ specVersions }: Filters): string[] | undefined {
  const asked = specVersions?.filter((each) => each === '2.0' || each === '2.1')
  return asked?.length === 2 ? undefined : asked
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
  const { addedAfter, versions } = filters
  // By number too, since times rise with numbers: so the place is found by one look-up, however late it is.
  const added =
    addedAfter === undefined
      ? sql``
      : sql`and o.number > coalesce((
          select e.number from taxii_object e where e.taxii_collection_id = ${id}::uuid and e.added_at <= ${addedAfter}::timestamptz
          order by e.added_at desc limit 1), 0)`
  return sql`${added} ${ofVersions(id, versions)}`
}

/**
 * What a reader may not have at this moment, whatever the background has come to (D21, D27). Of a data collection the last version of each
 * object is its newest version's, as for all who read it (D3); those before it are held to what is known now.
 */
function permitted(source: PageSource, { versions }: Filters): RawBuilder<unknown> {
  const { organizationId, ownerId, collectionId, tlpMax, isChecked, onlyValues } = source
  if (ownerId !== null) {
    const unchecked = isChecked ? sql`` : sql`and ${uncheckedMayLeave({ ownerId, tlpMax })}`
    const scope = { organizationId, ownerId, tlpMax }
    return sql`and ${onlyValues ? valueObjectMayLeave(scope) : objectMayLeave(scope)} ${unchecked}`
  }
  if (!isChecked && collectionId !== null)
    return sql`and ${uncheckedMemberMayLeave(organizationId, collectionId, tlpMax)}`
  const isOnlyLast = versions !== 'all' && !versions.first && versions.exact.length === 0
  return isOnlyLast ? sql`` : sql`and ${earlierMayLeave(organizationId, tlpMax)}`
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
