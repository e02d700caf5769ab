/** The shortest prefixes that a list may have. */
export type PrefixesMin = { ipv4: number; ipv6: number }

/** As an export adds without a person: a /15 is 131,072 addresses. */
export const prefixesMinDefault: PrefixesMin = { ipv4: 16, ipv6: 32 }

/**
 * Whether a network is wider than a list may have.
 * @param value canonical; types other than CIDR have no width
 */
export function isTooWide(type: string, value: string, { ipv4, ipv6 }: PrefixesMin): boolean {
  if (type !== 'CIDR') return false
  const slash = value.lastIndexOf('/')
  const base = value.slice(0, slash)
  const bits = Number(value.slice(slash + 1))
  if (!base.includes(':')) return bits < ipv4
  // RFC 4291, 2.5.5: IPv4 in the clothes of IPv6 is as wide as what it means.
  if (base.startsWith('::ffff:') && bits >= 96) return bits - 96 < ipv4
  if (base === '::' && bits <= 96) return ipv4 > 0
  return bits < ipv6
}
