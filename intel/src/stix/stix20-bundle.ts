import { stixId } from './stix-id.ts'

/** Any STIX 2.0 object: only what a bundle looks at. */
export interface Stix20Object {
  readonly type: string
  readonly id: string
  readonly modified?: string
}

/** STIX 2.0 part 1, section 5: `spec_version` stands on the bundle, not on its objects. */
export interface Stix20Bundle<T extends Stix20Object> {
  type: 'bundle'
  id: `bundle--${string}`
  spec_version: '2.0'
  objects: readonly T[]
}

/**
 * Puts objects into a bundle. The same objects in the same versions give the same bundle id. Throws a RangeError for no objects,
 * since a STIX list is never empty (part 1, 2.1).
 */
export function stix20Bundle<T extends Stix20Object>(objects: readonly T[]): Stix20Bundle<T> {
  if (objects.length === 0) throw new RangeError('A STIX bundle holds at least one object.')
  const id = stixId('bundle', ...objects.map((object) => `${object.id} ${object.modified ?? ''}`))
  return { type: 'bundle', id, spec_version: '2.0', objects }
}
