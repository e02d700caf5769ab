import { isStixObjectId } from '../bundle/stix-object-id.ts'
import { parseTlp, type TlpLevel, tlpOfLabel } from '../../tlp.ts'
import { stixId } from '../stix-id.ts'
import {
  amberStrictAsRed,
  amberStrictStatement,
  type StixMarkingDefinition,
  type StixSpecVersion,
  tlpMarkingDefinitions,
} from '../tlp-marking.ts'

type Markings = { readonly refs: readonly string[]; readonly definitions: readonly StixMarkingDefinition[] }

/**
 * Refs and definitions of the security labels of one object: each a level of TLP, or a statement with the label's name. One that counts as
 * RED for a slip in its level says both, since whoever reads it knows no such rule.
 */
export function stixLabelMarkings(labels: readonly string[], specVersion: StixSpecVersion): Markings {
  const all = labels.map((label) => markingsOfLabel(label, specVersion))
  // Where RED holds as well, it must not be read as what merely stands for AMBER+STRICT.
  const isRed = labels.some((label) => tlpOfLabel(label) === 'RED')
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
  if (level !== undefined) return levelMarkings(level, specVersion)
  // A marking that nobody defined went in by its id, and goes out as it came.
  if (isStixObjectId(label) && label.startsWith('marking-definition--')) return { refs: [label], definitions: [] }
  const { refs, definitions } = levelMarkings(tlpOfLabel(label), specVersion)
  const id = stixId('marking-definition', label)
  const definition: StixMarkingDefinition = {
    type: 'marking-definition',
    ...(specVersion === '2.1' ? { spec_version: '2.1' } : {}),
    id,
    created: '2026-01-01T00:00:00.000Z',
    definition_type: 'statement',
    definition: { statement: label },
  }
  return { refs: [...refs, id], definitions: [...definitions, definition] }
}

function levelMarkings(level: TlpLevel | undefined, specVersion: StixSpecVersion): Markings {
  const definitions = level === undefined ? [] : tlpMarkingDefinitions(level, specVersion)
  return { refs: definitions.map(({ id }) => id), definitions }
}
