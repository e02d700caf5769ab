import type { Obstacle } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { whichDecision } from '../exclusions/never-exported.ts'

/** What is known of an indicator whoever is to be given it. */
export type ExportFacts = {
  active: boolean
  tlp: number | null
  /** Whether an exclusion list keeps it from being exported. */
  isListed: boolean
  /** The decision, on it or on its host, that does, as a sentence. */
  decision: string | null
}

/** A member of a collection's version, or an assertion of the owner whose objects are served. */
export type Member = { active: boolean; tlp: number | null; excluded: boolean }

/** As the library has it now; what nobody asserts is active for nobody. */
export async function readExportFacts(
  db: Db,
  { organizationId, indicatorId }: { organizationId: string; indicatorId: string },
): Promise<ExportFacts> {
  const { rows } = await sql<ExportFacts>`
    select coalesce(v.active, false) as active, v.tlp, ${whichDecision(organizationId)} as decision, exists (
      select from excluded_indicator x
      where x.organization_id = ${organizationId} and x.indicator_id = i.id and x.blocks_export) as "isListed"
    from indicator i left join indicator_view v on v.organization_id = ${organizationId} and v.indicator_id = i.id
    where i.id = ${indicatorId}::uuid`.execute(db)
  return rows[0] ?? { active: false, tlp: null, isListed: false, decision: null }
}

/**
 * All that keeps an indicator from a reader who may have TLP up to a level, in the order in which lists and exports count what they leave out.
 * Where it is no member, what the library knows of it says what would keep it back if it were.
 */
export function obstaclesOf(member: Member | null, facts: ExportFacts, tlpMax: number): Obstacle[] {
  const { decision, isListed } = facts
  const { active, tlp } = member ?? facts
  const isExcluded = isListed || (member?.excluded === true && decision === null)
  return [
    ...when(member === null, 'not-a-member'),
    ...when(decision !== null, 'decided', decision),
    ...when(isExcluded, 'excluded'),
    ...when(!active, 'inactive'),
    ...when(tlp !== null && tlp > tlpMax, 'tlp'),
  ]
}

/** One, or none. */
export function when(holds: boolean, reason: Obstacle['reason'], detail: string | null = null): Obstacle[] {
  return holds ? [{ reason, detail }] : []
}
