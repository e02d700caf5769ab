import { type Control, ControlTarget, HighestTlp } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import { readSignatures } from '../exports/receipt-signatures.ts'
import { targetNames } from './target-names.ts'

/** Targets that one control is shown with; an appliance has a handful. */
const targetsMax = 1000

type ControlRow = Pick<Control, 'id' | 'name' | 'appName'> & {
  highestTlp: string
  createdAt: Date
  targets: { target: string; receiptId: string; state: string; at: string }[]
}

/** Each target's newest receipt is found by the index (control_id, target, id desc), one step a target. */
const controlQuery = sql`
  select c.id, c.name, c.program_name as "appName", c.highest_tlp as "highestTlp", c.created_at as "createdAt", t.targets
  from control c
  cross join lateral (
    select coalesce(json_agg(json_build_object('target', n.target, 'receiptId', r.id::text, 'state', r.state, 'at', r.created_at)
      order by n.target), '[]') as targets
    from ${targetNames(targetsMax)}
    cross join lateral (
      select id, state, created_at from receipt
      where control_id = c.id and target = n.target order by id desc limit 1
    ) r
  ) t`

/** Oldest first. @param after the id of the last control of the page before */
export async function listControls(
  db: Db,
  organizationId: string,
  after: string | undefined,
  rowsMax: number,
): Promise<Control[]> {
  const { rows } = await sql<ControlRow>`${controlQuery}
    where c.organization_id = ${organizationId} and c.id > ${after ?? '0'}
    order by c.id
    limit ${rowsMax}`.execute(db)
  return await toControls(db, organizationId, rows)
}

export async function findControl(db: Db, organizationId: string, id: string): Promise<Control | undefined> {
  const { rows } = await sql<ControlRow>`${controlQuery}
    where c.organization_id = ${organizationId} and c.id = ${id}`.execute(db)
  return (await toControls(db, organizationId, rows))[0]
}

/** @returns what it was before */
export async function updateHighestTlp(
  trx: Db,
  organizationId: string,
  id: string,
  highestTlp: HighestTlp,
): Promise<HighestTlp | undefined> {
  const before = await trx
    .selectFrom('control')
    .select('highest_tlp')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (before === undefined) return undefined
  await trx.updateTable('control').set({ highest_tlp: highestTlp }).where('id', '=', id).execute()
  return z.parse(HighestTlp, before.highest_tlp)
}

async function toControls(db: Db, organizationId: string, rows: readonly ControlRow[]): Promise<Control[]> {
  const receiptIds = rows.flatMap(({ targets }) => targets.map(({ receiptId }) => receiptId))
  const signatures = await readSignatures(db, organizationId, receiptIds)
  return rows.map(({ targets, ...row }) => ({
    ...row,
    highestTlp: z.parse(HighestTlp, row.highestTlp),
    createdAt: row.createdAt.toISOString(),
    targets: targets.map(({ at, ...target }) =>
      z.parse(ControlTarget, {
        ...target,
        signature: signatures.weakest([target.receiptId]),
        at: new Date(at).toISOString(),
      }),
    ),
  }))
}
