import { canonicalise, indicatorId, type IndicatorType, parseIndicatorType, readIndicatorLine } from '@postern/intel'
import type { AssociatedIndicators, AssociateIndicators, BatchContent, GroupDetail, Owner } from '@postern/protocol'
import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { batchSender } from '../batches/batch-sender.ts'
import { waitAlone } from '../batches/batch-turn.ts'
import type { Batches, BesideItems } from '../batches/batches.ts'
import { betweenBatches } from '../batches/between-batches.ts'
import { requireWhole } from '../batches/require-whole.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { databaseOnClient } from '../database/on-client.ts'
import { statementsOf } from '../database/statements.ts'
import { found, Problem } from '../lib/problem.ts'
import { libraryScope } from '../library/library-scope.ts'
import type { Owners } from '../owners/owners.ts'
import { type LibraryLink, takeLinkApart } from '../stix/unjoin.ts'
import { readGroupDetail } from './group-detail.ts'
import { writableGroup } from './writable-group.ts'

export type GroupAssociationParts = {
  db: DatabaseConnection['db']
  audit: Audit
  owners: Owners
  batches: Batches
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** A relation that nobody named: it has no direction. */
export const plainRelation = 'related-to'

/** How many of the values that were associated the audit names. */
const auditedValuesMax = 10

/**
 * What belongs together, as people say it in the name of a group's owner. Joining is a batch, as a feed's is; an association is one
 * owner's word, so that an indicator of which the owner says nothing yet becomes its word too. Taking one back takes nothing else.
 */
export class GroupAssociations {
  readonly #parts: GroupAssociationParts

  constructor(parts: GroupAssociationParts) {
    this.#parts = parts
  }

  async addValues(
    caller: PersonCaller,
    groupId: string,
    { indicators }: AssociateIndicators,
    address?: string,
  ): Promise<AssociatedIndicators> {
    const refused: AssociatedIndicators['refused'] = []
    const read = new Map<string, ReadIndicator>()
    for (const { value, type } of indicators) {
      const indicator = readIndicator(value, type)
      if ('reason' in indicator) refused.push({ value, reason: indicator.reason })
      else read.set(indicator.id, indicator)
    }
    const written = await this.#associate(caller, groupId, [...read.values()], address)
    return { ...written, refused: [...refused, ...written.refused] }
  }

  async addIndicator(caller: PersonCaller, groupId: string, id: string, address?: string): Promise<void> {
    const { rows } = await sql<{ type: string; value: string }>`
      select i.type, i.value from indicator i join indicator_view v on v.indicator_id = i.id
      where i.id = ${id}::uuid and v.organization_id = ${caller.organizationId}`.execute(this.#parts.db)
    const { type, value } = found(rows[0], 'indicator')
    const { refused } = await this.addValues(caller, groupId, { indicators: [{ type, value }] }, address)
    for (const { reason } of refused) throw new Problem('invalid', reason)
  }

  async removeIndicator(caller: PersonCaller, groupId: string, id: string, address?: string): Promise<void> {
    const { owner, group } = await writableGroup(this.#parts, caller, groupId)
    await this.#takeApart(caller, owner, group, address, async (trx) => {
      const { rows } = await sql<{ value: string }>`
        select i.value from indicator_group l join indicator i on i.id = l.indicator_id
        where l.group_id = ${groupId} and l.owner_id = ${owner.id} and l.indicator_id = ${id}::uuid`.execute(trx)
      const { value } = found(rows[0], 'association')
      const ends = { sourceIndicator: id, sourceGroup: null, targetIndicator: null, targetGroup: groupId }
      return { links: [{ ...ends, kind: plainRelation }], detail: { indicator: value } }
    })
  }

  /** The same again is the same. A plain relation has no direction; of another kind the first group does it to the second. */
  async addGroup(
    caller: PersonCaller,
    groupId: string,
    otherId: string,
    kind: string,
    address?: string,
  ): Promise<void> {
    const { owner, group } = await writableGroup(this.#parts, caller, groupId)
    const other = await readGroupDetail(this.#parts.db, libraryScope(caller), otherId)
    if (groupId === otherId) throw new Problem('invalid', 'A group is not related to itself; name another one.')
    if (other.ownerId !== group.ownerId)
      throw new Problem(
        'conflict',
        `${group.name} is the word of ${group.ownerName}, and ${other.name} that of ${other.ownerName}; a relation is one owner's word, so relate groups of one owner.`,
      )
    const association = {
      ref_1: group.xid,
      type_1: group.type,
      ref_2: other.xid,
      type_2: other.type,
      associationType: kind === plainRelation ? 'Associated' : kind,
    }
    await this.#submit(caller, owner, { association: [association] }, async (client, _, outcomes) => {
      requireWhole(outcomes)
      const detail = { group: other.name, kind }
      await this.#record(databaseOnClient(client), caller, 'group.associate', group, detail, address)
    })
  }

  async removeGroup(
    caller: PersonCaller,
    groupId: string,
    otherId: string,
    kind: string,
    address?: string,
  ): Promise<void> {
    const { owner, group } = await writableGroup(this.#parts, caller, groupId)
    await this.#takeApart(caller, owner, group, address, async (trx) => {
      const { rows } = await sql<{ source: string; target: string; name: string }>`
        select l.group_id as source, l.linked_id as target, o.name from group_link l
          join library_group o on o.id = ${otherId}
        where l.kind = ${kind} and (
          l.group_id = ${groupId} and l.linked_id = ${otherId}
          or ${kind === plainRelation} and l.group_id = ${otherId} and l.linked_id = ${groupId})`.execute(trx)
      const name = rows[0]?.name ?? (await refuseUnrelated(trx, groupId, otherId))
      const links = rows.map(({ source, target }) => ({
        sourceIndicator: null,
        sourceGroup: source,
        targetIndicator: null,
        targetGroup: target,
        kind,
      }))
      return { links, detail: { group: name, kind } }
    })
  }

  async #associate(
    caller: PersonCaller,
    groupId: string,
    indicators: readonly ReadIndicator[],
    address: string | undefined,
  ): Promise<AssociatedIndicators> {
    const { owner, group } = await writableGroup(this.#parts, caller, groupId)
    if (indicators.length === 0) return { associated: 0, added: 0, refused: [] }
    const stated = await statedBy(this.#parts.db, owner.id, indicators)
    // Naming it anew would say the owner's word anew, and what ages by a rule would begin again.
    const isNew = ({ id }: ReadIndicator) => !stated.has(id)
    const sent = [...indicators.filter(isNew), ...indicators.filter((each) => !isNew(each))]
    const content = {
      indicator: sent
        .filter(isNew)
        .map(({ type, value }) => ({ type, summary: value, associatedGroups: [{ groupXid: group.xid }] })),
      association: sent
        .filter((each) => !isNew(each))
        .map(({ type, value }) => ({ ref_1: group.xid, type_1: group.type, ref_2: value, type_2: type })),
    }
    let account: AssociatedIndicators = { associated: 0, added: 0, refused: [] }
    await this.#submit(caller, owner, content, async (client, _, outcomes) => {
      const notes = sent.map((_each, position) => outcomes.notes.get(position)?.reason)
      const taken = sent.filter((_each, position) => notes[position] === undefined)
      const refused = sent.flatMap(({ value }, position) => {
        const reason = notes[position]
        return reason === undefined ? [] : [{ value, reason }]
      })
      account = { associated: taken.length, added: taken.filter(isNew).length, refused }
      const detail = { indicators: taken.length, first: taken.slice(0, auditedValuesMax).map(({ value }) => value) }
      await this.#record(databaseOnClient(client), caller, 'group.associate', group, detail, address)
    })
    return account
  }

  /** @param write in the batch's transaction, after its items */
  async #submit(caller: PersonCaller, owner: Owner, content: BatchContent, write: BesideItems['write']): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    const sent = { action: 'Create', owner: owner.name } as const
    await this.#parts.batches.submit(batchSender(caller, owner), sent, bytes, { needsTurnAlone: true, write })
  }

  async #record(
    db: Db,
    caller: PersonCaller,
    action: 'group.associate' | 'group.dissociate',
    { id, name, ownerName }: GroupDetail,
    detail: Record<string, string | number | string[]>,
    address: string | undefined,
  ): Promise<void> {
    const { audit } = this.#parts
    await audit.record(db, caller, action, `group ${id}`, { name, ...detail, owner: ownerName }, address)
  }

  /** In the owner's turn, as whatever changes what its batches rely on. @param find what is taken apart, by what stands there then */
  async #takeApart(
    caller: PersonCaller,
    owner: Owner,
    group: GroupDetail,
    address: string | undefined,
    find: (trx: Db) => Promise<{ links: LibraryLink[]; detail: Record<string, string> }>,
  ): Promise<void> {
    const { db, onTouched } = this.#parts
    const { organizationId } = caller
    await betweenBatches(db, async (trx) => {
      await waitAlone(statementsOf(trx), owner.id)
      const { links, detail } = await find(trx)
      for (const link of links) await takeLinkApart(statementsOf(trx), { organizationId, ownerId: owner.id }, link)
      await this.#record(trx, caller, 'group.dissociate', group, detail, address)
    })
    onTouched(organizationId)
  }
}

