import { parse } from 'tldts'
import { canonicalise } from './canonicalise.ts'
import { hashKindOf } from './file-hash.ts'
import type { IndicatorType } from './indicator-types.ts'
import { rawLengthMax } from './value-limits.ts'

/**
 * Guesses the type of a bare value, as a person pastes it or a text file lists it: URL, CIDR, Address, EmailAddress, File, ASN or
 * Host. A type is given only if the value has a canonical form in it. A host must end in a public suffix, so `readme.md`
 * passes (md is Moldova's) and `report.docx` does not. The other five types cannot be told from prose.
 */
export function detectType(raw: string): IndicatorType | undefined {
  if (raw.length > rawLengthMax) return undefined
  const text = raw.trim()
  const type = candidate(text)
  if (type === undefined) return undefined
  const result = canonicalise(type, text)
  if (!result.ok) return undefined
  return type === 'Host' && !endsInPublicSuffix(result.value) ? undefined : type
}

function candidate(text: string): IndicatorType | undefined {
  if (schemeStart.test(text)) return 'URL'
  if (hash.test(text) && hashKindOf(text)) return 'File'
  if (asn.test(text)) return 'ASN'
  if (networkEnd.test(text)) return 'CIDR'
  if (atSign.test(text)) return 'EmailAddress'
  if (canonicalise('Address', text).ok) return 'Address'
  return text.includes('.') || markedDot.test(text) ? 'Host' : undefined
}

function endsInPublicSuffix(host: string): boolean {
  const { isIcann, isPrivate } = parse(host, {
    allowPrivateDomains: true,
    extractHostname: false,
    validateHostname: false,
  })
  return isIcann === true || isPrivate === true
}

const schemeStart = /^[a-z*?][a-z0-9*?+.-]{0,31} {0,2}(?::\/\/|[[({]:|:[[({]\/)/i
const hash = /^[0-9a-f]+$/i
const asn = /^ASN? ?\d+$/i
const networkEnd = /^[0-9a-f:.[\](){}]+\/\d{1,3}$/i
const atSign = /@|[[({] {0,2}at {0,2}[\])}]/i
const markedDot = /[[({] {0,2}dot {0,2}[\])}]/i
