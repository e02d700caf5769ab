import type { IndicatorType } from './indicator-types.ts'

/** Longest input that is looked at, in UTF-16 units: defanged and percent-encoded spellings are longer than what they stand for. */
export const rawLengthMax = 16_384

/** Longest canonical value of each type, in UTF-16 units. */
export const valueLengthMax: Readonly<Record<IndicatorType, number>> = {
  Address: 45,
  // RFC 5321, 4.5.3.1.3: a path of 256 octets less its angle brackets.
  EmailAddress: 254,
  File: 64,
  // RFC 1035, 3.1: 255 octets on the wire are 253 characters of text.
  Host: 253,
  URL: 8_192,
  ASN: 13,
  CIDR: 49,
  // RFC 5322, 2.1.1: the longest line of a message.
  'Email Subject': 998,
  Hashtag: 280,
  Mutex: 1_024,
  // A key path of many components of 255, and a value name; Windows would permit value names of 16,383.
  'Registry Key': 4_096,
  'User Agent': 4_096,
}

/** RFC 1035, 2.3.4. */
export const hostLabelLengthMax = 63
/** RFC 5321, 4.5.3.1.1. */
export const emailLocalPartLengthMax = 64
