import ipaddr from 'ipaddr.js'
import { canonicalise } from '../indicators/canonicalise.ts'
import { type IndicatorType, indicatorTypes } from '../indicators/indicator-types.ts'
import type { JudgingList } from './compiled-exclusions.ts'

/**
 * The meaning of lists written down once more, entry by entry, with regular expressions, big integers and the platform's own URL
 * parser: what the tests hold the matcher against. Takes only entries that are taken.
 */
export function naiveHits(
  lists: readonly { list: JudgingList; entries: readonly string[] }[],
  type: IndicatorType,
  value: string,
): { id: string; entries: string[] }[] {
  return lists.flatMap(({ list, entries }) => {
    if (list.types !== null && !list.types.includes(type)) return []
    const hits = entries.filter((entry) => isHit(list, entry.trim(), type, value))
    return hits.length === 0 ? [] : [{ id: list.id, entries: hits }]
  })
}

function isHit(list: JudgingList, entry: string, type: IndicatorType, value: string): boolean {
  const lower = value.toLowerCase()
  const byParts = list.kind !== 'own' || list.types !== null
  const host = hostOf(type, value)
  const wholes = byParts && host !== undefined ? [lower, host] : [lower]
  switch (list.matching) {
    case 'regex':
      return new RegExp(entry.replace(/^\/(.*)\/\w*$/, '$1'), 'i').test(value)
    case 'substring':
      return lower.includes(entry.toLowerCase())
    case 'hostname':
      return isOfHost(host, lower, entry.replace(/^\.+/, ''))
    case 'cidr':
      return isNear(entry, type, value, byParts)
    case 'string':
      return isExactly(list, entry, wholes)
    case 'value': {
      const below = /^\*\.[^*]+$/.test(entry) ? domain(entry.slice(2)) : undefined
      if (below !== undefined) return host !== undefined && isBelow(host, below, false)
      if (entry.includes('*')) {
        const pattern = entry
          .toLowerCase()
          .split('*')
          .map((piece) => piece.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
          .join('.*')
        return wholes.some((text) => new RegExp(`^${pattern}$`, 's').test(text))
      }
      if (entry.startsWith('.')) return host !== undefined && isBelow(host, domain(entry.slice(1))!, true)
      const ofNetworks = list.types === null || list.types.some((each) => ['Address', 'CIDR', 'URL'].includes(each))
      if (ofNetworks && isNetwork(entry)) return isNear(entry, type, value, byParts)
      return isExactly(list, entry, wholes)
    }
  }
}

function isExactly({ types }: JudgingList, entry: string, wholes: readonly string[]): boolean {
  const spellings = (types ?? indicatorTypes).flatMap((type) => {
    if (type === 'Hashtag' && !entry.startsWith('#')) return []
    if (type === 'ASN' && !/^as/i.test(entry)) return []
    const canonical = canonicalise(type, entry)
    if (!canonical.ok) return []
    const other = type === 'Address' && /^[\d.]+$/.test(canonical.value) ? [`::ffff:${canonical.value}`] : []
    const plain = type === 'Address' && /^::ffff:[\d.]+$/.test(canonical.value) ? [canonical.value.slice(7)] : []
    return [canonical.value.toLowerCase(), ...other, ...plain]
  })
  return wholes.some((text) => text === entry.toLowerCase() || spellings.includes(text))
}

function hostOf(type: IndicatorType, value: string): string | undefined {
  if (type === 'Host') return value
  if (type === 'EmailAddress') return value.split('@').at(-1)
  if (type !== 'URL') return undefined
  return new URL(value.replace(/^[a-z]+:/, 'http:')).hostname.replace(/^\[|\]$|\.$/g, '')
}

/** Undefined for what is an address to browsers. */
function domain(text: string): string | undefined {
  const url = URL.parse(`http://x.${text}/`)
  return url?.hostname.replace(/^x\./, '').replace(/\.$/, '')
}

/** An address in a list of host names is itself alone. */
function isOfHost(host: string | undefined, value: string, entry: string): boolean {
  const address = canonicalise('Address', entry)
  if (address.ok) return value === address.value || host === address.value
  return host !== undefined && isBelow(host, domain(entry)!, true)
}

function isBelow(host: string, other: string, itself: boolean): boolean {
  return (itself && host === other) || host.endsWith(`.${other}`)
}

function isNetwork(text: string): boolean {
  return canonicalise(text.includes('/') ? 'CIDR' : 'Address', text).ok
}

function isNear(entry: string, type: IndicatorType, value: string, byParts: boolean): boolean {
  const isUrl = type === 'URL'
  if (type !== 'Address' && type !== 'CIDR' && !(isUrl && byParts)) return false
  const text = isUrl ? hostOf(type, value)! : value
  if (isUrl && !ipaddr.isValid(text)) return false
  const ofEntry = ranges(entry, 97)
  const ofValue = ranges(text, 0)
  return ofEntry.some((one) =>
    ofValue.some((other) => one.v === other.v && one.from <= other.to && other.from <= one.to),
  )
}

type Range = { v: 4 | 6; from: bigint; to: bigint }

function ranges(text: string, mappedPrefixMin: number): Range[] {
  const [address, prefixText] = text.split('/') as [string, string?]
  const read = ipaddr.parse(address)
  const bits = read.kind() === 'ipv4' ? 32 : 128
  const prefix = Number(prefixText ?? bits)
  const number = read.toByteArray().reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const size = 1n << BigInt(bits - prefix)
  const from = (number / size) * size
  const to = from + size - 1n
  if (bits === 32) return [{ v: 4, from, to }]
  const six: Range = { v: 6, from, to }
  const low = 0xffff_0000_0000n
  const high = 0xffff_ffff_ffffn
  if (prefix < mappedPrefixMin || from > high || to < low) return [six]
  return [six, { v: 4, from: (from > low ? from : low) - low, to: (to < high ? to : high) - low }]
}
