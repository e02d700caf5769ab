import { canonicalAddress } from './address.ts'
import { canonicalAsn } from './asn.ts'
import { canonicalCidr } from './cidr.ts'
import { canonicalEmailAddress } from './email-address.ts'
import { canonicalFileHash } from './file-hash.ts'
import { findForbiddenCharacter } from './forbidden-characters.ts'
import { canonicalHost } from './host.ts'
import type { IndicatorType } from './indicator-types.ts'
import { refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'
import { canonicalRegistryKey } from './registry-key.ts'
import { canonicalHashtag, canonicalText } from './text-values.ts'
import { canonicalUrl } from './url.ts'
import { rawLengthMax, valueLengthMax } from './value-limits.ts'

/** Raised when a rule changes what a value becomes; stored beside each indicator (D1). */
export const canonicalVersion = 1

/**
 * Gives a value its one canonical spelling, or says why it has none. Never throws, whatever the text.
 * A canonical value is canonical again: `canonicalise(type, value).value === value`. It holds no character that a list, a log
 * or a screen would act on (S6), and is at most `valueLengthMax[type]` long.
 */
export function canonicalise(type: IndicatorType, raw: string): CanonicaliseResult {
  if (canonicalShapes[type]?.test(raw)) return { ok: true, value: raw }
  if (raw.length > rawLengthMax) return tooLong(raw.length, rawLengthMax)
  const text = raw.trim()
  if (text === '') return refuse('empty', 'The value is empty.')
  const forbidden = findForbiddenCharacter(text)
  if (forbidden) return forbidden

  const result = rules[type](text)
  if (!result.ok) return result
  if (result.value === '') return refuse('empty', 'The value is empty.')
  if (result.value.length > valueLengthMax[type]) return tooLong(result.value.length, valueLengthMax[type])
  return result
}

function tooLong(length: number, lengthMax: number): CanonicaliseResult {
  return refuse('too-long', `The value has ${length} characters; ${lengthMax} are permitted.`)
}

const rules: Readonly<Record<IndicatorType, (text: string) => CanonicaliseResult>> = {
  Address: canonicalAddress,
  EmailAddress: canonicalEmailAddress,
  File: canonicalFileHash,
  Host: canonicalHost,
  URL: canonicalUrl,
  ASN: canonicalAsn,
  CIDR: canonicalCidr,
  'Email Subject': canonicalText,
  Hashtag: canonicalHashtag,
  Mutex: canonicalText,
  'Registry Key': canonicalRegistryKey,
  'User Agent': canonicalText,
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const hostName = `(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?`
const ipv4 = `(?:${octet}\\.){3}${octet}`
const plainHost = `(?=[^/:]{3,${valueLengthMax.Host}}(?:[/:]|$))(?:${hostName}|${ipv4})`
const plainPath = '(?:/[!#-;=?-Z\\\\\\]^_a-z{-~]*)?'

/** A port of up to four digits that is not the scheme's own, or none. */
function otherPort(own: number): string {
  return `(?!:${own}(?:/|$))(?::[1-9]\\d{0,3}(?=/|$))?`
}

/**
 * What is plainly canonical already, which most of a feed is: each admits fewer values than the rule of its type, and none
 * that the rule would change. The property tests compare them.
 */
const canonicalShapes: Partial<Record<IndicatorType, RegExp>> = {
  Address: new RegExp(`^${ipv4}$`),
  File: /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/,
  Host: new RegExp(`^(?=.{3,${valueLengthMax.Host}}$)${hostName}$`),
  URL: new RegExp(
    `^(?=.{1,2048}$)(?:http://${plainHost}${otherPort(80)}|https://${plainHost}${otherPort(443)})${plainPath}$`,
  ),
}
