import { quoted, refuse } from './refusal.ts'
import type { Refusal } from './refusal.ts'

export interface Ipv4 {
  readonly ok: true
  /** The address as an unsigned 32-bit number. */
  readonly number: number
}

/**
 * Reads exactly four plain decimals. Everything that some software reads as another address is refused and named:
 * `010.1.1.1` is 8.1.1.1 to inet_aton, `0x7f.1` and `127.1` are 127.0.0.1 to a browser.
 */
export function readIpv4(text: string): Ipv4 | Refusal {
  const octets = text.split('.', octetsMax)
  if (octets.some((octet) => hexadecimal.test(octet))) {
    return refuse('address-hexadecimal', `${quoted(text)} has a hexadecimal part; write the address as four decimals.`)
  }
  if (!octets.every((octet) => decimal.test(octet))) {
    return refuse(
      'address-form',
      `${quoted(text)} is not an IP address; four decimals (192.0.2.1) or IPv6 (2001:db8::1) are.`,
    )
  }
  if (octets.length !== 4) {
    return refuse(
      'address-short-form',
      `${quoted(text)} has ${octets.length < 4 ? 'fewer' : 'more'} than four parts; write all four octets.`,
    )
  }
  let number = 0
  for (const octet of octets) {
    if (octet.length > 1 && octet.startsWith('0')) {
      return refuse(
        'address-leading-zero',
        `${quoted(text)} has an octet with a leading zero, which some software reads as octal; write it in plain decimal.`,
      )
    }
    const value = Number(octet)
    if (value > 255) return refuse('address-octet-range', `${quoted(text)} has an octet above 255.`)
    number = number * 256 + value
  }
  return { ok: true, number }
}

export function formatIpv4(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`
}

const octetsMax = 8
const decimal = /^\d+$/
const hexadecimal = /^0x[0-9a-f]*$/i
