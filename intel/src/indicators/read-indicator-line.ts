import { canonicalise } from './canonicalise.ts'
import { detectType } from './detect-type.ts'
import type { IndicatorType } from './indicator-types.ts'
import { quoted, type RefusalReason } from './refusal.ts'

/** What a line of a list says: an indicator as it is written there, or why it is none. */
export type ReadIndicatorLine =
  | { ok: true; type: IndicatorType; value: string; mended?: LineMend }
  | { ok: false; reason: string; code?: RefusalReason }

/** What was done to a line so that it is an indicator: its port left out, or a scheme written in front of it. */
export type LineMend = 'port' | 'scheme'

/** What may be done to lines that are no indicators as they are written; nothing of it is done unasked. */
export type LineMending = {
  /** Take `address:port` and `host:port` for the address or the host. */
  dropsPort?: boolean
  /** What stands in front of URLs that have no scheme. */
  scheme?: 'http' | 'https' | undefined
}

/**
 * One line of a list of indicators, as a person pastes it or a file holds it; `#` begins a comment. In a list any name with a dot is a
 * host, also below a suffix that nobody registers (`gateway.corp`), which `detectType` leaves to prose; but for names of files.
 * @param type of every line; told from the value where it is absent
 * @returns undefined for a line that is empty or a comment alone
 */
export function readIndicatorLine(
  line: string,
  type?: IndicatorType,
  mending: LineMending = {},
): ReadIndicatorLine | undefined {
  const text = line.replace(/(^|\s)#.*$/, '').trim()
  if (text === '') return undefined
  const read = type ?? detectType(text) ?? likelyType(text)
  const canonical = canonicalise(read, text)
  if (!canonical.ok) {
    const { reason: code, message } = canonical
    const withPort = type === undefined || type === 'Address' || type === 'Host' ? endsInPort.exec(text) : null
    const mended = withPort ? withoutPort(withPort[1] ?? '', type, mending) : behindScheme(text, code, mending)
    if (mended !== undefined) return mended
    if (withPort) return refusedForPort(text, withPort[1] ?? '', type)
    if (type !== undefined || code !== 'url-scheme-missing') return { ok: false, code, reason: message }
    if (isUrlBehindScheme(text)) {
      const reason = `${quoted(text)} looks like a URL without a scheme; write http:// or https:// in front of it.`
      return { ok: false, code, reason }
    }
    const reason = `${quoted(text)} is no URL: it has a path or a query, and no host or address in front of that.`
    return { ok: false, code: 'url-host-missing', reason }
  }
  if (type === undefined && read === 'Host' && fileEnd.test(canonical.value) && detectType(text) === undefined)
    return { ok: false, reason: `${quoted(text)} looks like a file's name; name the type Host if it is a host.` }
  return { ok: true, type: read, value: text }
}

/** A port goes before a scheme: `192.0.2.7:8080` is an address with a port, unless all lines are URLs. */
function withoutPort(
  front: string,
  type: IndicatorType | undefined,
  { dropsPort = false }: LineMending,
): ReadIndicatorLine | undefined {
  const read = dropsPort ? readIndicatorLine(front, type) : undefined
  return read?.ok === true ? { ...read, mended: 'port' } : undefined
}

function behindScheme(text: string, code: RefusalReason, { scheme }: LineMending): ReadIndicatorLine | undefined {
  if (scheme === undefined || code !== 'url-scheme-missing' || !isUrlBehindScheme(text)) return undefined
  return { ok: true, type: 'URL', value: `${scheme}://${text}`, mended: 'scheme' }
}

/** What is wrong in front of the port is told first: without its port the line would be refused for that. */
function refusedForPort(text: string, front: string, type: IndicatorType | undefined): ReadIndicatorLine {
  const read = readIndicatorLine(front, type)
  if (read?.ok === false) return read
  const orUrl = isUrlBehindScheme(text) ? ', or write http:// or https:// in front of it for a URL' : ''
  const reason = `${quoted(text)} has a port, which is no part of an address or a host; leave it out${orUrl}.`
  return { ok: false, code: 'address-port', reason }
}

function isUrlBehindScheme(text: string): boolean {
  return canonicalise('URL', `http://${text}`).ok
}

/** An address or a host and, behind a colon, a number. */
const endsInPort = /^(\[[^\]/?@]+\]|[^:/?@]+):[0-9]{1,5}$/

/** Ends of files' names that are no top-level domains, as reports list them beside hosts. */
const fileEnd =
  /\.(?:7z|apk|asp|aspx|bat|bin|cmd|cpl|dat|dll|dmg|docm?|docx|elf|exe|gif|gz|hta|html?|ico|img|iso|jar|jpe?g|jsp?|json|lnk|log|msi|ocx|pdf|php|png|ppt[mx]?|ps1|rar|rtf|scr|sys|tar|tmp|txt|vb[es]|wsf|xls[bmx]?|xml)$/

/** Letters make an address only beside colons: `fade.cafe/12` is a path on a host. */
const networkLike = /^(?:[0-9.]+|[0-9a-f.]*:[0-9a-f.:]*)\/[0-9]*$/i

/** The type that the value looks most like, whose sentence then says what is wrong with it. */
function likelyType(value: string): IndicatorType {
  if (value.includes('://')) return 'URL'
  if (value.includes('@')) return 'EmailAddress'
  if (/[/?]/.test(value)) return networkLike.test(value) ? 'CIDR' : 'URL'
  if (/^[0-9.]+$|:/.test(value)) return 'Address'
  return /^[0-9a-f]{16,}$/i.test(value) ? 'File' : 'Host'
}
