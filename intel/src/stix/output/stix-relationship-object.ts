import { stixId } from '../stix-id.ts'
import type { StixSpecVersion } from '../tlp-marking.ts'
import type { StixOutputObject } from './stix-output.ts'

/** How one object is joined to another. */
export interface StixRelationshipSource {
  readonly sourceRef: string
  /** In the library's words; STIX has lower-case letters, digits and hyphens. */
  readonly kind: string
  readonly targetRef: string
  readonly created: Date
}

/**
 * A relationship object (STIX 2.1, 5.1). The same ends and kind give the same id. A kind that STIX cannot say goes out as the nearest word,
 * `related-to` where nothing is left of it, with `x_postern_kind` beside it.
 */
export function stixRelationshipObject(
  { sourceRef, kind, targetRef, created }: StixRelationshipSource,
  specVersion: StixSpecVersion,
): StixOutputObject {
  const word = wordOf(kind)
  return {
    type: 'relationship',
    ...(specVersion === '2.1' ? { spec_version: '2.1' } : {}),
    id: stixId('relationship', sourceRef, kind, targetRef),
    created: created.toISOString(),
    modified: created.toISOString(),
    relationship_type: word,
    source_ref: sourceRef,
    target_ref: targetRef,
    ...(word === kind ? {} : { x_postern_kind: kind }),
  }
}

function wordOf(kind: string): string {
  const word = kind
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return word === '' ? 'related-to' : word
}
