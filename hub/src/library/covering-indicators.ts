import { coveringIndicators, indicatorId, parseIndicatorType } from '@postern/intel'
import type { CoveringIndicator } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { explainLimits } from './explain-limits.ts'

/** Of a row `h` of `control_value`: that the control has the value, as far as is known, or was sent it. */
export const isOnControl = sql<boolean>`h.state in ('held', 'extra', 'pending', 'unverifiable')`

/** The indicators of the library that stand for this one too, and the targets of controls that hold them; the nearest first. */
export async function readCovering(
  db: Db,
  organizationId: string,
  indicator: { type: string; value: string },
): Promise<CoveringIndicator[]> {
  const type = parseIndicatorType(indicator.type)
  const covering = type === undefined ? [] : coveringIndicators(type, indicator.value)
  if (covering.length === 0) return []
  const ids = covering.map((each) => indicatorId(each.type, each.value))
  const { rows } = await sql<CoveringIndicator>`
    select i.id, i.type, i.value, array(
      select json_build_object('controlId', c.id::text, 'controlName', c.name, 'target', h.target, 'state', h.state)
      from control_value h join control c on c.id = h.control_id
      where h.indicator_id = i.id and c.organization_id = ${organizationId} and ${isOnControl}
      order by c.name, h.target limit ${explainLimits.coveringTargetsMax}) as targets
    from indicator_view v join indicator i on i.id = v.indicator_id
    where v.organization_id = ${organizationId} and v.indicator_id = any(${ids}::uuid[])
    order by array_position(${ids}::uuid[], i.id)`.execute(db)
  return rows
}
