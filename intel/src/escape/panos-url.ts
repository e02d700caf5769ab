import { escapeAddressEntry } from './address-entry.ts'
import { escapeDomainEntry } from './domain-entry.ts'

/** Characters of an entry (Guidelines for URL Category Exceptions). */
export const panosUrlLengthMax = 255

/**
 * One line of PAN-OS's list of URLs: host and path without the scheme, a slash behind a host alone, since without one
 * `example.com` would match `example.com.other.example` on firewalls that do not add it. A URL of another scheme than http and https,
 * with a port, with a name or a password, with a fragment (no client sends it), to an IPv6 host, longer than 255 characters, or with
 * `*` or `^`, which are patterns to PAN-OS, cannot be said: `undefined`.
 */
export function escapePanosUrl(text: string): string | undefined {
  const [, host, rest = ''] = parts.exec(text) ?? []
  if (host === undefined) return undefined
  if (escapeDomainEntry(host) === undefined && escapeAddressEntry(host) === undefined) return undefined
  const entry = `${host}${rest.startsWith('/') ? '' : '/'}${rest}`
  return entry.length > panosUrlLengthMax ? undefined : entry
}

/** A host or an IPv4 address as an entry of the same list: everything below it. */
export function escapePanosUrlHost(text: string): string | undefined {
  if (text.includes(':') || text.includes('/')) return undefined
  return escapeDomainEntry(text) === undefined && escapeAddressEntry(text) === undefined ? undefined : `${text}/`
}

/** The rest is printable ASCII without blank, quotes, `#`, `*`, `<`, `>`, `^` and `` ` ``. */
const parts = /^https?:\/\/([a-z0-9._-]+)((?:[/?][!$-)+-;=?-\]_a-~]*)?)$/
