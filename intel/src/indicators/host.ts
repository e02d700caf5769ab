import { readIpv4 } from './ipv4.ts'
import { readIpv6 } from './ipv6.ts'
import { refang } from './refang.ts'
import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult, Refusal } from './refusal.ts'
import { hostLabelLengthMax, valueLengthMax } from './value-limits.ts'

/** A host name in lower case and punycode, without its trailing dot. Underscores may stand in labels, as they do in DNS. */
export function canonicalHost(text: string): CanonicaliseResult {
  return canonicalPlainHost(refang(text))
}

/** The same for a host that stands in a URL or an e-mail address, where defanging has been read already. */
export function canonicalPlainHost(text: string): CanonicaliseResult {
  // oxlint-disable-next-line no-control-regex -- tells ASCII from the rest
  const ascii = /^[\u0000-\u007f]*$/.test(text) ? text.toLowerCase() : toPunycode(text)
  if (ascii === undefined) {
    return refuse(
      'host-idn',
      `${quoted(text)} has no valid form in DNS: a label holds characters that domain names may not have.`,
    )
  }
  const host = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
  if (host.length > valueLengthMax.Host) {
    return refuse('too-long', `The host name has ${host.length} characters; DNS permits ${valueLengthMax.Host}.`)
  }
  if (readIpv4(host).ok || (host.includes(':') && readIpv6(host).ok)) {
    return refuse('host-is-address', `${quoted(text)} is an IP address, not a host name; use the type Address.`)
  }
  const labels = host.split('.')
  for (const label of labels) {
    const refusal = refuseLabel(label, text)
    if (refusal) return refusal
  }
  if (labels.length < 2) {
    return refuse(
      'host-single-label',
      `${quoted(text)} has no dot; a single label means another host on every network.`,
    )
  }
  if (numericLabel.test(labels.at(-1) ?? '')) {
    return refuse(
      'host-ends-in-number',
      `${quoted(text)} ends in a number, so that browsers read it as an IPv4 address; write a host name or a plain address.`,
    )
  }
  return { ok: true, value: host }
}

function refuseLabel(label: string, text: string): Refusal | undefined {
  if (label === '')
    return refuse('host-empty-label', `${quoted(text)} has an empty label: two dots in a row, or one at an end.`)
  const bad = notInLabels.exec(label)
  if (bad)
    return refuse(
      'host-character',
      `${quoted(text)} holds ${quoted(bad[0])}, which no host name has; letters, digits, hyphens and underscores are permitted, and what has a path is a URL.`,
    )
  if (label.length > hostLabelLengthMax) {
    return refuse(
      'host-label-too-long',
      `A label of ${quoted(text)} has ${label.length} characters; DNS permits ${hostLabelLengthMax}.`,
    )
  }
  if (label.startsWith('-') || label.endsWith('-')) {
    return refuse('host-hyphen', `A label of ${quoted(text)} begins or ends with a hyphen (RFC 1123, 2.1).`)
  }
  return undefined
}

/**
 * UTS 46 by the platform's own URL parser. An ASCII name never comes here: DNS knows it as it is, even where its `xn--`
 * label decodes to nothing, and the parser would turn `0x7f.1` into an address.
 */
function toPunycode(text: string): string | undefined {
  if (urlDelimiter.test(text)) return undefined
  try {
    return new URL(`http://${text}/`).hostname
  } catch {
    return undefined
  }
}

const notInLabels = /[^a-z0-9_-]/
const numericLabel = /^(?:\d+|0x[0-9a-f]*)$/
const urlDelimiter = /[\s/?#@:\\%[\]<>^|]/
