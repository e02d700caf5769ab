import type { Ledger, LedgerItem, LedgerOutcome, Unmapped } from '@postern/protocol'
import { sql } from 'kysely'
import type { Caller } from '../../access/caller.ts'
import type { DatabaseConnection } from '../../database/database.ts'
import { Problem, found } from '../../lib/problem.ts'
import { readBlock, toLedgerItem } from './ledger-blocks.ts'

/** The account of what executions sent: sums, items, and what could not be mapped. An execution is judged by it (T1). */
export class Ledgers {
  readonly #db: DatabaseConnection['db']

  constructor({ db }: { db: DatabaseConnection['db'] }) {
    this.#db = db
  }

  async sums(caller: Caller, executionId: string): Promise<Ledger> {
    await this.#requireVisible(caller, executionId)
    const { rows } = await sql<Omit<Ledger, 'unmapped'>>`
      select count(*)::int as batches, coalesce(sum(created), 0)::int as created, coalesce(sum(updated), 0)::int as updated,
        coalesce(sum(unchanged), 0)::int as unchanged, coalesce(sum(deleted + groups_deleted), 0)::int as deleted,
        coalesce(sum(refused + groups_refused + associations_refused), 0)::int as refused,
        coalesce(sum(groups_created), 0)::int as "groupsCreated", coalesce(sum(groups_updated), 0)::int as "groupsUpdated",
        coalesce(sum(groups_unchanged), 0)::int as "groupsUnchanged"
      from batch where execution_id = ${executionId} and state = 'completed'`.execute(this.#db)
    const unmapped = await this.#db
      .selectFrom('execution_unmapped')
      .select(['what', 'reason', 'count', 'examples'])
      .where('execution_id', '=', executionId)
      .orderBy('number')
      .execute()
    // Aggregates without a group give exactly one row.
    return { ...rows[0]!, unmapped: unmapped.map((row) => ({ ...row, count: Number(row.count) })) }
  }

  /** Items with one outcome, in the order of batches and positions; a page may hold fewer than asked for. */
  async items(
    caller: Caller,
    executionId: string,
    page: { outcome: LedgerOutcome; cursor?: string | undefined; limit: number },
  ): Promise<{ data: LedgerItem[]; next?: string }> {
    await this.#requireVisible(caller, executionId)
    const start = page.cursor === undefined ? { batch: '0', number: 0, index: 0 } : readCursor(page.cursor)
    const blocks = await this.#db
      .selectFrom('batch_item_block as block')
      .innerJoin('batch', 'batch.id', 'block.batch_id')
      .select(['block.batch_id', 'block.number', 'block.items'])
      .where('batch.execution_id', '=', executionId)
      .where('block.outcome', '=', page.outcome)
      .where(sql<boolean>`(block.batch_id, block.number) >= (${start.batch}, ${start.number})`)
      .orderBy('block.batch_id')
      .orderBy('block.number')
      .limit(blocksOfPage)
      .execute()
    const data: LedgerItem[] = []
    for (const block of blocks) {
      const items = await readBlock(block.items)
      const isStart = block.batch_id === start.batch && block.number === start.number
      for (let index = isStart ? start.index : 0; index < items.length; index++) {
        if (data.length === page.limit)
          return { data, next: writeCursor({ batch: block.batch_id, number: block.number, index }) }
        // Below the length by the loop's condition.
        data.push(toLedgerItem(block.batch_id, page.outcome, items[index]!))
      }
    }
    const last = blocks.at(-1)
    const isFull = blocks.length === blocksOfPage && last !== undefined
    return {
      data,
      ...(isFull ? { next: writeCursor({ batch: last.batch_id, number: last.number + 1, index: 0 }) } : {}),
    }
  }

  /** What the app could not map, in whole: each call puts its list in place of the last. */
  async setUnmapped(caller: Caller, executionId: string, { data }: Unmapped): Promise<void> {
    if (caller.kind !== 'execution' || caller.executionId !== executionId) {
      throw new Problem('forbidden', 'An execution tells only what it could not map itself.')
    }
    await this.#db.transaction().execute(async (trx) => {
      await trx.deleteFrom('execution_unmapped').where('execution_id', '=', executionId).execute()
      if (data.length === 0) return
      await trx
        .insertInto('execution_unmapped')
        .values(
          data.map((row, number) => ({
            ...row,
            number,
            execution_id: executionId,
            organization_id: caller.organizationId,
          })),
        )
        .execute()
    })
  }

  async #requireVisible(caller: Caller, executionId: string): Promise<void> {
    if (caller.kind === 'stranger' || caller.kind === 'environment-server')
      throw new Problem('forbidden', 'Only people and executions read ledgers.')
    const isForeign = caller.kind === 'execution' && caller.executionId !== executionId
    const row = isForeign
      ? undefined
      : await this.#db
          .selectFrom('execution')
          .select('id')
          .where('id', '=', executionId)
          .where('organization_id', '=', caller.organizationId)
          .executeTakeFirst()
    found(row, 'execution')
  }
}

/** Blocks that one page reads at most; a block holds up to 10,000 items, so that one or two fill a page unless they are small. */
const blocksOfPage = 50

type Place = { batch: string; number: number; index: number }

function writeCursor({ batch, number, index }: Place): string {
  return `${batch}.${number}.${index}`
}

function readCursor(cursor: string): Place {
  const [, batch, number, index] = /^(\d{1,18})\.(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? []
  if (batch === undefined)
    throw new Problem('invalid', 'The cursor is not one that this list gave; begin again without it.')
  return { batch, number: Number(number), index: Number(index) }
}
