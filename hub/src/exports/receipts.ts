import type { Readable } from 'node:stream'
import { type CreateReceipt, type Receipt, type ReceiptDay, ReceiptValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { Caller } from '../access/caller.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Executions } from '../executions/executions.ts'
import { readGzipLines } from '../http/ndjson-body.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import type { Changes } from '../live/changes.ts'
import { ControlValues } from './control-values.ts'
import { exporterOf, type Exporter } from './exporter.ts'
import { readerScope, requireVersion } from './plans.ts'
import { everyDay, firstDayOf } from './receipt-days.ts'
import {
  countReceiptDays,
  type DaysFilter,
  findReceipt,
  insertReceipt,
  listReceipts,
  lockReceipt,
  type ReceiptFilter,
  type StoredReceipt,
  toApi,
} from './receipt-store.ts'
import { BlobWriter, readJsonLine, valuesBounds } from './value-blob.ts'

/** D5: handed over and still not fetched after so long is drift. */
export const pendingHours = 24

export type ReceiptsParts = { db: DatabaseConnection['db']; clock: Clock; changes: Changes; executions: Executions }

/** What controls were found to hold. A receipt is never changed; only *pending* becomes *drift* by time. */
export function createReceipts({ db, clock, changes, executions }: ReceiptsParts) {
  async function create(caller: Caller, receipt: CreateReceipt): Promise<Receipt> {
    const exporter = exporterOf(caller)
    if (!exporter.collectionIds.includes(receipt.collectionId))
      throw new Problem('forbidden', 'This job does not name that data collection.')
    requireHonest(receipt)
    const id = await db.transaction().execute(async (trx) => {
      await executions.holdLease(trx, caller)
      await requireVersion(trx, receipt)
      if (receipt.planId !== null) await requireOwnPlan(trx, exporter, receipt.planId)
      const made = await insertReceipt(trx, exporter, receipt, clock.now())
      await tell(trx, exporter)
      return made
    })
    return toApi(found(await findReceipt(db, exporter.organizationId, id), 'receipt'))
  }

  /** Told to who looks at the execution, and to those of the organization who look at receipts. */
  async function tell(trx: Db, by: { executionId: string; organizationId: string }): Promise<void> {
    const { executionId: id, organizationId } = by
    await changes.notify(trx, { changed: 'execution', id, part: 'receipt', organizationId })
  }

  async function putValues(caller: Caller, id: string, body: Readable): Promise<Receipt> {
    const exporter = exporterOf(caller)
    return await db.transaction().execute(async (trx) => {
      const receipt = found(isRowId(id) ? await lockReceipt(trx, exporter.organizationId, id) : undefined, 'receipt')
      if (receipt.executionId !== exporter.executionId)
        throw new Problem('forbidden', 'Only the execution that made a receipt sends its values.')
      if (receipt.valuesSha256 !== null) return toApi(receipt)
      const blob = new BlobWriter(trx, { kind: 'receipt', id })
      const values = new ControlValues(trx)
      await values.begin()
      let number = 0
      for await (const text of readGzipLines(body, valuesBounds, (chunk) => blob.write(chunk))) {
        number += 1
        if (text === '') continue
        const read = ReceiptValue.safeParse(readJsonLine(text, number))
        if (!read.success)
          throw new Problem(
            'invalid',
            `Line ${number} is not ["missing", "extra", "refused" or "left-out", type, value, reason].`,
          )
        await values.add(read.data)
      }
      const sha256 = await blob.end()
      await executions.holdLease(trx, caller)
      const named = await values.end(receipt)
      await trx
        .updateTable('receipt')
        .set({ values_sha256: sha256, named: String(named) })
        .where('id', '=', id)
        .execute()
      await tell(trx, exporter)
      return toApi(receipt)
    })
  }

  async function getFor(caller: Caller, id: string): Promise<StoredReceipt> {
    const scope = readerScope(caller)
    const receipt = isRowId(id) ? await findReceipt(db, scope.organizationId, id) : undefined
    const isForeign = scope.filter.controlId !== undefined && receipt?.controlId !== scope.filter.controlId
    return found(isForeign ? undefined : receipt, 'receipt')
  }

  return {
    create,
    putValues,

    async list(caller: Caller, filter: ReceiptFilter, before: string | undefined, rowsMax: number): Promise<Receipt[]> {
      const scope = readerScope(caller)
      return (await listReceipts(db, scope.organizationId, { ...filter, ...scope.filter }, before, rowsMax)).map(toApi)
    },

    /** How receipts came out on each of the last days of UTC, today included. */
    async days(caller: Caller, filter: DaysFilter, days: number): Promise<ReceiptDay[]> {
      const scope = readerScope(caller)
      const first = firstDayOf(clock.now(), days)
      const counted = await countReceiptDays(db, scope.organizationId, { ...filter, ...scope.filter }, first)
      return everyDay(counted, first, days)
    },

    get: async (caller: Caller, id: string): Promise<Receipt> => toApi(await getFor(caller, id)),

    /** Every minute: what was never fetched is drift (D5). */
    async settlePending(): Promise<void> {
      const before = new Date(clock.now().getTime() - pendingHours * 3600_000)
      await db.transaction().execute(async (trx) => {
        const { rows } = await sql<{
          controlId: string
          target: string
          executionId: string
          organizationId: string
        }>`
          update receipt set state = 'drift',
            reason = concat_ws(' ', reason, ${`Not fetched within ${pendingHours} h.`}::text)
          where state = 'pending' and created_at < ${before}
          returning control_id as "controlId", target, execution_id as "executionId",
            organization_id as "organizationId"`.execute(trx)
        for (const { controlId, target, ...written } of rows) {
          await tell(trx, written)
          await sql`update control_value set state = 'missing', since = ${clock.now()}
            where control_id = ${controlId} and target = ${target} and state = 'pending'`.execute(trx)
        }
      })
    },
  }
}

/** An app cannot say *in sync* beside figures that say otherwise. */
function requireHonest({ state, missing, extra, desired, held }: CreateReceipt): void {
  if (state !== 'in-sync') return
  if (missing === 0 && extra === 0 && desired === held) return
  throw new Problem(
    'invalid',
    `state: ${missing} missing, ${extra} extra, ${held} held of ${desired} desired are not in sync; send "drift".`,
  )
}

async function requireOwnPlan(trx: Db, exporter: Exporter, planId: string): Promise<void> {
  const row = isRowId(planId)
    ? await trx
        .selectFrom('plan')
        .select('control_id')
        .where('id', '=', planId)
        .where('holder_execution_id', '=', exporter.executionId)
        .executeTakeFirst()
    : undefined
  if (row?.control_id !== exporter.controlId)
    throw new Problem('invalid', `planId: this execution holds no plan ${planId}.`)
}
