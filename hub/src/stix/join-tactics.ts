import { killChainPhaseKind } from '@postern/intel'
import type { PoolClient } from 'pg'

/**
 * Joins techniques to the tactics that their phases name where the two came in different bundles, in either order; within one the mapping
 * does (intel's `TacticsByPhase`, whose rule this is). After the bundle's objects are written.
 */
export async function joinTactics(client: PoolClient, ownerId: string): Promise<void> {
  await client.query(
    `with newest as materialized (
       select distinct on (s.object_id) s.type, s.group_id, s.outcome, stix_json(s.body) as body from stix_object s
       where s.owner_id = $1 and s.type in ('attack-pattern', 'x-mitre-tactic') order by s.object_id, s.version desc
     ), named as materialized (
       select n.group_id, phase->>'kill_chain_name' as chain, phase->>'phase_name' as name from newest n
         cross join lateral json_array_elements(case json_typeof(n.body->'kill_chain_phases')
           when 'array' then n.body->'kill_chain_phases' end) phase
       where n.type = 'attack-pattern' and n.outcome = 'mapped' and n.group_id is not null and ${isInForce}
     ), tactic as materialized (
       select n.group_id, n.body->>'x_mitre_shortname' as name, case domain when 'enterprise-attack' then 'mitre-attack'
         else 'mitre-' || domain end as chain
       from newest n left join lateral json_array_elements_text(case json_typeof(n.body->'x_mitre_domains')
         when 'array' then n.body->'x_mitre_domains' end) domain on true
       where n.type = 'x-mitre-tactic' and n.outcome = 'mapped' and n.group_id is not null
     )
     insert into group_link (group_id, linked_id, kind, owner_id)
     select distinct n.group_id, t.group_id, $2, $1::bigint from named n join tactic t on t.name = n.name
       -- A tactic of no domain is that of every kill chain that has none of its own.
       and (t.chain = n.chain or t.chain is null and not exists (select from tactic o where o.name = n.name and o.chain = n.chain))
     where n.group_id <> t.group_id
     on conflict do nothing`,
    [ownerId, killChainPhaseKind],
  )
}

const isInForce = `coalesce(n.body->>'revoked', 'false') <> 'true' and coalesce(n.body->>'x_mitre_deprecated', 'false') <> 'true'`
