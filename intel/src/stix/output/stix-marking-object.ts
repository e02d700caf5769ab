import { isStixObjectId } from '../bundle/stix-object-id.ts'
import { parseTlp } from '../../tlp.ts'
import { stixId } from '../stix-id.ts'
import { type StixMarkingDefinition, type StixSpecVersion, tlpMarkingDefinitions } from '../tlp-marking.ts'

/** Refs and definitions of a security label: a level of TLP, or a statement with the label's name. */
export function stixLabelMarking(
  label: string,
  specVersion: StixSpecVersion,
): { refs: readonly string[]; definitions: readonly StixMarkingDefinition[] } {
  const level = parseTlp(label)
  if (level !== undefined) {
    const definitions = tlpMarkingDefinitions(level, specVersion)
    return { refs: definitions.map(({ id }) => id), definitions }
  }
  // A marking that nobody defined went in by its id, and goes out as it came.
  if (isStixObjectId(label) && label.startsWith('marking-definition--')) return { refs: [label], definitions: [] }
  const id = stixId('marking-definition', label)
  const definition: StixMarkingDefinition = {
    type: 'marking-definition',
    ...(specVersion === '2.1' ? { spec_version: '2.1' } : {}),
    id,
    created: '2026-01-01T00:00:00.000Z',
    definition_type: 'statement',
    definition: { statement: label },
  }
  return { refs: [id], definitions: [definition] }
}
