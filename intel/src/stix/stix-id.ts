import { hash } from 'node:crypto'

/**
 * A STIX id that the same parts always give, shaped as a UUIDv4 (D6): STIX 2.0 section 2.7 demands version 4, 2.1 permits it.
 * Each part is hashed with its length, so that ('a', 'bc') and ('ab', 'c') differ.
 */
export function stixId<Kind extends string>(kind: Kind, ...parts: string[]): `${Kind}--${string}` {
  const hex = hash('sha256', [kind, ...parts].map((part) => `${part.length}:${part}`).join(''), 'hex')
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 0b11)
  return `${kind}--${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