type ReadIndicator = { id: string; type: IndicatorType; value: string }

/** One indicator in any spelling, or why it is none. */
function readIndicator(value: string, typeName: string | undefined): ReadIndicator | { reason: string } {
  const type = typeName === undefined ? undefined : parseIndicatorType(typeName)
  if (typeName !== undefined && type === undefined) return { reason: `There is no indicator type named ${typeName}.` }
  const line = type === undefined ? readIndicatorLine(value) : ({ ok: true, type, value } as const)
  if (line === undefined) return { reason: 'There is no value here.' }
  if (!line.ok) return { reason: line.reason }
  const canonical = canonicalise(line.type, line.value)
  if (!canonical.ok) return { reason: canonical.message }
  return { id: indicatorId(line.type, canonical.value), type: line.type, value: canonical.value }
}

/** Those of which the owner says something. */
async function statedBy(db: Db, ownerId: string, indicators: readonly ReadIndicator[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select indicator_id as id from assertion
    where owner_id = ${ownerId} and indicator_id = any(${indicators.map(({ id }) => id)}::uuid[])`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** @throws Problem `not-found` that says how the two are related, where it is otherwise than was said */
async function refuseUnrelated(db: Db, groupId: string, otherId: string): Promise<never> {
  const { rows } = await sql<{ said: string }>`
    select source.name || ' ' || l.kind || ' ' || target.name as said from group_link l
      join library_group source on source.id = l.group_id join library_group target on target.id = l.linked_id
    where l.group_id = ${groupId} and l.linked_id = ${otherId} or l.group_id = ${otherId} and l.linked_id = ${groupId}
    order by l.kind, l.group_id limit 10`.execute(db)
  if (rows.length === 0) return found<never>(undefined, 'relation')
  throw new Problem(
    'not-found',
    `They are not related in this way; there is: ${rows.map(({ said }) => said).join('; ')}.`,
  )
}
