import { canonicalise } from './canonicalise.ts'
import { detectType } from './detect-type.ts'
import type { IndicatorType } from './indicator-types.ts'
import { quoted, type RefusalReason } from './refusal.ts'

/** What a line of a list says: an indicator as it is written there, or why it is none. */
export type ReadIndicatorLine =
  | { ok: true; type: IndicatorType; value: string }
  | { ok: false; reason: string; code?: RefusalReason }

/**
 * One line of a list of indicators, as a person pastes it or a file holds it; `#` begins a comment. In a list any name with a dot is a
 * host, also below a suffix that nobody registers (`gateway.corp`), which `detectType` leaves to prose; but for names of files.
 * @param type of every line; told from the value where it is absent
 * @returns undefined for a line that is empty or a comment alone
 */
export function readIndicatorLine(line: string, type?: IndicatorType): ReadIndicatorLine | undefined {
  const text = line.replace(/(^|\s)#.*$/, '').trim()
  if (text === '') return undefined
  const read = type ?? detectType(text) ?? likelyType(text)
  const canonical = canonicalise(read, text)
  if (!canonical.ok) {
    const { reason: code, message } = canonical
    if (type !== undefined || code !== 'url-scheme-missing') return { ok: false, code, reason: message }
    const reason = `${quoted(text)} looks like a URL without a scheme; write http:// or https:// in front of it.`
    return { ok: false, code, reason }
  }
  if (type === undefined && read === 'Host' && fileEnd.test(canonical.value) && detectType(text) === undefined)
    return { ok: false, reason: `${quoted(text)} looks like a file's name; name the type Host if it is a host.` }
  return { ok: true, type: read, value: text }
}

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
