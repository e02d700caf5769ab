/** Shortest prefixes, in bits: IPv4 0 to 32, IPv6 0 to 128. */
export type PrefixesMin = { readonly ipv4: number; readonly ipv6: number }

/** The widest networks that go to a control or into a list without a person's word: a /15 is 131,072 addresses. */
export const prefixesMinDefault: PrefixesMin = { ipv4: 16, ipv6: 32 }

/**
 * Whether a network is wider than the shortest prefix permits. IPv6 that stands for IPv4 is as wide as what it means (RFC 4291,
 * 2.5.5: `::ffff:0:0/96` is all of IPv4).
 * @param value canonical; indicators of types other than CIDR have no width
 */
export function isTooWide(type: string, value: string, { ipv4, ipv6 }: PrefixesMin): boolean {
  if (type !== 'CIDR') return false
  const slash = value.lastIndexOf('/')
  const base = value.slice(0, slash)
  const bits = Number(value.slice(slash + 1))
  if (!base.includes(':')) return bits < ipv4
  if (base.startsWith('::ffff:') && bits >= 96) return bits - 96 < ipv4
  if (base === '::' && bits <= 96) return ipv4 > 0
  return bits < ipv6
}
