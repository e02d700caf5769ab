import { killChainPhaseKind } from '@postern/intel'
import type { PoolClient } from 'pg'
import { Problem } from '../lib/problem.ts'
import { tacticsByPhase } from './said-relations.ts'
import { tacticLinksMax } from './stix-limits.ts'

/**
 * Joins techniques that are in force to the tactics that their phases name where the two came in different bundles, in either order; within
 * one the mapping does. After the bundle's objects are written.
 * @throws Problem `too-large`
 */
export async function joinTactics(client: PoolClient, ownerId: string): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `with newest as materialized (
       select distinct on (s.object_id) s.object_id, s.type, s.group_id, s.outcome, s.body from stix_object s
       where s.owner_id = $1 and s.type in ('attack-pattern', 'x-mitre-tactic') order by s.object_id, s.version desc
     ), ${tacticsByPhase}, pair as materialized (
       select q.group_id, t.group_id as linked_id
       from phase_of_technique q join phase_of_tactic t on t.name = q.name and t.chain = q.chain
       where q.is_in_force and q.group_id <> t.group_id
       limit $3::int + 1
     ), joined as (
       insert into group_link (group_id, linked_id, kind, owner_id) select group_id, linked_id, $2, $1::bigint from pair
       on conflict do nothing
     )
     select count(*)::int as count from pair`,
    [ownerId, killChainPhaseKind, tacticLinksMax],
  )
  if ((rows[0]?.count ?? 0) <= tacticLinksMax) return
  throw new Problem(
    'too-large',
    `The techniques of this owner would be joined to their tactics by more than ${tacticLinksMax} links. Send fewer tactics of the same short name.`,
  )
}
