import { objectRule } from '../bundle/object-rules.ts'
import { groupTypes, posternGroupType } from './map-group.ts'

/** Why an object of a type that the library has no place for is kept as its text alone. */
export function keptReason(type: string): string {
  const known = keptReasons.get(type)
  if (known !== undefined) return known
  if (objectRule(type, '2.1')?.isObservable === true) return observable
  return type.startsWith('x-')
    ? 'It is of a custom type that the library has no place for.'
    : `The library has no place for objects of the type ${type}.`
}

/**
 * Why a relationship joins nothing: an end of a type that becomes something in the library may still come, any other never does.
 * @param end which of the two, as a word
 * @param id what the relationship says it is
 */
export function unjoinedReason(end: 'source' | 'target', id: string): string {
  const type = id.split('--', 1)[0] ?? ''
  return type === 'indicator' || type === posternGroupType || groupTypes.has(type)
    ? `Its ${end} ${id} is not in the library; send it again once that is.`
    : `Its ${end} ${id} has no place in the library.`
}

const observable = 'It says that something was seen, not that it is bad; only indicators say that.'
const keptReasons: ReadonlyMap<string, string> = new Map([
  ['observed-data', 'It says that something was seen; a sighting that names it says of which indicator.'],
  ['marking-definition', 'Its statement is too long for the name of a security label, or in a form of its own.'],
  ['identity', 'The library knows owners, and no other people and organizations.'],
])
