import type { IndicatorType } from '../indicators/indicator-types.ts'
import { type IpNetwork, networkOfValue } from './ip-network.ts'

/** An indicator's value and what of it lists may speak of. */
export interface ProbedValue {
  readonly type: IndicatorType
  /** As it is stored. */
  readonly value: string
  /** In lower case: lists do not tell cases apart. */
  readonly text: string
  /** A host's own name, a URL's host, an e-mail address's domain. */
  readonly host: string | undefined
  /** Of an Address, a CIDR, or a URL whose host is an address. */
  readonly network: IpNetwork | undefined
}

/** @param value canonical in its type */
export function probeValue(type: IndicatorType, value: string): ProbedValue {
  switch (type) {
    case 'Host':
      return { type, value, text: value, host: value, network: undefined }
    case 'Address':
    case 'CIDR':
      return { type, value, text: value, host: undefined, network: networkOfValue(value) }
    case 'EmailAddress':
      return { type, value, text: value, host: value.slice(value.lastIndexOf('@') + 1), network: undefined }
    case 'URL': {
      const text = value.toLowerCase()
      const host = hostOfUrl(text)
      return { type, value, text, host, network: isNumeric(host) ? networkOfValue(host) : undefined }
    }
    default:
      return { type, value, text: value.toLowerCase(), host: undefined, network: undefined }
  }
}

/** The host of a canonical URL in lower case: without user, port, brackets and a dot at its end. */
function hostOfUrl(url: string): string {
  const start = url.indexOf('://') + 3
  let end = start
  let hostStart = start
  while (end < url.length && !isAuthorityEnd(url.charCodeAt(end))) {
    if (url.charCodeAt(end) === at) hostStart = end + 1
    end += 1
  }
  if (url.charCodeAt(hostStart) === bracket) {
    const close = url.indexOf(']', hostStart)
    return url.slice(hostStart + 1, close < 0 ? end : close)
  }
  const colon = url.indexOf(':', hostStart)
  if (colon >= 0 && colon < end) end = colon
  if (url.charCodeAt(end - 1) === dot) end -= 1
  return url.slice(hostStart, end)
}

function isAuthorityEnd(code: number): boolean {
  return code === slash || code === question || code === hash
}

/** Whether a host is an address: its last character is a digit, or it is IPv6. Names never end in a number (host.ts). */
function isNumeric(host: string): boolean {
  const last = host.charCodeAt(host.length - 1)
  return (last >= zero && last <= nine) || host.includes(':')
}

const at = 64
const bracket = 91
const dot = 46
const slash = 47
const question = 63
const hash = 35
const zero = 48
const nine = 57
