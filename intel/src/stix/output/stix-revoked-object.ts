import { stixId } from '../stix-id.ts'
import { typeWords } from '../type-words.ts'
import type { StixOutputObject } from './stix-output.ts'

/** Who an object is, and since when; nothing of what it says. */
export interface StixRevokedSource {
  type: string
  specVersion: string
  id: string
  /** As its versions before have it. */
  created: string
  /** Of this version. */
  modified: string
}

/**
 * The last version of an object that readers may not have any more: that it is revoked, and no more. STIX demands properties of some
 * types beside those (2.1, chapters 4 and 5; 2.0 part 2); they hold a word that says nothing, so that the object is a valid one and tells
 * neither its value nor what it stood beside to a reader who never had it (D21, D27).
 */
export function stixRevokedObject({ type, specVersion, id, created, modified }: StixRevokedSource): StixOutputObject {
  return {
    type,
    // 2.0 has no such property.
    ...(specVersion === '2.0' ? {} : { spec_version: specVersion }),
    id,
    created,
    modified,
    revoked: true,
    ...demanded[type]?.(created),
    ...(specVersion === '2.0' ? demandedBy20(type) : {}),
  }
}

const word = 'revoked'
/** References are demanded, and must not say to what: the same for all. */
const nobody = stixId('identity', word)

const name = () => ({ name: word })
const about = { object_refs: [nobody] }

/** By type: properties that version 2.1 demands. Types that are not here, such as custom ones, need none. */
export const demanded: Readonly<Record<string, (created: string) => Record<string, unknown>>> = {
  'attack-pattern': name,
  campaign: name,
  'course-of-action': name,
  grouping: () => ({ context: word, ...about }),
  identity: name,
  incident: name,
  indicator: (created) => ({ pattern: `[x-postern:value = '${word}']`, pattern_type: 'stix', valid_from: created }),
  infrastructure: name,
  'intrusion-set': name,
  'language-content': () => ({ object_ref: nobody, contents: { en: { name: word } } }),
  location: () => ({ latitude: 0, longitude: 0 }),
  malware: () => ({ name: word, is_family: false }),
  'malware-analysis': () => ({ product: word, result: 'unknown' }),
  note: () => ({ content: word, ...about }),
  'observed-data': (created) => ({
    first_observed: created,
    last_observed: created,
    number_observed: 1,
    objects: { '0': { type: 'software', name: word } },
  }),
  opinion: () => ({ opinion: 'neutral', ...about }),
  relationship: () => ({ relationship_type: 'related-to', source_ref: nobody, target_ref: nobody }),
  report: (created) => ({ name: word, published: created, ...about }),
  sighting: () => ({ sighting_of_ref: nobody }),
  'threat-actor': name,
  tool: name,
  vulnerability: name,
}

function demandedBy20(type: string): Record<string, unknown> {
  if (typeWords.has(type)) return { labels: [word] }
  return type === 'identity' ? { identity_class: 'unknown' } : {}
}
