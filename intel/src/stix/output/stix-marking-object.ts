import { isStixObjectId } from '../bundle/stix-object-id.ts'
import { parseTlp } from '../../tlp.ts'
import { stixId } from '../stix-id.ts'
import {
  amberStrictAsRed,
  amberStrictStatement,
  type StixMarkingDefinition,
  type StixSpecVersion,
  tlpMarkingDefinitions,
} from '../tlp-marking.ts'

type Markings = { readonly refs: readonly string[]; readonly definitions: readonly StixMarkingDefinition[] }

/** Refs and definitions of the security labels of one object: each a level of TLP, or a statement with the label's name. */
export function stixLabelMarkings(labels: readonly string[], specVersion: StixSpecVersion): Markings {
  const all = labels.map((label) => markingsOfLabel(label, specVersion))
  // Where RED holds as well, it must not be read as what merely stands for AMBER+STRICT.
  const isRed = labels.some((label) => parseTlp(label) === 'RED')
  const meant = (definition: StixMarkingDefinition) =>
    isRed && definition.id === amberStrictAsRed.id ? amberStrictStatement : definition
  return {
    refs: [
      ...new Set(
        all.flatMap(({ refs }) =>
          refs.map((id) => (isRed && id === amberStrictAsRed.id ? amberStrictStatement.id : id)),
        ),
      ),
    ],
    definitions: all.flatMap(({ definitions }) => definitions.map(meant)),
  }
}

function markingsOfLabel(label: string, specVersion: StixSpecVersion): Markings {
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
