import { canonicalPlainHost } from './host.ts'
import { refang } from './refang.ts'
import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'
import { emailLocalPartLengthMax } from './value-limits.ts'

/**
 * All lower case, as ThreatConnect keeps it: RFC 5321 would let a server tell `Bob` from `bob`, no server does. The domain
 * follows the rules of Host. Dots may stand anywhere in the local part, as some carriers hand them out; quoted local parts are refused.
 */
export function canonicalEmailAddress(text: string): CanonicaliseResult {
  const plain = refang(text)
  const at = plain.lastIndexOf('@')
  if (at < 0) return refuse('email-form', `${quoted(text)} has no @; an e-mail address is name@domain.`)
  const local = plain.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC')
  if (!localPart.test(local) || local.length > emailLocalPartLengthMax) {
    return refuse(
      'email-local-part',
      `What stands before the @ of ${quoted(text)} is not the name of a mailbox: 1 to ${emailLocalPartLengthMax} letters, digits and signs, without blanks, quotes, brackets and commas.`,
    )
  }
  const domain = canonicalPlainHost(plain.slice(at + 1))
  return domain.ok ? { ok: true, value: `${local}@${domain.value}` } : domain
}

// RFC 5322's atext with the dot, RFC 6531's letters, and without braces: `{.}` is a defanged dot.
const localPart = /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`|~-]+$/u
