import type { ExclusionEntry, ExclusionList } from '@postern/protocol'
import { exclusionLimits, type IndicatorType, parseIndicatorType } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { intoCollectionPending } from '../collections/leave-to-collections.ts'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import type { ReadUpload } from './read-upload.ts'

/** What a list is, but for its entries. */
export type ExclusionListFacts = {
  name: string
  description: string | null
  kind: ExclusionList['kind']
  matching: ExclusionList['matching']
  indicatorTypes: readonly string[] | null
  mode: ExclusionList['mode']
  atImport: boolean
  atExport: boolean
  isEnabled: boolean
  mispVersion: number | null
}

export type StoredExclusionList = Omit<ExclusionList, 'changedAt'> & { changedAt: Date }

const listQuery = sql`
  select l.id, l.name, l.description, l.kind, l.matching, l.indicator_types as "indicatorTypes", l.mode, l.at_import as "atImport",
    l.at_export as "atExport", l.is_enabled as "isEnabled", l.misp_version::float8 as "mispVersion", l.entry_count as "entryCount",
    (select count(*)::float8 from excluded_indicator x where x.list_id = l.id) as "hitCount", l.changed_at as "changedAt"
  from exclusion_list l`

export async function findExclusionList(
  db: Db,
  organizationId: string,
  by: { id: string } | { name: string },
): Promise<StoredExclusionList | undefined> {
  const condition = 'id' in by ? sql`l.id = ${by.id}` : sql`l.name = ${by.name}`
  const { rows } =
    await sql<StoredExclusionList>`${listQuery} where l.organization_id = ${organizationId} and ${condition}`.execute(
      db,
    )
  return rows[0]
}

/** In the order in which they were made. */
export async function exclusionListsPage(
  db: Db,
  organizationId: string,
  after: string | undefined,
  rowsMax: number,
): Promise<StoredExclusionList[]> {
  const { rows } = await sql<StoredExclusionList>`${listQuery}
    where l.organization_id = ${organizationId} and l.id > ${after ?? '0'}::bigint order by l.id limit ${rowsMax}`.execute(
    db,
  )
  return rows
}

/** @returns undefined where the name is taken */
export async function insertExclusionList(
  trx: Db,
  organizationId: string,
  facts: ExclusionListFacts,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    insert into exclusion_list (organization_id, name, description, kind, matching, indicator_types, mode, at_import, at_export,
      is_enabled, misp_version)
    values (${organizationId}, ${facts.name}, ${facts.description}, ${facts.kind}, ${facts.matching}, ${typesArray(facts)},
      ${facts.mode}, ${facts.atImport}, ${facts.atExport}, ${facts.isEnabled}, ${facts.mispVersion})
    on conflict (organization_id, name) do nothing returning id`.execute(trx)
  return rows[0]?.id
}

/** @returns false where the name is taken by another list */
export async function updateExclusionList(
  trx: Db,
  organizationId: string,
  listId: string,
  facts: ExclusionListFacts,
  now: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update exclusion_list l set name = ${facts.name}, description = ${facts.description}, indicator_types = ${typesArray(facts)},
      mode = ${facts.mode}, at_import = ${facts.atImport}, at_export = ${facts.atExport}, is_enabled = ${facts.isEnabled},
      matching = ${facts.matching}, misp_version = ${facts.mispVersion}, revision = revision + 1, changed_at = ${now}
    where l.id = ${listId} and not exists (
      select 1 from exclusion_list o where o.organization_id = ${organizationId} and o.name = ${facts.name} and o.id <> l.id)`.execute(
    trx,
  )
  return numAffectedRows === 1n
}

/** Tells what a list says apart from what it said before: every change of the list or of its entries makes it another. */
export async function tagOfList(db: Db, organizationId: string, listId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('exclusion_list')
    .select('revision')
    .where('organization_id', '=', organizationId)
    .where('id', '=', listId)
    .executeTakeFirst()
  return row && `"${row.revision}"`
}

/** Batches that write what the list hits are not in its way. */
export async function lockExclusionList(trx: Db, organizationId: string, listId: string): Promise<void> {
  await sql`select 1 from exclusion_list where organization_id = ${organizationId} and id = ${listId} for no key update`.execute(
    trx,
  )
}

