/** Why an object of a type that the library has no place for is kept as its text alone. */
export function keptReason(type: string): string {
  const known = keptReasons.get(type)
  if (known !== undefined) return known
  return type.startsWith('x-')
    ? 'It is of a custom type that the library has no place for.'
    : `The library has no place for objects of the type ${type}.`
}

const observable = 'It says that something was seen, not that it is bad; only indicators say that.'
const keptReasons: ReadonlyMap<string, string> = new Map([
  ['marking-definition', 'Its statement is too long for the name of a security label, or in a form of its own.'],
  ['identity', 'The library knows owners, and no other people and organizations.'],
  ['sighting', 'Sightings of others move no rating here (S1); its text is kept.'],
  ...[
    'observed-data',
    'artifact',
    'autonomous-system',
    'directory',
    'domain-name',
    'email-addr',
    'email-message',
    'file',
    'ipv4-addr',
    'ipv6-addr',
    'mac-addr',
    'mutex',
    'network-traffic',
    'process',
    'software',
    'url',
    'user-account',
    'windows-registry-key',
    'x509-certificate',
  ].map((type) => [type, observable] as const),
])
