import type { BatchConfig } from '@postern/protocol'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { PoolClient } from 'pg'
import type { Db } from '../database/database.ts'
import type { BatchTable } from '../database/tables.ts'
import { beingRemoved } from '../owners/owners.ts'
import type { BatchCounts } from './batch-counts.ts'
import type { BatchSender } from './batches.ts'
import { readBlock } from './ledger/ledger-blocks.ts'

export type BatchRow = Selectable<BatchTable>

const insertBatch = `
  insert into batch (organization_id, owner_id, execution_id, attempt, sent_by, state, action, config)
  select $1, $2, $3, $4, $5, 'created', $6, $7 from owner where id = $2 and removal_started_at is null returning id`

/** Rows of batches and what hangs on them. Methods that take a client belong to the batch's transaction. */
export class BatchStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async create(sender: BatchSender, config: BatchConfig): Promise<string> {
    const { id } = await this.#db
      .insertInto('batch')
      .values({
        organization_id: sender.organizationId,
        owner_id: sender.ownerId,
        execution_id: sender.executionId,
        attempt: sender.attempt,
        sent_by: sender.sentBy,
        state: 'created',
        action: config.action,
        config: JSON.stringify(config),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }

  /** Of a batch that was made before: its owner may be on its way out since. @throws Problem `conflict` */
  async requireWritable(client: PoolClient, ownerId: string): Promise<void> {
    const { rowCount } = await client.query('select from owner where id = $1 and removal_started_at is null', [ownerId])
    if (rowCount === 0) throw beingRemoved()
  }

  /** @throws Problem `conflict` where the owner is on its way out */
  async createIn(client: PoolClient, sender: BatchSender, config: BatchConfig): Promise<string> {
    const { organizationId, ownerId, executionId, attempt, sentBy } = sender
    const { rows } = await client.query<{ id: string }>(insertBatch, [
      organizationId,
      ownerId,
      executionId,
      attempt,
      sentBy,
      config.action,
      JSON.stringify(config),
    ])
    const id = rows[0]?.id
    if (id === undefined) throw beingRemoved()
    return id
  }

  async find(organizationId: string, batchId: string): Promise<BatchRow | undefined> {
    return this.#db
      .selectFrom('batch')
      .selectAll()
      .where('id', '=', batchId)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst()
  }

  /**
   * The execution's last batch for this owner, if it was this very one: clients repeat a request whose answer they did not see
   * (T2). With another batch in between it is no repetition. Sent again by a later attempt, it is what that one brought.
   */
  async repeated(client: PoolClient, sender: BatchSender, sha256: Buffer): Promise<BatchRow | undefined> {
    if (sender.executionId === null) return undefined
    const { rows } = await client.query<BatchRow>(
      `update batch set attempt = greatest(attempt, $4)
       where id = (
         select id from batch where execution_id = $1 and owner_id = $2 and state = 'completed' order by id desc limit 1
       ) and content_sha256 = $3 returning *`,
      [sender.executionId, sender.ownerId, sha256, sender.attempt],
    )
    return rows[0]
  }

  async complete(client: PoolClient, batchId: string, sha256: Buffer, counts: BatchCounts): Promise<BatchRow> {
    const { rows } = await client.query<BatchRow>(
      `update batch set state = 'completed', completed_at = now(), content_sha256 = $2,
         item_count = $3, created = $4, updated = $5, unchanged = $6, deleted = $7, refused = $8, partial = $9, unprocessed = $10,
         groups_created = $11, groups_updated = $12, groups_unchanged = $13, groups_deleted = $14, groups_refused = $15,
         associations = $16, associations_refused = $17
       where id = $1 and state = 'created' returning *`,
      [
        batchId,
        sha256,
        counts.item_count,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.deleted,
        counts.refused,
        counts.partial,
        counts.unprocessed,
        counts.groups_created,
        counts.groups_updated,
        counts.groups_unchanged,
        counts.groups_deleted,
        counts.groups_refused,
        counts.associations,
        counts.associations_refused,
      ],
    )
    const row = rows[0]
    if (row === undefined) throw new Error(`batch ${batchId} was completed twice at once`)
    return row
  }

  async errors(batchId: string): Promise<{ code: string; reason: string }[]> {
    const blocks = await this.#db
      .selectFrom('batch_item_block')
      .select('items')
      .where('batch_id', '=', batchId)
      .where('has_reason', '=', true)
      .orderBy('number')
      .execute()
    const errors: { position: number; code: string; reason: string }[] = []
    for (const block of blocks) {
      for (const [position, , , , code, reason] of await readBlock(block.items)) {
        if (code !== null && reason !== null) errors.push({ position, code, reason })
      }
    }
    return errors.sort((a, b) => a.position - b.position)
  }

  async deleteAbandoned(before: Date): Promise<number> {
    const { numAffectedRows } = await sql`delete from batch where state = 'created' and created_at < ${before}`.execute(
      this.#db,
    )
    return Number(numAffectedRows ?? 0n)
  }
}
