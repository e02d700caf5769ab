import type { ExclusionRule } from './exclusion-rule.ts'
import type { IpNetwork, Ipv6Range } from './ip-network.ts'
import type { ProbedValue } from './probed-value.ts'
import { matchesWildcard } from './wildcard.ts'

/**
 * Whether a rule hits a value, by itself: what the matcher's tables lead to is judged by this, so that they can only overlook, never
 * invent. Expressions are judged elsewhere.
 * @param byParts whether URLs are judged by their host, and e-mail addresses by their domain
 */
export function hitsRule(rule: ExclusionRule, probe: ProbedValue, byParts: boolean): boolean {
  switch (rule.kind) {
    case 'exact':
      return rule.texts.includes(probe.text) || (byParts && probe.host !== undefined && rule.texts.includes(probe.host))
    case 'domain':
      return probe.host !== undefined && isInDomain(probe.host, rule.host, rule.itself)
    case 'network':
      return probe.network !== undefined && (byParts || probe.type !== 'URL') && overlaps(rule.network, probe.network)
    case 'wildcard':
      return (
        matchesWildcard(rule.pieces, probe.text) ||
        (byParts && probe.host !== undefined && matchesWildcard(rule.pieces, probe.host))
      )
    case 'part':
      return probe.text.includes(rule.text)
    case 'expression':
      return false
  }
}

function isInDomain(host: string, domain: string, itself: boolean): boolean {
  if (host.length === domain.length) return itself && host === domain
  return host.endsWith(domain) && host.charCodeAt(host.length - domain.length - 1) === dot
}

export function overlaps(one: IpNetwork, other: IpNetwork): boolean {
  if (one.v4 !== undefined && other.v4 !== undefined && one.v4.from <= other.v4.to && other.v4.from <= one.v4.to)
    return true
  return one.v6 !== undefined && other.v6 !== undefined && overlapsV6(one.v6, other.v6)
}

function overlapsV6(one: Ipv6Range, other: Ipv6Range): boolean {
  return compareWords(one.from, 0, other.to, 0) <= 0 && compareWords(other.from, 0, one.to, 0) <= 0
}

/** Compares the four words from each place on. */
export function compareWords(one: ArrayLike<number>, oneAt: number, other: ArrayLike<number>, otherAt: number): number {
  for (let word = 0; word < 4; word++) {
    // Both have four words from there on.
    const difference = one[oneAt + word]! - other[otherAt + word]!
    if (difference !== 0) return difference
  }
  return 0
}

const dot = 46
