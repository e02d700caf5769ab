import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type CreateReceipt, type Receipt, type ReceiptDay, type ReceiptProof, ReceiptValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { Caller } from '../access/caller.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Executions } from '../executions/executions.ts'
import { readGzipLines } from '../http/ndjson-body.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { tellChange } from '../live/changes.ts'
import { checkSignature, signedOf } from './check-signature.ts'
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
  pendingHours,
  type ReceiptFilter,
  type StoredReceipt,
  textOf,
  toApi,
} from './receipt-store.ts'
import { BlobWriter, readJsonLine, valuesBounds } from './value-blob.ts'

export type ReceiptsParts = { db: DatabaseConnection['db']; clock: Clock; executions: Executions }

/** What controls were found to hold. A receipt is never changed; only *pending* becomes *drift* by time. */
export function createReceipts({ db, clock, executions }: ReceiptsParts) {
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
    await tellChange(trx, { changed: 'execution', id, part: 'receipt', organizationId })
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
      const digest = createHash('sha256')
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
        digest.update(`${text}\n`)
        await values.add(read.data)
      }
      await blob.end()
      await executions.holdLease(trx, caller)
      const named = await values.end(receipt)
      await trx
        .updateTable('receipt')
        .set({ values_sha256: digest.digest(), named: String(named) })
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

  /** People are told whose word it is; an app that reads its control's receipts has no use for it. */
  async function shown(caller: Caller, receipt: StoredReceipt): Promise<Receipt> {
    if (caller.kind === 'execution') return toApi(receipt)
    return { ...toApi(receipt), signature: await checkSignature(receipt, 'receipt', textOf(receipt)) }
  }

  return {
    create,
    putValues,

    async list(caller: Caller, filter: ReceiptFilter, before: string | undefined, rowsMax: number): Promise<Receipt[]> {
      const scope = readerScope(caller)
      const rows = await listReceipts(db, scope.organizationId, { ...filter, ...scope.filter }, before, rowsMax)
      return await Promise.all(rows.map((receipt) => shown(caller, receipt)))
    },

    /** How receipts came out on each of the last days of UTC, today included. */
    async days(caller: Caller, filter: DaysFilter, days: number): Promise<ReceiptDay[]> {
      const scope = readerScope(caller)
      const first = firstDayOf(clock.now(), days)
      const counted = await countReceiptDays(db, scope.organizationId, { ...filter, ...scope.filter }, first)
      return everyDay(counted, first, days)
    },

    get: async (caller: Caller, id: string): Promise<Receipt> => await shown(caller, await getFor(caller, id)),

    /** What anybody needs to check it without the hub. @throws Problem `not-found` with the reason where it is not signed */
    async proof(caller: Caller, id: string): Promise<ReceiptProof> {
      const receipt = await getFor(caller, id)
      const receiptText = textOf(receipt)
      const { state, reason, ...facts } = await checkSignature(receipt, 'receipt', receiptText)
      const signed = signedOf(receipt)
      const { keyFingerprint, receivedAt, doubtfulFrom } = facts
      const isSigned = state === 'signed' || state === 'doubtful'
      if (
        !isSigned ||
        signed === undefined ||
        receiptText === undefined ||
        keyFingerprint === null ||
        receivedAt === null
      )
        throw new Problem('not-found', `Receipt ${id} has no proof. ${reason}`)
      return {
        receiptId: id,
        serverXid: receipt.serverXid,
        serverName: receipt.serverName,
        receiptText,
        attemptText: signed.attemptText,
        signature: signed.signature.toString('base64'),
        publicKey: signed.publicKeyPem,
        keyFingerprint,
        receivedAt,
        doubtfulFrom,
      }
    },

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
          update receipt set state = 'drift', overdue_at = ${clock.now()}
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