/** Puts these entries in place of all. The list's row is locked. */
export async function replaceEntries(trx: Db, listId: string, read: ReadUpload, now: Date): Promise<void> {
  await sql`delete from exclusion_entry where list_id = ${listId}`.execute(trx)
  let first = 0
  for (const { count, entries, notes } of read.pieces) {
    await sql`
      insert into exclusion_entry (list_id, number, entry, note)
      select ${listId}::bigint, ${first}::int + place, entry, nullif(note, '')
      from unnest(${entries}::text[], ${notes}::text[]) with ordinality sent (entry, note, place)`.execute(trx)
    first += count
  }
  await sql`
    update exclusion_list set entry_count = ${read.entryCount}, character_count = ${read.characterCount},
      pattern_count = ${read.patternCount}, revision = revision + 1, changed_at = ${now}
    where id = ${listId}`.execute(trx)
}

export async function entriesPage(
  db: Db,
  listId: string,
  after: number,
  rowsMax: number,
): Promise<(ExclusionEntry & { number: number })[]> {
  return await db
    .selectFrom('exclusion_entry')
    .select(['number', 'entry', 'note'])
    .where('list_id', '=', listId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(rowsMax)
    .execute()
}

/** Its verdicts go with it, and what they kept out is looked at again. */
export async function deleteExclusionList(trx: Db, organizationId: string, listId: string): Promise<void> {
  // Before its verdicts: batches hold the list while they write some.
  await sql`select 1 from exclusion_list where id = ${listId} for update`.execute(trx)
  await sql`
    with gone as (delete from excluded_indicator where list_id = ${listId} returning indicator_id),
      numbered as (select indicator_id, (row_number() over ()) / ${touchedAtOnceMax}::int as part from gone)
    ${sql.raw(intoCollectionPending)}
    select ${organizationId}, array_agg(indicator_id) from numbered group by part`.execute(trx)
  await sql`delete from exclusion_list where id = ${listId}`.execute(trx)
}

/** Indicators in one note for the data collections. */
const touchedAtOnceMax = 10_000

/**
 * Says that the organization's lists are others than before, and holds back whoever else changes them or commits a batch until this
 * transaction ends: so it comes last. @throws Problem `conflict` where all lists together are too much
 */
export async function bumpRevision(trx: Db, organizationId: string): Promise<void> {
  await sql`
    insert into exclusion_pass (organization_id, wanted_revision) values (${organizationId}, 1)
    on conflict (organization_id) do update set wanted_revision = exclusion_pass.wanted_revision + 1`.execute(trx)
  await requireWithinBounds(trx, organizationId)
}

async function requireWithinBounds(trx: Db, organizationId: string): Promise<void> {
  const { rows } = await sql<
    Record<'lists' | 'entries' | 'characters' | 'wildcards' | 'parts' | 'expressions', number>
  >`
    select count(*)::float8 as lists, coalesce(sum(entry_count), 0)::float8 as entries,
      coalesce(sum(character_count), 0)::float8 as characters, ${patternsOf('value')} as wildcards, ${patternsOf('substring')} as parts,
      ${patternsOf('regex')} as expressions
    from exclusion_list where organization_id = ${organizationId}`.execute(trx)
  const { listsMax, entriesMax, charactersMax, wildcardsMax, partsMax, expressionsMax } = exclusionLimits
  const { lists = 0, entries = 0, characters = 0, wildcards = 0, parts = 0, expressions = 0 } = rows[0] ?? {}
  refuseAbove(lists, listsMax, 'exclusion lists')
  refuseAbove(entries, entriesMax, 'entries')
  refuseAbove(characters, charactersMax, 'characters of entries')
  refuseAbove(wildcards, wildcardsMax, 'entries with a *')
  refuseAbove(parts, partsMax, 'entries of kind substring')
  refuseAbove(expressions, expressionsMax, 'expressions')
}

function patternsOf(matching: string): RawBuilder<number> {
  return sql`coalesce(sum(pattern_count) filter (where matching = ${matching}), 0)::float8`
}

function refuseAbove(count: number, max: number, what: string): void {
  if (count <= max) return
  throw new Problem(
    'conflict',
    `All lists of the organization would have ${count} ${what}; ${max} are permitted. Nothing was changed.`,
  )
}

function typesArray({ indicatorTypes }: ExclusionListFacts) {
  return sql`${indicatorTypes === null ? null : [...indicatorTypes]}::text[]`
}

/** Types as they are stored; every one was checked when it was written. */
export function storedTypes(types: readonly string[] | null): IndicatorType[] | null {
  return types?.flatMap((type) => parseIndicatorType(type) ?? []) ?? null
}

export function toApi({ changedAt, ...list }: StoredExclusionList): ExclusionList {
  return { ...list, changedAt: changedAt.toISOString() }
}
