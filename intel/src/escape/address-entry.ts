import { canonicalise } from '../indicators/canonicalise.ts'

/**
 * One line of a list of addresses: an IPv4 or IPv6 address, or a block with its prefix length, as the library writes them. Anything
 * else is `undefined`: leave it out and count it. PAN-OS, FortiOS and Cisco Secure Firewall all read this (sources in
 * docs/operating/firewall-lists.md); what follows a blank is a comment to them, so that nothing but an address may pass.
 */
export function escapeAddressEntry(text: string): string | undefined {
  const read = canonicalise(text.includes('/') ? 'CIDR' : 'Address', text)
  return read.ok && read.value === text ? text : undefined
}

/** The same for Cisco Secure Firewall, which refuses a block that is everything (`/0`). */
export function escapeCiscoAddressEntry(text: string): string | undefined {
  return text.endsWith('/0') ? undefined : escapeAddressEntry(text)
}
