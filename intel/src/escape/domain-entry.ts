import { canonicalise } from '../indicators/canonicalise.ts'

/**
 * One line of a list of domains for PAN-OS or FortiOS: a host name in lower case and punycode, without scheme, port or path. To both
 * `*` begins a pattern, to PAN-OS `^` too; neither is part of a host name, so that a value never means more than itself. A name has
 * at most 253 characters, a line of PAN-OS may have 255.
 */
export function escapeDomainEntry(text: string): string | undefined {
  const read = canonicalise('Host', text)
  return read.ok && read.value === text ? text : undefined
}
