import { killChainPhaseKind } from '@postern/intel'

/*
 * What the texts of an owner say of two objects, as common table expressions. They read one that is named `newest`: the newest version of
 * each object that counts, with object_id, type, outcome, group_id and body.
 */

/** What a relationship says of its ends. @param said SQL of its text as JSON */
export function relationOf(said: string): { source: string; target: string; kind: string } {
  return {
    source: `${said}->>'source_ref'`,
    target: `${said}->>'target_ref'`,
    kind: `coalesce(${said}->>'x_postern_kind', ${said}->>'relationship_type')`,
  }
}

/** Elements of an array; none of what is no array. @param array SQL of JSON */
const elements = (array: string) => `case json_typeof(${array}) when 'array' then ${array} end`

/** The text, parsed once for each row: without `offset` it is wherever it is named. */
const parsed = `cross join lateral (select stix_json(n.body) as said offset 0) p`

/**
 * Phases that tactics are, and those that techniques name, by intel's rule (`TacticsByPhase`): a technique belongs to the tactics of the
 * same short name in the kill chain of its phase, else to those that are of no domain, whose kill chain is '' here. `newest` holds all of
 * the owner's tactics, and the techniques that are asked about.
 */
export const tacticsByPhase = `phase_of_tactic as materialized (
  select n.object_id, n.group_id, p.said->>'x_mitre_shortname' as name,
    coalesce(case domain when 'enterprise-attack' then 'mitre-attack' else 'mitre-' || domain end, '') as chain
  from newest n ${parsed}
    left join lateral json_array_elements_text(${elements("p.said->'x_mitre_domains'")}) domain on true
  where n.type = 'x-mitre-tactic' and n.outcome = 'mapped' and p.said->>'x_mitre_shortname' is not null
), phase_of_technique as materialized (
  select n.object_id, n.group_id, phase->>'phase_name' as name,
    case when (phase->>'phase_name', phase->>'kill_chain_name') in (select name, chain from phase_of_tactic)
      then phase->>'kill_chain_name' else '' end as chain,
    coalesce(p.said->>'revoked', 'false') <> 'true' and coalesce(p.said->>'x_mitre_deprecated', 'false') <> 'true' as is_in_force
  from newest n ${parsed} cross join lateral json_array_elements(${elements("p.said->'kill_chain_phases'")}) phase
  where n.type = 'attack-pattern' and n.outcome = 'mapped'
)`

const told = relationOf('stix_json(body)')

/**
 * `said`: what relationships say, as their ends and kind, what a report names, and the tactics of a technique, which its text names though
 * it be revoked. Between an indicator and a group the library knows no kinds and no direction, so that there any of these counts, either
 * way: the kind '*'.
 */
export const saidRelations = `${tacticsByPhase}, told as materialized (
  select ${told.source} as source_ref, ${told.target} as target_ref, ${told.kind} as kind
  from newest where type = 'relationship' and outcome = 'mapped'
  union all select object_id, json_array_elements_text(stix_json(body)->'object_refs'), 'refers-to'
  from newest where type = 'report' and outcome = 'mapped'
  union all select q.object_id, t.object_id, '${killChainPhaseKind}'
  from phase_of_technique q join phase_of_tactic t on t.name = q.name and t.chain = q.chain
), said as materialized (
  select source_ref, target_ref, kind from told
  union select source_ref, target_ref, '*' from told
  union select target_ref, source_ref, '*' from told
)`
