import { canonicalise } from '../indicators/canonicalise.ts'
import { findForbiddenCharacter } from '../indicators/forbidden-characters.ts'
import { type IndicatorType, indicatorTypes } from '../indicators/indicator-types.ts'
import { quoted } from '../indicators/refusal.ts'
import { exclusionLimits } from './exclusion-limits.ts'
import { readExpression } from './expression.ts'
import { type IpNetwork, networkOfEntry } from './ip-network.ts'

/** How entries of a list match: `value` for one's own, the others as MISP names them. */
export type ExclusionMatching = 'value' | 'string' | 'substring' | 'hostname' | 'cidr' | 'regex'

/** What an entry means (D25). Texts are in lower case: lists do not tell cases apart. */
export type ExclusionRule =
  /** The value is one of these spellings. */
  | { readonly kind: 'exact'; readonly texts: readonly string[] }
  /** The host is below this one, or `itself`. */
  | { readonly kind: 'domain'; readonly host: string; readonly itself: boolean }
  /** The value's network overlaps with this one: of two networks, one contains the other. */
  | { readonly kind: 'network'; readonly network: IpNetwork }
  /** The pieces between the stars. */
  | { readonly kind: 'wildcard'; readonly pieces: readonly string[] }
  | { readonly kind: 'part'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string }

export type ReadExclusionEntry =
  | { readonly ok: true; readonly rule: ExclusionRule }
  /** A sentence that says why the entry is not taken. */
  | { readonly ok: false; readonly reason: string }

/**
 * Reads an entry of a list. Never throws, whatever the text.
 * @param types the types that the list judges; null for every one that its entries can be
 */
export function readExclusionEntry(
  matching: ExclusionMatching,
  entry: string,
  types: readonly IndicatorType[] | null,
): ReadExclusionEntry {
  const text = entry.trim()
  if (text === '') return refuse('The entry is empty.')
  const { entryLengthMax } = exclusionLimits
  if (text.length > entryLengthMax)
    return refuse(`The entry has ${text.length} characters; ${entryLengthMax} are permitted.`)
  const forbidden = findForbiddenCharacter(text)
  if (forbidden) return refuse(forbidden.message)
  return readers[matching](text, types)
}

type Reader = (text: string, types: readonly IndicatorType[] | null) => ReadExclusionEntry

const readers: Readonly<Record<ExclusionMatching, Reader>> = {
  value: readOwn,
  string: (text, types) => exact(text, types),
  substring: readPart,
  hostname: readHostname,
  cidr: (text) => readNetwork(text) ?? refuse(`${quoted(text)} is neither an IP address nor a network.`),
  regex: (text) => {
    const read = readExpression(text)
    return read.ok ? take({ kind: 'expression', source: read.source }) : refuse(read.reason)
  },
}

function readOwn(text: string, types: readonly IndicatorType[] | null): ReadExclusionEntry {
  if (text.includes('*')) {
    const below = text.startsWith('*.') && !text.includes('*', 1) ? domainOf(text.slice(2)) : undefined
    return below === undefined ? readWildcard(text) : take({ kind: 'domain', host: below, itself: false })
  }
  if (text.startsWith('.')) {
    const host = domainOf(text.slice(1))
    if (host !== undefined) return take({ kind: 'domain', host, itself: true })
    return refuse(`What follows the dot of ${quoted(text)} is no domain name.`)
  }
  const isOfNetworks = types === null || types.some((type) => networkTypes.has(type))
  return (isOfNetworks ? readNetwork(text) : undefined) ?? exact(text, types)
}

const networkTypes: ReadonlySet<IndicatorType> = new Set<IndicatorType>(['Address', 'CIDR', 'URL'])

function readWildcard(text: string): ReadExclusionEntry {
  const { literalLengthMax, literalLengthMin } = exclusionLimits
  if (text.length > literalLengthMax)
    return refuse(`An entry with a * has ${literalLengthMax} characters at most, not ${text.length}.`)
  const pattern = asStored(text).replace(/\*{2,}/g, '*')
  const pieces = pattern.split('*')
  if (!pieces.some((piece) => piece.length >= literalLengthMin))
    return refuse(
      `${quoted(text)} needs ${literalLengthMin} characters in a row beside its *, or it fits nearly everything.`,
    )
  return take({ kind: 'wildcard', pieces })
}

