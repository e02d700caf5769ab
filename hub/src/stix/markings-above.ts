import { tlpLevels, tlpMarkingIds, tlpOfMarkingRef } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'

/** Whose texts are given out, and up to which TLP (its place among the levels). */
export type TlpScope = { ownerId: string; tlpMax: number }

/**
 * Whether a text names a marking anywhere that says a higher TLP: one of STIX, or one that the owner's objects define. By its characters,
 * since PostgreSQL cannot read every JSON text that is one; each id that it names is looked up, and only where the owner defines any such.
 */
export function namesMarkingAbove({ ownerId, tlpMax }: TlpScope, body: RawBuilder<unknown>): RawBuilder<boolean> {
  const ofStix = tlpMarkingIds.filter((id) => tlpLevels.indexOf(tlpOfMarkingRef(id) ?? 'CLEAR') > tlpMax)
  return sql<boolean>`(${body} like any(${ofStix.map((id) => `%${id}%`)}::text[])
    or exists (select from stix_object d where d.owner_id = ${ownerId} and d.marking_tlp > ${tlpMax}::int)
    and exists (
      select from regexp_matches(${body}, 'marking-definition--[0-9A-Fa-f-]{36}', 'g') named (ids)
      where (select d.marking_tlp from stix_object d where d.owner_id = ${ownerId} and d.object_id = named.ids[1]
        order by d.version desc limit 1) > ${tlpMax}::int))`
}
