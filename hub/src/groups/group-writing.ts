import { randomUUID } from 'node:crypto'
import { groupTypes, parseGroupType } from '@postern/intel'
import {
  assertionLimits,
  type BatchContent,
  type CreateGroup,
  type GroupDetail,
  groupTexts,
  type Owner,
  type WriteGroup,
} from '@postern/protocol'
import { sql } from 'kysely'
import type { PoolClient } from 'pg'
import type { PersonCaller } from '../access/caller.ts'
import type { Attributes } from '../attributes/attributes.ts'
import type { Audit } from '../audit/audit.ts'
import { batchSender } from '../batches/batch-sender.ts'
import type { Batches } from '../batches/batches.ts'
import { requireWhole } from '../batches/require-whole.ts'
import type { Db } from '../database/database.ts'
import { databaseOnClient } from '../database/on-client.ts'
import { requireMatch } from '../http/if-match.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { refuseTlpSlips } from '../lib/refuse-tlp-slips.ts'
import { libraryScope } from '../library/library-scope.ts'
import type { Owners } from '../owners/owners.ts'
import { settleGroupSightings } from '../sightings/group-sightings.ts'
import { readGroupDetail, tagOfGroup } from './group-detail.ts'
import { type GroupIdentity, groupItem } from './group-item.ts'
import { writableGroup } from './writable-group.ts'

export type GroupWritingParts = {
  db: Db
  clock: Clock
  audit: Audit
  attributes: Attributes
  owners: Owners
  batches: Batches
}

/**
 * Groups as people write them: each change is a batch of one item, so that a person's group is judged, written and deleted as a feed's
 * is, and its owner's batches wait for it. What a batch would leave out is refused here, and nothing is written then.
 */
export class GroupWriting {
  readonly #parts: GroupWritingParts

  constructor(parts: GroupWritingParts) {
    this.#parts = parts
  }

  async create(
    caller: PersonCaller,
    { owner: ownerName, type: typeName, xid = randomUUID(), ...wanted }: CreateGroup,
    address?: string,
  ): Promise<GroupDetail> {
    const owner = await this.#parts.owners.writable(caller, ownerName)
    const type = parseGroupType(typeName)
    if (type === undefined)
      throw new Problem(
        'invalid',
        `type: there is no group type named ${typeName}; there are ${groupTypes.join(', ')}.`,
      )
    refuseTlpSlips(wanted.securityLabels)
    const identity = { type, xid }
    await this.#parts.attributes.requirePermitted(caller, { kind: 'group', type: identity.type }, wanted.attributes)
    let made: GroupDetail | undefined
    await this.#submit(
      caller,
      owner,
      'Create',
      { group: [groupItem(identity, wanted)] },
      {
        before: async (db) => {
          if ((await idOf(db, owner.id, xid)) !== undefined)
            throw new Problem('conflict', `xid: ${owner.name} has a group of this id already; change that one.`)
        },
        after: async (db) => {
          const id = found(await idOf(db, owner.id, xid), 'group')
          made = await readGroupDetail(db, libraryScope(caller), id)
          await this.#record(db, caller, 'group.create', made, address)
        },
      },
    )
    if (made === undefined) throw new Error('a group was written and not read')
    return made
  }

  /**
   * @param ifMatch tag of what the caller read
   * @throws Problem `outdated` where it is not that any more
   */
  async replace(
    caller: PersonCaller,
    groupId: string,
    wanted: WriteGroup,
    ifMatch?: string,
    address?: string,
  ): Promise<GroupDetail> {
    const scope = libraryScope(caller)
    const { owner, group } = await writableGroup(this.#parts, caller, groupId)
    refuseTlpSlips(wanted.securityLabels, group.securityLabels)
    const identity = identityOf(group)
    await this.#parts.attributes.requirePermitted(caller, { kind: 'group', type: identity.type }, wanted.attributes)
    let changed: GroupDetail | undefined
    await this.#submit(
      caller,
      owner,
      'Create',
      { group: [groupItem(identity, wanted)] },
      {
        before: async (db) => {
          requireMatch(ifMatch, tagOfGroup(await readGroupDetail(db, scope, groupId)), theFields)
          await requireFewAttributes(db, groupId)
          await clear(db, groupId)
        },
        after: async (db, client) => {
          await settleGroupSightings(client, batchSender(caller, owner), groupId, this.#parts.clock.now())
          changed = await readGroupDetail(db, scope, groupId)
          await this.#record(db, caller, 'group.change', changed, address)
        },
      },
    )
    if (changed === undefined) throw new Error('a group was written and not read')
    return changed
  }

  /** With what its owner says of it, its associations, and the sightings that it stands for; indicators and other groups stay. */
  async delete(caller: PersonCaller, groupId: string, ifMatch?: string, address?: string): Promise<void> {
    const scope = libraryScope(caller)
    const { owner, group } = await writableGroup(this.#parts, caller, groupId)
    const { type, xid, name } = group
    await this.#submit(
      caller,
      owner,
      'Delete',
      { group: [{ type, xid, name }] },
      {
        before: async (db) => requireMatch(ifMatch, tagOfGroup(await readGroupDetail(db, scope, groupId)), theFields),
        after: async (db) => await this.#record(db, caller, 'group.delete', group, address),
      },
    )
  }

  /** @param beside in the batch's transaction, before and after its item */
  async #submit(
    caller: PersonCaller,
    owner: Owner,
    action: 'Create' | 'Delete',
    content: BatchContent,
    beside: { before(db: Db): Promise<void>; after(db: Db, client: PoolClient): Promise<void> },
  ): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    await this.#parts.batches.submit(batchSender(caller, owner), { action, owner: owner.name }, bytes, {
      needsTurnAlone: true,
      before: (client) => beside.before(databaseOnClient(client)),
      async write(client, _, outcomes) {
        requireWhole(outcomes)
        await beside.after(databaseOnClient(client), client)
      },
    })
  }

  async #record(
    db: Db,
    caller: PersonCaller,
    action: string,
    { id, type, name, ownerName }: GroupDetail,
    address: string | undefined,
  ): Promise<void> {
    await this.#parts.audit.record(db, caller, action, `group ${id}`, { type, name, owner: ownerName }, address)
  }
}

function identityOf({ id, type: typeName, xid }: GroupDetail): GroupIdentity {
  const type = parseGroupType(typeName)
  if (type === undefined) throw new Error(`group ${id} is a ${typeName}, which is no type`)
  return { type, xid }
}

/** As what somebody changed meanwhile. */
const theFields = 'the fields of this group'

async function idOf(db: Db, ownerId: string, xid: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('library_group')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('xid', '=', xid)
    .executeTakeFirst()
  return row?.id
}

/** Readers are not shown more, and whoever writes back what they were shown would delete the others. */
async function requireFewAttributes(db: Db, groupId: string): Promise<void> {
  const { attributesMax } = assertionLimits
  const { count } = await db
    .selectFrom('group_attribute')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('group_id', '=', groupId)
    .executeTakeFirstOrThrow()
  if (Number(count) > attributesMax)
    throw new Problem(
      'conflict',
      `attributes: this group has ${count}, and ${attributesMax} are shown and written at a time. Change it by a batch.`,
    )
}

/** An item of a batch leaves alone what it does not name: what is not said any more goes before it, in the same transaction. */
async function clear(db: Db, groupId: string): Promise<void> {
  await sql`
    update library_group set status = null, event_date = null, publish_date = null, first_seen = null, last_seen = null,
      detail = detail - ${[...groupTexts]}::text[], digest = null
    where id = ${groupId}`.execute(db)
}
