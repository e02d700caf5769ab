import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/** `ASN64496`, as ThreatConnect writes it; `AS64496` and `64496` are read. 32 bits (RFC 6793). */
export function canonicalAsn(text: string): CanonicaliseResult {
  const digits = asn.exec(text)?.[1]
  if (digits === undefined)
    return refuse('asn-form', `${quoted(text)} is not the number of an autonomous system; ASN64496 is.`)
  const number = Number(digits)
  if (number > asnMax)
    return refuse('asn-range', `${quoted(text)} is above ${asnMax}, the highest number of an autonomous system.`)
  return { ok: true, value: `ASN${number}` }
}

const asnMax = 4_294_967_295
const asn = /^(?:ASN?)? ?(\d{1,15})$/i
