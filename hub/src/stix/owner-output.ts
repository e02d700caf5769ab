import {
  convertStixObject,
  stixGroupObject,
  stixLabelsOf,
  stixRelationshipObject,
  tlpLevels,
  tlpOfLabel,
  updatedIndicatorObject,
  type StixGroupSource,
  type StixOutputObject,
  type StixSpecVersion,
  type TlpLevel,
} from '@postern/intel'
import type { PoolClient } from 'pg'
import { sql } from 'kysely'
import { databaseOnClient } from '../database/on-client.ts'
import { rowsAtOnceOf, rowsOf } from '../database/snapshot-streams.ts'
import { aboveTlp, isAbove, isLevelAbove, sourceOf } from './assertion-source.ts'
import { groupSource, type GroupRow } from './group-source.ts'
import { builtObjectId, objectIdsOf } from './object-end.ts'
import { OutputWriter } from './output-writer.ts'
import {
  type AssertionRow,
  assertionsOf,
  assertionsWithoutText,
  groupOf,
  groupsWithoutText,
  keptMarkings,
  keptObjects,
  type KeptRow,
  type LinkRow,
  type NamingGroupRow,
  linksWithoutText,
} from './owner-queries.ts'
import { ownerPackage } from './owner-package.ts'
import { labelOfMarkings } from './kept-markings.ts'
import type { StixFormat } from './stix-format.ts'
import { reportRefsMax } from './stix-limits.ts'
import { namesAbove } from './names-above.ts'
import { itemlessTypes } from './stix-store.ts'

export type OutputOwner = { id: string; name: string; tlpMax: TlpLevel }

/**
 * Everything that an owner has as STIX: first the kept texts, then what was built, each part in an order of its own that is always the same.
 * A kept text goes out where nothing in the library contradicts it.
 */
export async function* ownerOutput(client: PoolClient, owner: OutputOwner, format: StixFormat): AsyncGenerator<string> {
  const { rows } = await client.query<{ at: Date | null }>(
    'select greatest((select max(modified_at) from assertion where owner_id = $1), (select max(modified_at) from library_group where owner_id = $1)) as at',
    [owner.id],
  )
  const timestamp = rows[0]?.at ?? new Date(0)
  const writer = new OutputWriter(format, {
    parts: ['owner', owner.id, owner.tlpMax, timestamp.toISOString()],
    title: owner.name,
    timestamp,
    intent: 'Collective Threat Intelligence',
  })
  yield writer.start()
  if (format === '1.1.1') yield* ownerPackage(client, owner, writer)
  else yield* new OwnerOutput(client, owner, writer, format).all()
  yield* writer.end()
}

class OwnerOutput {
  readonly #client: PoolClient
  readonly #owner: OutputOwner
  readonly #writer: OutputWriter
  readonly #specVersion: StixSpecVersion

  constructor(client: PoolClient, owner: OutputOwner, writer: OutputWriter, specVersion: StixSpecVersion) {
    this.#client = client
    this.#owner = owner
    this.#writer = writer
    this.#specVersion = specVersion
  }

