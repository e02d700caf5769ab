import { parse } from 'tldts'
import { canonicalise } from '../indicators/canonicalise.ts'
import { isTooWide } from '../indicators/network-width.ts'
import type { IndicatorType } from '../indicators/indicator-types.ts'
import { readExclusionEntry } from './exclusion-rule.ts'
import { matchesWildcard } from './wildcard.ts'

/** Narrowest prefixes of networks that are taken for granted: 10.0.0.0/8 is somebody's own, and so is fc00::/7. */
const prefixesMin = { ipv4: 8, ipv6: 7 }

/**
 * Whether an entry of a list of one's own is so broad that it is hardly meant: a whole public suffix (`*.com`, `.co.uk`), a network
 * wider than any organization has (`0.0.0.0/0`), or a wildcard that values of nobody fit (`http*`, `*.php*`).
 */
export function isBroadExclusion(entry: string, types: readonly IndicatorType[] | null): boolean {
  const read = readExclusionEntry('value', entry, types)
  if (!read.ok) return false
  const { rule } = read
  switch (rule.kind) {
    case 'domain':
      return isPublicSuffix(rule.host)
    case 'network': {
      const canonical = canonicalise('CIDR', entry.trim())
      return canonical.ok && isTooWide('CIDR', canonical.value, prefixesMin)
    }
    case 'wildcard':
      return anybodys.some((value) => matchesWildcard(rule.pieces, value))
    default:
      return false
  }
}

function isPublicSuffix(host: string): boolean {
  const { publicSuffix, isIcann } = parse(host, { extractHostname: false, validateHostname: false })
  return isIcann === true && publicSuffix === host
}

const suffixes = ['com', 'net', 'org', 'info', 'ru', 'cn', 'de', 'co.uk', 'io', 'top', 'xyz']

/** Values like thousands of others: what fits one of them fits these thousands. */
const anybodys = suffixes.flatMap((suffix) => {
  const host = `q7xw3k.${suffix}`
  const urls = ['http://', 'https://www.'].flatMap((start) =>
    ['', '/', '/q7/q7.php', '/q7.html?q=7', '/q7.exe'].map((end) => `${start}${host}${end}`),
  )
  return [host, `www.${host}`, `mail.${host}`, `q7@${host}`, ...urls]
})
