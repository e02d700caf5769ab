/** Why a value was refused: a closed list, safe to count and to store; the message beside it is for people and may change. */
export const refusalReasons = [
  'empty',
  'too-long',
  'control-character',
  'bidi-control',
  'unpaired-surrogate',
  'address-form',
  'address-leading-zero',
  'address-hexadecimal',
  'address-short-form',
  'address-octet-range',
  'address-port',
  'address-zone',
  'prefix-missing',
  'prefix-form',
  'prefix-range',
  'host-is-address',
  'host-ends-in-number',
  'host-single-label',
  'host-empty-label',
  'host-label-too-long',
  'host-character',
  'host-hyphen',
  'host-idn',
  'url-scheme-missing',
  'url-scheme-unknown',
  'url-host-missing',
  'url-authority',
  'url-port',
  'email-form',
  'email-local-part',
  'hash-several',
  'hash-character',
  'hash-length',
  'asn-form',
  'asn-range',
  'hashtag-form',
  'registry-root',
  'registry-value-type',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** A value that has no canonical form: the code, and a sentence that says what is wrong and what to write instead. */
export interface Refusal {
  readonly ok: false
  readonly reason: RefusalReason
  readonly message: string
}

/** The one canonical spelling of a value. */
export interface Canonical {
  readonly ok: true
  readonly value: string
}

export type CanonicaliseResult = Canonical | Refusal

export function refuse(reason: RefusalReason, message: string): Refusal {
  return { ok: false, reason, message }
}

/** Text of a stranger, quoted for a message: short, and without characters that could act on a log or a terminal. */
export function quoted(text: string): string {
  const shown = text.length > quotedLengthMax ? `${text.slice(0, quotedLengthMax)}…` : text
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return `“${shown.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '�')}”`
}

const quotedLengthMax = 80
