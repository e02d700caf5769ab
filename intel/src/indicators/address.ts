import { formatIpv6, readIpv6 } from './ipv6.ts'
import { readIpv4 } from './ipv4.ts'
import { refang } from './refang.ts'
import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/**
 * IPv4 as four plain decimals; IPv6 as RFC 5952 writes it. An IPv4-mapped IPv6 address stays IPv6, as `::ffff:192.0.2.1`:
 * what a control sees in an IPv6 header is not what it sees in an IPv4 header.
 */
export function canonicalAddress(text: string): CanonicaliseResult {
  let plain = refang(text)
  if (plain.startsWith('[') && plain.endsWith(']')) plain = plain.slice(1, -1)
  if (!plain.includes(':')) return canonicalIpv4(plain)
  if (withPort.test(plain)) {
    return refuse('address-port', `${quoted(text)} has a port behind the address; give the address alone, or a URL.`)
  }
  return canonicalIpv6(plain)
}

export function canonicalIpv4(text: string): CanonicaliseResult {
  const read = readIpv4(text)
  return read.ok ? { ok: true, value: text } : read
}

export function canonicalIpv6(text: string): CanonicaliseResult {
  if (text.includes('%')) {
    return refuse(
      'address-zone',
      `${quoted(text)} names a zone (behind %), which means something on one machine only; leave it out.`,
    )
  }
  const read = readIpv6(text)
  return read.ok ? { ok: true, value: formatIpv6(read.groups) } : read
}

// No IPv6 address has a dot before its first colon.
const withPort = /^(?:[^:]*\.[^:]*|\[.*\]):/