  async *all(): AsyncGenerator<string> {
    const { id } = this.#owner
    const labelOf = labelOfMarkings((await this.#client.query<MarkingRow>(keptMarkings, [id])).rows)
    for await (const rows of rowsAtOnceOf<KeptRow>(this.#client, 'stix_kept', keptObjects, [id], keptAtOnce)) {
      const naming = await this.#namingAbove(rows)
      for (const row of rows)
        yield naming.has(row.object_id) ? this.#writer.leaveOut(namesAboveTlp) : await this.#kept(row, labelOf)
    }
    for await (const row of rowsOf<AssertionRow>(this.#client, 'stix_assertion', assertionsWithoutText, [id]))
      yield this.#assertion(row)
    const naming = [id, reportRefsMax, tlpLevels.indexOf(this.#owner.tlpMax)]
    for await (const row of rowsOf<NamingGroupRow>(this.#client, 'stix_group', groupsWithoutText, naming))
      yield this.#group(row)
    for await (const row of rowsOf<LinkRow>(this.#client, 'stix_link', linksWithoutText, [id])) yield this.#link(row)
  }

  /** Those of these texts that name what is above the permitted TLP: a text goes out as it came or not at all. */
  async #namingAbove(rows: readonly KeptRow[]): Promise<ReadonlySet<string>> {
    const naming = rows.filter((row) => row.names_others).map((row) => row.object_id)
    if (naming.length === 0) return new Set()
    const scope = { ownerId: this.#owner.id, tlpMax: tlpLevels.indexOf(this.#owner.tlpMax) }
    const { rows: found } = await sql<{ id: string }>`
      select k.id from unnest(${naming}::text[]) k (id) cross join lateral (
        select s.named_ids from stix_object s
        where s.owner_id = ${scope.ownerId} and s.object_id = k.id order by s.version desc limit 1) s
      where ${namesAbove(scope, sql`s.named_ids`)}`.execute(databaseOnClient(this.#client))
    return new Set(found.map(({ id }) => id))
  }

  async #kept(row: KeptRow, labelOf: (id: string) => { kind: 'label'; name: string } | undefined): Promise<string> {
    if (isGone(row)) return this.#writer.leaveOut('texts of what is no longer in the library')
    if (row.taken_back) return this.#writer.leaveOut('relationships that a person took back')
    if (row.value_count > 1 && row.unchanged < row.value_count)
      return this.#writer.leaveOut('texts of several values that were changed since, whose values stand singly')
    // The text was an object when it was validated.
    const text = JSON.parse(row.body) as StixOutputObject
    const labels = stixLabelsOf({ ...text, id: row.object_id, type: row.type }, labelOf).map(({ name }) => name)
    if (labels.some((label) => isLevelAbove(tlpOfLabel(label), this.#owner.tlpMax)))
      return this.#writer.leaveOut(aboveTlp)
    const said = await this.#said(row, text)
    if (said === undefined) return this.#writer.leaveOut(aboveTlp)
    const converted = convertStixObject(said, row.spec_version, this.#specVersion)
    if (!converted.ok) return this.#writer.leaveOut(converted.reason)
    if (row.type === 'marking-definition') this.#writer.hasMarking(row.object_id)
    // Of TLP every reader knows the definitions; those of the other version are said anew.
    if (said !== text) this.#writer.markingRefs(labels)
    return converted.object === text ? this.#writer.text(row.body) : this.#writer.object(converted.object)
  }

  /** The text, or what the library says since; undefined where that is above the permitted TLP. */
  async #said(row: KeptRow, text: StixOutputObject): Promise<StixOutputObject | undefined> {
    const { id } = this.#owner
    if (row.value_count === 1 && row.unchanged < row.value_count) {
      const { rows } = await this.#client.query<AssertionRow>(assertionsOf, [id, row.indicator_ids])
      const changed = rows[0]
      if (changed === undefined || isAbove(changed.tlp, this.#owner.tlpMax)) return undefined
      const source = { ...sourceOf(changed), tlp: null, markingRefs: this.#writer.markingRefs(changed.labels) }
      return updatedIndicatorObject(text, source)
    }
    if (row.group_changed !== true) return text
    const { rows } = await this.#client.query<GroupRow>(groupOf, [id, row.group_id])
    const changed = rows[0]
    const built = changed === undefined ? undefined : this.#groupSource(changed)
    if (changed === undefined || built === undefined || isAbove(changed.tlp, this.#owner.tlpMax)) return undefined
    return updatedGroup(text, stixGroupObject(built, row.spec_version))
  }

  #assertion(row: AssertionRow): string {
    if (isAbove(row.tlp, this.#owner.tlpMax)) return this.#writer.leaveOut(aboveTlp)
    return this.#writer.indicator(sourceOf(row), row.labels)
  }

  #group(row: NamingGroupRow): string {
    if (isAbove(row.tlp, this.#owner.tlpMax)) return this.#writer.leaveOut(aboveTlp)
    const source = this.#groupSource(row)
    if (source === undefined) return this.#writer.leaveOut(`groups of the type ${row.type}`)
    const unnamed = (row.named_count ?? 0) - (row.named?.length ?? 0)
    if (unnamed > 0) this.#writer.leaveOut(`names in a report behind its first ${reportRefsMax}`, unnamed)
    return this.#writer.object(stixGroupObject(source, this.#specVersion))
  }

  #groupSource(row: NamingGroupRow): StixGroupSource | undefined {
    const source = groupSource(row)
    if (source === undefined) return undefined
    return {
      ...source,
      markingRefs: this.#writer.markingRefs(row.labels),
      objectRefs: objectIdsOf(row.named ?? [], this.#specVersion),
    }
  }

  #link(row: LinkRow): string {
    const { tlpMax } = this.#owner
    if (isAbove(row.source.tlp, tlpMax) || isAbove(row.target.tlp, tlpMax))
      return this.#writer.leaveOut('relationships of objects above the permitted TLP')
    const sourceRef = row.source_object ?? builtObjectId(row.source, this.#specVersion)
    const targetRef = row.target_object ?? builtObjectId(row.target, this.#specVersion)
    if (sourceRef === undefined || targetRef === undefined)
      return this.#writer.leaveOut('relationships of unknown types')
    const relationship = { sourceRef, kind: row.kind, targetRef, created: row.added_at }
    return this.#writer.object(stixRelationshipObject(relationship, this.#specVersion))
  }
}

/** Texts that are in memory at once. */
const keptAtOnce = 2_000
const namesAboveTlp = 'texts that name what is above the permitted TLP'

type MarkingRow = { object_id: string; body: string }

/** Its values, or its group, were deleted since. */
function isGone(row: KeptRow): boolean {
  if (row.value_count > 0) return row.present === 0
  const isGroup = row.outcome === 'mapped' && !itemlessTypes.some((type) => type === row.type)
  return isGroup && row.group_id === null
}

/** A kept object with what the library says of its group now. */
function updatedGroup(text: StixOutputObject, built: StixOutputObject): StixOutputObject {
  const said: Record<string, unknown> = { ...text }
  for (const property of ['labels', 'object_marking_refs', 'x_postern_untagged']) delete said[property]
  for (const property of groupProperties) if (built[property] !== undefined) said[property] = built[property]
  return { ...said, type: text.type, id: text.id }
}

const groupProperties = [
  'modified',
  'revoked',
  'labels',
  'object_marking_refs',
  'name',
  'description',
  'first_seen',
  'last_seen',
  'x_postern_untagged',
  'x_postern_status',
  'x_postern_attributes',
]
