import type { KeptText, KeptTextDetail, KeptTextEnd } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Db } from '../database/database.ts'
import { found } from '../lib/problem.ts'
import { inScope, libraryScope } from '../library/library-scope.ts'
import { endKey, endRefs, endsOf, objectsNamed } from './kept-text-ends.ts'
import { shownTextLengthMax, textBytesLookedAtMax, textSearchMs, textsLookedAtMax } from './stix-limits.ts'

export type KeptTextFilter = {
  ownerId?: string | undefined
  type?: string | undefined
  outcome?: KeptText['outcome'] | undefined
  /** Stands somewhere in the text, whatever its case. */
  text?: string | undefined
}

type Row = Omit<KeptText, 'addedAt' | 'ends'> & { addedAt: Date; refs: string[] | null }

/** Of an object `o`: how a person would call it. */
const name = sql`left(coalesce(p.said->>'name', p.said->>'value', p.said->>'abstract', p.said->>'content', p.said->>'explanation',
  p.said->>'relationship_type' || ' ' || (p.said->>'target_ref'), 'of ' || o.sighting_of), 300)`
const columns = sql`o.number as id, o.object_id as "objectId", o.type, ${name} as name, o.owner_id as "ownerId", w.name as "ownerName",
  case when o.type = 'relationship' then left(p.said->>'relationship_type', 300) end as "relationshipType", ${endRefs} as refs,
  o.outcome, o.reason, o.group_id as "groupId", o.spec_version as "specVersion", o.added_at as "addedAt"`
const from = sql`from stix_object o join owner w on w.id = o.owner_id
  cross join lateral (select stix_json(o.body) as said offset 0) p`
const isNewest = sql<boolean>`not exists (
  select from stix_object later where later.owner_id = o.owner_id and later.object_id = o.object_id and later.version > o.version)`

/** STIX objects as their owners sent them: where one finds what the library has no place for. */
export class KeptTexts {
  readonly #db: Db
  readonly #bounds: { lookedAtMax: number; bytesMax: number; searchMs: number }

  constructor(
    db: Db,
    bounds = { lookedAtMax: textsLookedAtMax, bytesMax: textBytesLookedAtMax, searchMs: textSearchMs },
  ) {
    this.#db = db
    this.#bounds = bounds
  }

  /**
   * Newest first. Relationships and sightings are found by the names of what they join, too. No index knows what stands in a text, so that
   * a search reads a bounded number of them: a page may have fewer rows than were asked for, and yet another behind it.
   */
  async page(
    caller: PersonCaller,
    filter: KeptTextFilter,
    before: string | undefined,
    limit: number,
  ): Promise<{ data: KeptText[]; next?: string }> {
    const until = performance.now() + this.#bounds.searchMs
    const scope = ownersOf(caller, filter)
    const { text, ownerId } = filter
    const named = text === undefined ? [] : await objectsNamed(this.#db, libraryScope(caller), ownerId, text)
    const rows: Row[] = []
    let cursor = before
    do {
      const last = await this.#lastOfLook(scope, cursor)
      if (last === undefined) return { data: await this.#withEnds(rows) }
      const look = { before: cursor, last, limit: limit + 1 - rows.length }
      rows.push(...(await this.#rowsBetween(scope, { ...filter, named }, look)))
      if (rows.length > limit)
        return { data: await this.#withEnds(rows.slice(0, limit)), next: rows[limit - 1]?.id ?? last }
      cursor = last
    } while (performance.now() < until)
    return { data: await this.#withEnds(rows), next: cursor }
  }

  async one(caller: PersonCaller, id: string): Promise<KeptTextDetail> {
    const { rows } = await sql<Row & Pick<KeptTextDetail, 'text' | 'isCut'>>`
      select ${columns}, left(o.body, ${shownTextLengthMax}) as text, length(o.body) > ${shownTextLengthMax} as "isCut" ${from}
      where o.number = ${id} and ${ownersOf(caller, {})}`.execute(this.#db)
    const { text, isCut, ...row } = found(rows[0], 'kept text')
    const ends = await endsOf(this.#db, [row])
    return { ...toKeptText(row, ends), text, isCut }
  }

  async #withEnds(rows: readonly Row[]): Promise<KeptText[]> {
    const ends = await endsOf(this.#db, rows)
    return rows.map((row) => toKeptText(row, ends))
  }

  /** The number of the last object of the next look. */
  async #lastOfLook(scope: RawBuilder<boolean>, before: string | undefined): Promise<string | undefined> {
    const { lookedAtMax, bytesMax } = this.#bounds
    const { rows } = await sql<{ last: string | null }>`
      select min(number)::text as last from (
        select number, sum(bytes) over (order by number desc) - bytes as bytes_before from (
          -- Known without reading the text.
          select o.number, octet_length(o.body) as bytes from stix_object o
          where ${scope} and ${isBefore(before)} order by o.number desc limit ${lookedAtMax}
        ) looked
      ) summed where bytes_before < ${bytesMax}`.execute(this.#db)
    return rows[0]?.last ?? undefined
  }

  async #rowsBetween(
    scope: RawBuilder<boolean>,
    { type, outcome, text, named }: KeptTextFilter & { named: readonly string[] },
    { before, last, limit }: { before: string | undefined; last: string; limit: number },
  ): Promise<Row[]> {
    const conditions = [
      ...(type === undefined ? [] : [sql`o.type = ${type}`]),
      ...(outcome === undefined ? [] : [sql`o.outcome = ${outcome}`]),
      ...(text === undefined ? [] : [sql`(o.body ilike ${patternOf(text)} or ${joinsOneOf(named)})`]),
      isNewest,
    ]
    const { rows } = await sql<Row>`
      select ${columns} ${from}
      where ${scope} and ${isBefore(before)} and o.number >= ${last}::bigint and ${sql.join(conditions, sql` and `)}
      order by o.number desc limit ${limit}`.execute(this.#db)
    return rows
  }
}

function ownersOf(caller: PersonCaller, { ownerId }: KeptTextFilter): RawBuilder<boolean> {
  const inOrganization = inScope(sql`o.owner_id`, libraryScope(caller))
  return ownerId === undefined ? inOrganization : sql`(o.owner_id = ${ownerId} and ${inOrganization})`
}

function isBefore(number: string | undefined): RawBuilder<boolean> {
  return number === undefined ? sql`true` : sql`o.number < ${number}::bigint`
}

/** As it stands in JSON. */
function patternOf(text: string): string {
  const written = JSON.stringify(text).slice(1, -1)
  return `%${written.replace(/[\\%_]/g, '\\$&')}%`
}

/**
 * Whether it is a relationship or a sighting that names one of these objects: each id is looked up in their hash table, where `&&` compares
 * all with all.
 */
function joinsOneOf(ids: readonly string[]): RawBuilder<boolean> {
  if (ids.length === 0) return sql`false`
  return sql`(o.type in ('relationship', 'sighting')
    and exists (select from unnest(o.named_ids) as named (id) where named.id = any(${[...ids]}::text[])))`
}

function toKeptText({ addedAt, refs, ...row }: Row, ends: ReadonlyMap<string, KeptTextEnd>): KeptText {
  const known = (objectId: string) => ends.get(endKey(row.ownerId, objectId))
  return {
    ...row,
    ends: (refs ?? []).map((objectId) => known(objectId) ?? { objectId, name: null, groupId: null, indicatorId: null }),
    addedAt: addedAt.toISOString(),
  }
}
