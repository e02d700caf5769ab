import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { isOnControl } from './covering-indicators.ts'

/** Whether an owner of the organization asserts an indicator, and whether a control of the organization has it. */
export type IndicatorStanding = { id: string; isAsserted: boolean; isOnControl: boolean }

export async function readStanding(
  db: Db,
  organizationId: string,
  ids: readonly string[],
): Promise<IndicatorStanding[]> {
  const { rows } = await sql<IndicatorStanding>`
    select n.id,
      exists (select from indicator_view v where v.organization_id = ${organizationId} and v.indicator_id = n.id) as "isAsserted",
      exists (
        select from control_value h join control c on c.id = h.control_id
        where h.indicator_id = n.id and c.organization_id = ${organizationId} and ${isOnControl}) as "isOnControl"
    from unnest(${[...ids]}::uuid[]) n(id)`.execute(db)
  return rows
}
