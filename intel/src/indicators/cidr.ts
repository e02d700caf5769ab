import { formatIpv4, readIpv4 } from './ipv4.ts'
import { formatIpv6, readIpv6 } from './ipv6.ts'
import { refang } from './refang.ts'
import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/**
 * A network is written as its first address: `192.0.2.77/24` and `192.0.2.0/24` are one block, so one indicator.
 * The address part follows the rules of Address.
 */
export function canonicalCidr(text: string): CanonicaliseResult {
  const plain = refang(text)
  const slash = plain.indexOf('/')
  if (slash < 0) {
    return refuse(
      'prefix-missing',
      `${quoted(text)} has no prefix length; write it behind a slash (192.0.2.0/24), or use the type Address.`,
    )
  }
  const address = plain.slice(0, slash)
  const prefixText = plain.slice(slash + 1)
  if (!plainDecimal.test(prefixText)) {
    return refuse(
      'prefix-form',
      `The prefix length of ${quoted(text)} is not a plain decimal number; a net mask is written as its length.`,
    )
  }
  const prefix = Number(prefixText)
  return address.includes(':') ? ipv6Network(text, address, prefix) : ipv4Network(text, address, prefix)
}

function ipv4Network(text: string, address: string, prefix: number): CanonicaliseResult {
  const read = readIpv4(address)
  if (!read.ok) return read
  if (prefix > 32) return refuse('prefix-range', `The prefix length of ${quoted(text)} is above 32.`)
  // JavaScript shifts by the count modulo 32, so a shift by 32 would change nothing.
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
  return { ok: true, value: `${formatIpv4((read.number & mask) >>> 0)}/${prefix}` }
}

function ipv6Network(text: string, address: string, prefix: number): CanonicaliseResult {
  if (address.includes('%')) return refuse('address-zone', `${quoted(text)} names a zone (behind %); leave it out.`)
  const read = readIpv6(address)
  if (!read.ok) return read
  if (prefix > 128) return refuse('prefix-range', `The prefix length of ${quoted(text)} is above 128.`)
  const groups = read.groups.map((group, index) => {
    const bits = Math.min(16, Math.max(0, prefix - index * 16))
    return group & ((0xffff << (16 - bits)) & 0xffff)
  })
  return { ok: true, value: `${formatIpv6(groups)}/${prefix}` }
}

const plainDecimal = /^(?:0|[1-9]\d{0,2})$/
