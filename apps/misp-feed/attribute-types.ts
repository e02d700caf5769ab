import type { Attribute, IndicatorType } from '@postern/app-sdk'

/** An indicator that an attribute's value holds, with what the rest of the value says of it. */
export interface FoundIndicator {
  readonly type: IndicatorType
  readonly summary: string
  readonly attributes: readonly Attribute[]
}

/** What one attribute is to us (docs/apps/data-mapping.md has the table for people). */
export type AttributeMeaning =
  | { readonly is: 'indicators'; readonly found: readonly FoundIndicator[] }
  /** Describes the event; becomes an attribute of its group. */
  | { readonly is: 'description'; readonly attribute: Attribute }
  /** Becomes a group of its own, in the event's group. */
  | { readonly is: 'vulnerability' | 'signature' }
  | { readonly is: 'nothing'; readonly reason: string }

type Reader = (value: string) => readonly FoundIndicator[] | undefined

/**
 * What a MISP attribute of this type with this value means. MISP has no type for hashtags: they are text that its object
 * calls `hashtag` (template `microblog`).
 */
export function meaningOf(type: string, value: string, relation?: string | null): AttributeMeaning {
  const reader = type === 'text' && relation === 'hashtag' ? one('Hashtag') : readers.get(type)
  if (reader !== undefined) {
    const found = reader(value)
    return found === undefined
      ? { is: 'nothing', reason: 'the value has not the parts that its type promises' }
      : { is: 'indicators', found }
  }
  if (type === 'vulnerability') return { is: 'vulnerability' }
  if (type === 'yara') return { is: 'signature' }
  if (type === 'link') return { is: 'description', attribute: { type: 'External Reference', value } }
  if (type === 'comment') return { is: 'description', attribute: { type: 'Comment', value } }
  return { is: 'nothing', reason: reasons.get(type) ?? 'none of the twelve indicator types takes it' }
}

/** Hash types whose values are Files. */
export const hashTypes: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha256'])

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['ip-src', address],
  ['ip-dst', address],
  ['ip-src|port', pair(address, 'Port')],
  ['ip-dst|port', pair(address, 'Port')],
  ['domain', one('Host')],
  ['hostname', one('Host')],
  ['hostname|port', pair(one('Host'), 'Port')],
  ['domain|ip', hostAndAddress],
  ['url', one('URL')],
  ['uri', one('URL')],
  ['email', one('EmailAddress')],
  ['email-src', one('EmailAddress')],
  ['email-dst', one('EmailAddress')],
  ['email-reply-to', one('EmailAddress')],
  ['email-subject', one('Email Subject')],
  ['md5', one('File')],
  ['sha1', one('File')],
  ['sha256', one('File')],
  ['filename|md5', named('File')],
  ['filename|sha1', named('File')],
  ['filename|sha256', named('File')],
  ['malware-sample', named('File')],
  ['AS', one('ASN')],
  ['mutex', one('Mutex')],
  ['regkey', one('Registry Key')],
  ['regkey|value', registryValue],
  ['user-agent', one('User Agent')],
])

const reasons: ReadonlyMap<string, string> = new Map([
  ['port', 'a port alone is no indicator'],
  ['filename', 'a file name alone is no indicator'],
  ['attachment', 'attachments are not taken'],
  ['text', 'free text'],
  ['other', 'free text'],
  ['btc', 'no indicator type takes payment addresses'],
  ['xmr', 'no indicator type takes payment addresses'],
  ['dash', 'no indicator type takes payment addresses'],
  ['sha224', 'a File is known by MD5, SHA-1 or SHA-256'],
  ['sha384', 'a File is known by MD5, SHA-1 or SHA-256'],
  ['sha512', 'a File is known by MD5, SHA-1 or SHA-256'],
])

function one(type: IndicatorType): Reader {
  return (value) => [{ type, summary: value.trim(), attributes: [] }]
}

/** Addresses are written as blocks too. */
function address(value: string): FoundIndicator[] {
  return [{ type: value.includes('/') ? 'CIDR' : 'Address', summary: value.trim(), attributes: [] }]
}

/** `value|detail`; older exporters write `value:detail` for ports. */
function pair(read: Reader, detail: string): Reader {
  return (value) => {
    const cut = value.lastIndexOf('|')
    if (cut < 1) return undefined
    const attributes = [{ type: detail, value: value.slice(cut + 1).trim() }]
    return read(value.slice(0, cut))?.map((found) => ({ ...found, attributes }))
  }
}

/** `name|value`: file names hold `|` now and then, hashes never. */
function named(type: IndicatorType): Reader {
  return (value) => {
    const cut = value.lastIndexOf('|')
    if (cut < 0) return undefined
    return [
      { type, summary: value.slice(cut + 1).trim(), attributes: [{ type: 'File Name', value: value.slice(0, cut) }] },
    ]
  }
}

function hostAndAddress(value: string): FoundIndicator[] | undefined {
  const [host, ip, ...rest] = value.split('|')
  if (host === undefined || ip === undefined || rest.length > 0) return undefined
  return [{ type: 'Host', summary: host.trim(), attributes: [] }, ...address(ip)]
}

/** The key is the indicator; what is written in it describes it. */
function registryValue(value: string): FoundIndicator[] | undefined {
  const cut = value.indexOf('|')
  if (cut < 1) return undefined
  return [
    {
      type: 'Registry Key',
      summary: value.slice(0, cut).trim(),
      attributes: [{ type: 'Registry Value', value: value.slice(cut + 1) }],
    },
  ]
}
