import { canonicalIpv4, canonicalIpv6 } from './address.ts'
import { canonicalPlainHost } from './host.ts'
import { isDefanged, refang, refangScheme } from './refang.ts'
import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult, Refusal } from './refusal.ts'

/** The schemes a URL may have, and the port each means when none is written (0: it has none). */
export const urlSchemes: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
  ['ftp', 21],
  ['ftps', 990],
  ['sftp', 22],
  ['ssh', 22],
  ['telnet', 23],
  ['tftp', 69],
  ['ws', 80],
  ['wss', 443],
  ['ldap', 389],
  ['ldaps', 636],
  ['smb', 445],
  ['rtsp', 554],
  ['irc', 6667],
  ['ircs', 6697],
  ['tcp', 0],
  ['udp', 0],
])

/**
 * Scheme and host in lower case, host in punycode or as a canonical address, the scheme's own port left out. Path, query
 * and fragment are kept as written: case, dots, percent signs and a missing first slash included. So is what stands before
 * an `@`, since it is part of the lure. Only what no client sends as it is gets percent-encoded: blanks, quotes, `<`, `>`,
 * `` ` `` and everything outside ASCII. The WHATWG parser is not used, since it would silently turn http://0x7f.1 into another host.
 */
export function canonicalUrl(text: string): CanonicaliseResult {
  const plain = refangUrl(text)
  const separator = plain.indexOf('://')
  if (separator < 1 || !schemeForm.test(plain.slice(0, separator))) {
    return refuse(
      'url-scheme-missing',
      `${quoted(text)} does not begin with a scheme; write http:// or https:// in front of it.`,
    )
  }
  const scheme = plain.slice(0, separator).toLowerCase()
  const defaultPort = urlSchemes.get(scheme)
  if (defaultPort === undefined) {
    return refuse(
      'url-scheme-unknown',
      `${quoted(scheme)} is not a scheme that reaches a host: ${[...urlSchemes.keys()].join(', ')}.`,
    )
  }
  const authorityAndRest = plain.slice(separator + 3)
  const end = authorityAndRest.search(/[/?#]/)
  const authority = end < 0 ? authorityAndRest : authorityAndRest.slice(0, end)
  const rest = end < 0 ? '' : authorityAndRest.slice(end)

  const canonical = canonicalAuthority(authority, defaultPort, text)
  return canonical.ok ? { ok: true, value: `${scheme}://${canonical.value}${encodeUnsafe(rest)}` } : canonical
}

function canonicalAuthority(authority: string, defaultPort: number, text: string): CanonicaliseResult {
  if (authority.includes('\\')) {
    return refuse(
      'url-authority',
      `${quoted(text)} has a backslash before its path, which browsers read as a slash and other software does not.`,
    )
  }
  const at = authority.lastIndexOf('@')
  const userInfo = at < 0 ? '' : encodeUnsafe(authority.slice(0, at)).replaceAll('@', '%40')
  const split = hostAndPort.exec(authority.slice(at + 1))
  if (!split) return refuse('url-port', `The port of ${quoted(text)} is not a number.`)
  const [, hostText = '', portText = ''] = split
  if (hostText === '') return refuse('url-host-missing', `${quoted(text)} names no host.`)

  const host = canonicalUrlHost(hostText)
  if (!host.ok) return host
  const port = canonicalPort(portText, defaultPort, text)
  if (typeof port !== 'string') return port
  return { ok: true, value: `${userInfo === '' ? '' : `${userInfo}@`}${host.value}${port}` }
}

function canonicalUrlHost(text: string): CanonicaliseResult {
  if (text.startsWith('[')) {
    const address = canonicalIpv6(text.slice(1, -1))
    return address.ok ? { ok: true, value: `[${address.value}]` } : address
  }
  // Whatever a browser would take for IPv4 must be four plain decimals; readIpv4 says what else it is.
  if (looksNumeric.test(text)) return canonicalIpv4(text)
  return canonicalPlainHost(text)
}

/** `:8080`, or nothing for the scheme's own. */
function canonicalPort(text: string, defaultPort: number, url: string): string | Refusal {
  if (text === '') return ''
  const port = Number(text)
  if (port > 65_535) return refuse('url-port', `The port of ${quoted(url)} is above 65535.`)
  return port === defaultPort ? '' : `:${port}`
}

/** Marks in the path are read only where scheme or host were defanged too: elsewhere they are the path's own text. */
function refangUrl(text: string): string {
  const plain = refangScheme(text)
  const separator = plain.indexOf('://')
  if (separator < 0) return plain
  const pathStart = plain.slice(separator + 3).search(/[/?#]/)
  const authorityEnd = pathStart < 0 ? plain.length : separator + 3 + pathStart
  const authority = plain.slice(separator + 3, authorityEnd)
  const rest = plain.slice(authorityEnd)
  const wasDefanged = plain.slice(0, separator).toLowerCase() !== text.slice(0, separator).toLowerCase()
  if (!wasDefanged && !isDefangedAuthority(authority)) return plain
  return `${plain.slice(0, separator + 3)}${refangAuthority(authority)}${rest.replace(dotMark, '.')}`
}

/** The brackets of an IPv6 host are no marks: only what is inside them can hold some. No regular expression, for linear time. */
function refangAuthority(authority: string): string {
  const open = authority.lastIndexOf('@') + 1
  const close = authority.lastIndexOf(']')
  const inside = authority.slice(open + 1, close)
  const isIpv6 = authority[open] === '[' && inside.includes(':') && portOnly.test(authority.slice(close + 1))
  return isIpv6 ? `${authority.slice(0, open)}[${refang(inside)}]${authority.slice(close + 1)}` : refang(authority)
}

function isDefangedAuthority(authority: string): boolean {
  return isDefanged(authority) && refangAuthority(authority) !== authority
}

function encodeUnsafe(text: string): string {
  return text.replace(unsafe, (characters) => encodeURIComponent(characters))
}

const schemeForm = /^[a-z][a-z0-9+.-]*$/i
const hostAndPort = /^(\[[^\]]*\]|[^:]*)(?::(\d{0,6}))?$/
const looksNumeric = /^(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?$/i
const portOnly = /^(?::\d*)?$/
const dotMark = /[[({](?:\.|dot)[\])}]/gi
const unsafe = /[ "<>`]|[^\u0020-\u007e]+/g
