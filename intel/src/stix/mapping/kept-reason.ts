import { objectRule } from '../bundle/object-rules.ts'

/** Why an object of a type that the library has no place for is kept as its text alone. */
export function keptReason(type: string): string {
  const known = keptReasons.get(type)
  if (known !== undefined) return known
  if (objectRule(type, '2.1')?.isObservable === true) return observable
  return type.startsWith('x-')
    ? 'It is of a custom type that the library has no place for.'
    : `The library has no place for objects of the type ${type}.`
}

const observable = 'It says that something was seen, not that it is bad; only indicators say that.'
const keptReasons: ReadonlyMap<string, string> = new Map([
  ['observed-data', 'It says that something was seen; a sighting that names it says of which indicator.'],
  ['marking-definition', 'Its statement is too long for the name of a security label, or in a form of its own.'],
  ['identity', 'The library knows owners, and no other people and organizations.'],
])