/** Labels of host names as values have them: in lower case and in punycode, without a dot at the end. */
function asStored(text: string): string {
  const lower = text.toLowerCase()
  if (/[\s/@:\\]/.test(lower)) return lower
  const labels = lower.split('.').map((label) => {
    if (label.includes('*') || isAscii(label)) return label
    const named = canonicalise('Host', `${label}.com`)
    return named.ok ? named.value.slice(0, -'.com'.length) : label
  })
  if (labels.length > 1 && labels.at(-1) === '') labels.pop()
  return labels.join('.')
}

function readPart(text: string): ReadExclusionEntry {
  const { literalLengthMin, literalLengthMax } = exclusionLimits
  if (text.length > literalLengthMax)
    return refuse(`A part has ${literalLengthMax} characters at most, not ${text.length}.`)
  if (text.length < literalLengthMin)
    return refuse(`A part of fewer than ${literalLengthMin} characters is found in nearly everything.`)
  return take({ kind: 'part', text: text.toLowerCase() })
}

/** MISP writes some of them with a dot in front, which means the same. */
function readHostname(text: string): ReadExclusionEntry {
  const host = domainOf(text.replace(/^\.+/, ''))
  if (host !== undefined) return take({ kind: 'domain', host, itself: true })
  const address = canonicalise('Address', text)
  if (address.ok) return take({ kind: 'exact', texts: [address.value] })
  return refuse(`${quoted(text)} is no host name.`)
}

function readNetwork(text: string): ReadExclusionEntry | undefined {
  if (!networkStart.test(text)) return undefined
  const network = networkOfEntry(text)
  return network === undefined ? undefined : take({ kind: 'network', network })
}

/** Spares the many names the search for an address. */
const networkStart = /^[\d[(:]|^[0-9a-f]{1,4}:/i

function domainOf(text: string): string | undefined {
  // With a label in front, so that a top-level domain is one too.
  const named = canonicalise('Host', `x.${text}`)
  return named.ok ? named.value.slice('x.'.length) : undefined
}

/** The entry as it is, and in the canonical spelling of each type that it can be. */
function exact(text: string, types: readonly IndicatorType[] | null): ReadExclusionEntry {
  const lower = text.toLowerCase()
  if (plainName.test(lower)) {
    const host = canonicalise('Host', lower)
    if (host.ok && host.value === lower) return take({ kind: 'exact', texts: [lower] })
  }
  const texts = new Set([lower])
  for (const type of types ?? indicatorTypes) {
    if (!(shapes[type]?.test(text) ?? true)) continue
    const canonical = canonicalise(type, text)
    if (!canonical.ok) continue
    texts.add(canonical.value.toLowerCase())
    if (type === 'Address') texts.add(otherSpelling(canonical.value))
  }
  return take({ kind: 'exact', texts: [...texts] })
}

const plainName = /^[a-z0-9_.-]+\.[a-z]+$/

/** What an entry looks like that can be a value of the type; of types without one, any can. */
const shapes: Partial<Record<IndicatorType, RegExp>> = {
  URL: /:/,
  EmailAddress: /@|at/i,
  CIDR: /\//,
  ASN: /^as/i,
  Hashtag: /^#/,
  'Registry Key': /\\/,
}

/** IPv4 in its IPv6 spelling and back. */
function otherSpelling(address: string): string {
  const mapped = '::ffff:'
  if (address.startsWith(mapped) && address.includes('.')) return address.slice(mapped.length)
  return address.includes(':') ? address : mapped + address
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- tells ASCII from the rest
  return /^[\u0000-\u007f]*$/.test(text)
}

function take(rule: ExclusionRule): ReadExclusionEntry {
  return { ok: true, rule }
}

function refuse(reason: string): ReadExclusionEntry {
  return { ok: false, reason }
}
