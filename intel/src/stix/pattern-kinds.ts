import type { IndicatorType } from '../indicators/indicator-types.ts'

/** One way in which a STIX pattern says a value of one type: `[objectPath = 'value']`. */
export interface PatternKind {
  readonly type: IndicatorType
  /** As we write it. */
  readonly objectPath: string
  /** Which of the type's canonical values this path is for. */
  readonly takes: (value: string) => boolean
  /** ASNs are numbers in STIX. */
  readonly isNumber?: true
}

const any = () => true

/**
 * Object paths are those of STIX 2.0 part 4. A Registry Key with a value name would need two comparisons and a Hashtag has no object, so
 * neither has a simple pattern.
 */
export const patternKinds: readonly PatternKind[] = [
  { type: 'Address', objectPath: 'ipv4-addr:value', takes: (value) => !value.includes(':') },
  { type: 'Address', objectPath: 'ipv6-addr:value', takes: (value) => value.includes(':') },
  { type: 'Host', objectPath: 'domain-name:value', takes: any },
  { type: 'URL', objectPath: 'url:value', takes: any },
  { type: 'EmailAddress', objectPath: 'email-addr:value', takes: any },
  { type: 'File', objectPath: 'file:hashes.MD5', takes: (value) => value.length === 32 },
  { type: 'File', objectPath: "file:hashes.'SHA-1'", takes: (value) => value.length === 40 },
  { type: 'File', objectPath: "file:hashes.'SHA-256'", takes: (value) => value.length === 64 },
  // 2.4 and 2.5: an address object may hold a block in CIDR notation.
  { type: 'CIDR', objectPath: 'ipv4-addr:value', takes: (value) => !value.includes(':') },
  { type: 'CIDR', objectPath: 'ipv6-addr:value', takes: (value) => value.includes(':') },
  { type: 'ASN', objectPath: 'autonomous-system:number', takes: any, isNumber: true },
  { type: 'Mutex', objectPath: 'mutex:name', takes: any },
  { type: 'Registry Key', objectPath: 'windows-registry-key:key', takes: (value) => !value.includes(' : ') },
  { type: 'Email Subject', objectPath: 'email-message:subject', takes: any },
  {
    type: 'User Agent',
    objectPath: "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
    takes: any,
  },
]
