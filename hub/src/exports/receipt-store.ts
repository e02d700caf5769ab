import { type CreateReceipt, type Receipt, type ReceiptDay, ReceiptState, receiptText } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import type { Exporter } from './exporter.ts'
import { type SignedColumns, signedColumns, signedJoins } from './signed-columns.ts'

/** D5: handed over and still not fetched after so long is drift. */
export const pendingHours = 24

export type StoredReceipt = SignedColumns & {
  id: string
  organizationId: string
  controlId: string
  control: string
  target: string
  planId: string | null
  collectionId: string
  collectionName: string
  collectionVersion: number
  state: ReceiptState
  reason: string | null
  desired: number
  held: number
  missing: number
  extra: number
  added: number
  removed: number
  removedBy: string | null
  notTaken: Record<string, number>
  unverifiedTransport: boolean
  valuesSha256: Buffer | null
  /** When it became drift, having been pending too long. */
  overdueAt: Date | null
  createdAt: Date
}

const receiptQuery = sql`
  select r.id, r.organization_id as "organizationId", r.control_id as "controlId", c.name as control, r.target,
    r.execution_id as "executionId", r.plan_id as "planId", r.collection_id as "collectionId",
    col.name as "collectionName", r.collection_version as "collectionVersion", r.state, r.reason,
    r.desired::float8 as desired, r.held::float8 as held, r.missing::float8 as missing, r.extra::float8 as extra,
    r.added::float8 as added, r.removed::float8 as removed, r.removed_by as "removedBy", r.not_taken as "notTaken",
    r.unverified_transport as "unverifiedTransport", r.values_sha256 as "valuesSha256",
    r.overdue_at as "overdueAt", r.created_at as "createdAt", ${signedColumns}
  from receipt r
  join control c on c.id = r.control_id
  join collection col on col.id = r.collection_id
  ${signedJoins('r')}`

export type ReceiptFilter = {
  controlId?: string | undefined
  executionId?: string | undefined
  target?: string | undefined
  state?: ReceiptState | undefined
  /** Written at this instant or later. */
  from?: string | undefined
  /** Written before this instant. */
  until?: string | undefined
}

/** Newest first. */
export async function listReceipts(
  db: Db,
  organizationId: string,
  filter: ReceiptFilter,
  before: string | undefined,
  rowsMax: number,
): Promise<StoredReceipt[]> {
  const { rows } = await sql<StoredReceipt>`${receiptQuery}
    where r.organization_id = ${organizationId}
      and (${before ?? null}::bigint is null or r.id < ${before ?? null}::bigint)
      and (${filter.controlId ?? null}::bigint is null or r.control_id = ${filter.controlId ?? null}::bigint)
      and (${filter.executionId ?? null}::bigint is null or r.execution_id = ${filter.executionId ?? null}::bigint)
      and (${filter.target ?? null}::text is null or r.target = ${filter.target ?? null}::text)
      and (${filter.state ?? null}::text is null or r.state = ${filter.state ?? null}::text)
      and (${filter.from ?? null}::timestamptz is null or r.created_at >= ${filter.from ?? null}::timestamptz)
      and (${filter.until ?? null}::timestamptz is null or r.created_at < ${filter.until ?? null}::timestamptz)
    order by r.id desc
    limit ${rowsMax}`.execute(db)
  return rows
}

export type DaysFilter = Pick<ReceiptFilter, 'controlId' | 'target'>

/** Receipts of each day of UTC since an instant, oldest first; days without any are left out. */
export async function countReceiptDays(
  db: Db,
  organizationId: string,
  filter: DaysFilter,
  since: Date,
): Promise<ReceiptDay[]> {
  const { rows } = await sql<ReceiptDay>`
    select to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
      (count(*) filter (where r.state = 'in-sync'))::float8 as "inSync",
      (count(*) filter (where r.state = 'drift'))::float8 as drift,
      (count(*) filter (where r.state = 'unverifiable'))::float8 as unverifiable,
      (count(*) filter (where r.state = 'pending'))::float8 as pending
    from receipt r
    where r.organization_id = ${organizationId} and r.created_at >= ${since}
      and (${filter.controlId ?? null}::bigint is null or r.control_id = ${filter.controlId ?? null}::bigint)
      and (${filter.target ?? null}::text is null or r.target = ${filter.target ?? null}::text)
    group by 1 order by 1`.execute(db)
  return rows
}

export async function findReceipt(db: Db, organizationId: string, id: string): Promise<StoredReceipt | undefined> {
  const { rows } =
    await sql<StoredReceipt>`${receiptQuery} where r.organization_id = ${organizationId} and r.id = ${id}`.execute(db)
  return rows[0]
}

/** In no order; those that are not the organization's are left out. */
export async function findReceipts(db: Db, organizationId: string, ids: readonly string[]): Promise<StoredReceipt[]> {
  const { rows } =
    await sql<StoredReceipt>`${receiptQuery} where r.organization_id = ${organizationId} and r.id = any(${ids}::bigint[])`.execute(
      db,
    )
  return rows
}

export async function lockReceipt(trx: Db, organizationId: string, id: string): Promise<StoredReceipt | undefined> {
  await sql`select 1 from receipt where id = ${id} for update`.execute(trx)
  return await findReceipt(trx, organizationId, id)
}

export async function insertReceipt(trx: Db, by: Exporter, receipt: CreateReceipt, now: Date): Promise<string> {
  const { id } = await trx
    .insertInto('receipt')
    .values({
      organization_id: by.organizationId,
      control_id: by.controlId,
      target: receipt.target,
      execution_id: by.executionId,
      attempt: by.attempt,
      plan_id: receipt.planId,
      collection_id: receipt.collectionId,
      collection_version: receipt.collectionVersion,
      state: receipt.state,
      reason: receipt.reason ?? null,
      desired: receipt.desired,
      held: receipt.held,
      missing: receipt.missing,
      extra: receipt.extra,
      added: receipt.added,
      removed: receipt.removed,
      removed_by: receipt.removedBy,
      not_taken: JSON.stringify(receipt.notTaken),
      unverified_transport: receipt.unverifiedTransport,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export function toApi(receipt: StoredReceipt): Receipt {
  return {
    id: receipt.id,
    executionId: receipt.executionId,
    planId: receipt.planId,
    control: receipt.control,
    target: receipt.target,
    state: z.parse(ReceiptState, receipt.state),
    reason: reasonOf(receipt),
    collectionId: receipt.collectionId,
    collectionName: receipt.collectionName,
    collectionVersion: receipt.collectionVersion,
    desired: receipt.desired,
    held: receipt.held,
    missing: receipt.missing,
    extra: receipt.extra,
    added: receipt.added,
    removed: receipt.removed,
    removedBy: receipt.removedBy,
    notTaken: receipt.notTaken,
    unverifiedTransport: receipt.unverifiedTransport,
    serverName: receipt.serverName,
    createdAt: receipt.createdAt.toISOString(),
  }
}

function reasonOf({ reason, overdueAt }: StoredReceipt): string | null {
  if (overdueAt === null) return reason
  return [reason, `Not fetched within ${pendingHours} h.`].filter((each) => each !== null).join(' ')
}

/** A receipt as its app said it, in bytes (D40); nothing while its list has not come. */
export function textOf(receipt: StoredReceipt): string | undefined {
  const { state, overdueAt, valuesSha256 } = receipt
  if (valuesSha256 === null) return undefined
  const said = {
    ...receipt,
    state: overdueAt === null ? state : 'pending',
    reason: receipt.reason ?? undefined,
  } as const
  return receiptText(said, valuesSha256.toString('hex'))
}
