import { canonicalise } from '../indicators/canonicalise.ts'
import { readIpv4 } from '../indicators/ipv4.ts'
import { readIpv6 } from '../indicators/ipv6.ts'

/** First and last address, as unsigned 32-bit numbers. */
export interface Ipv4Range {
  readonly from: number
  readonly to: number
}

/** First and last address, as four unsigned 32-bit numbers each. */
export interface Ipv6Range {
  readonly from: readonly number[]
  readonly to: readonly number[]
}

/** An address or a network, as ranges of numbers; what is IPv4 in an IPv6 spelling (`::ffff:192.0.2.1`) has both. */
export interface IpNetwork {
  readonly v4?: Ipv4Range
  readonly v6?: Ipv6Range
}

/** What an entry of a list means. `::ffff:0:0/96` itself is the spelling, not all of IPv4. */
export function networkOfEntry(text: string): IpNetwork | undefined {
  const canonical = canonicalNetwork(text)
  return canonical === undefined ? undefined : readNetwork(canonical, mappedPrefix + 1)
}

/** What a canonical Address or CIDR means; a network that holds all of IPv4 in its IPv6 spelling holds IPv4 addresses too. */
export function networkOfValue(value: string): IpNetwork | undefined {
  return value.includes(':') ? readNetwork(value, 0) : ipv4Network(value)
}

/** The canonical spelling of an address or a network in any spelling. */
function canonicalNetwork(text: string): string | undefined {
  const type = text.includes('/') ? 'CIDR' : 'Address'
  const canonical = canonicalise(type, text)
  return canonical.ok ? canonical.value : undefined
}

function readNetwork(value: string, mappedPrefixMin: number): IpNetwork | undefined {
  if (!value.includes(':')) return ipv4Network(value)
  const slash = value.indexOf('/')
  const read = readIpv6(slash < 0 ? value : value.slice(0, slash))
  if (!read.ok) return undefined
  const prefix = slash < 0 ? 128 : Number(value.slice(slash + 1))
  const { groups } = read
  const from = [0, 2, 4, 6].map((index) => groups[index]! * 0x10000 + groups[index + 1]!) // There are eight groups.
  const to = from.map((word, index) => (word | hostBits(prefix - index * 32)) >>> 0)
  const v6 = { from, to }
  const v4 = prefix >= mappedPrefixMin ? mappedPart(from, to) : undefined
  return v4 === undefined ? { v6 } : { v4, v6 }
}

/** The 32-bit mask of what is behind a prefix. */
function hostBits(prefix: number): number {
  if (prefix <= 0) return 0xffffffff
  return prefix >= 32 ? 0 : 0xffffffff >>> prefix
}

/** What of a range is IPv4 in its IPv6 spelling. */
function mappedPart(from: readonly number[], to: readonly number[]): Ipv4Range | undefined {
  const [from0, from1, from2, from3] = from as [number, number, number, number]
  const [to0, to1, to2, to3] = to as [number, number, number, number]
  if (from0 !== 0 || from1 !== 0 || from2 > mappedWord) return undefined
  const reaches = to0 > 0 || to1 > 0 || to2 >= mappedWord
  if (!reaches) return undefined
  const endsInside = to0 === 0 && to1 === 0 && to2 === mappedWord
  return { from: from2 === mappedWord ? from3 : 0, to: endsInside ? to3 : 0xffffffff }
}

function ipv4Network(value: string): IpNetwork | undefined {
  const slash = value.indexOf('/')
  const from = slash < 0 ? plainIpv4(value) : plainIpv4(value.slice(0, slash))
  if (from === undefined) return undefined
  if (slash < 0) return { v4: { from, to: from } }
  return { v4: { from, to: (from | hostBits(Number(value.slice(slash + 1)))) >>> 0 } }
}

/** Most values come here; it reads canonical ones without making any objects, and leaves others to the strict reader. */
export function plainIpv4(text: string): number | undefined {
  let number = 0
  let octet = -1
  let dots = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === dot) {
      if (octet < 0 || octet > 255) return undefined
      number = number * 256 + octet
      octet = -1
      dots += 1
    } else {
      const digit = code - zero
      if (digit < 0 || digit > 9 || octet === 0 || octet > 25) return strictIpv4(text)
      octet = (octet < 0 ? 0 : octet) * 10 + digit
    }
  }
  return dots === 3 && octet >= 0 && octet <= 255 ? number * 256 + octet : undefined
}

function strictIpv4(text: string): number | undefined {
  const read = readIpv4(text)
  return read.ok ? read.number : undefined
}

const dot = 46
const zero = 48
/** `::ffff:0:0/96` (RFC 4291, 2.5.5.2). */
const mappedWord = 0xffff
const mappedPrefix = 96
