/**
 * The twelve indicator types, spelt as ThreatConnect's API spells them: «EmailAddress» has no space,
 * «Email Subject», «Registry Key» and «User Agent» do. The order is the one used in every listing.
 */
export const indicatorTypes = [
  'Address',
  'EmailAddress',
  'File',
  'Host',
  'URL',
  'ASN',
  'CIDR',
  'Email Subject',
  'Hashtag',
  'Mutex',
  'Registry Key',
  'User Agent',
] as const
export type IndicatorType = (typeof indicatorTypes)[number]

export interface IndicatorTypeFacts {
  /** Last part of the path `/api/v2/indicators/<branch>`. */
  readonly apiBranch: string
  /** Names under which `/api/v3` and batch files carry the value instead of `summary`, in summary order. */
  readonly valueFields: readonly string[]
  /** What a person reads. */
  readonly label: string
}

/** What the ThreatConnect-compatible API and the console need to know about each type. */
export const indicatorTypeFacts: Readonly<Record<IndicatorType, IndicatorTypeFacts>> = {
  Address: { apiBranch: 'addresses', valueFields: ['ip'], label: 'Address' },
  EmailAddress: { apiBranch: 'emailAddresses', valueFields: ['address'], label: 'Email address' },
  File: { apiBranch: 'files', valueFields: ['md5', 'sha1', 'sha256'], label: 'File' },
  Host: { apiBranch: 'hosts', valueFields: ['hostName'], label: 'Host' },
  URL: { apiBranch: 'urls', valueFields: ['text'], label: 'URL' },
  ASN: { apiBranch: 'asns', valueFields: ['AS Number'], label: 'ASN' },
  CIDR: { apiBranch: 'cidrBlocks', valueFields: ['Block'], label: 'CIDR' },
  'Email Subject': { apiBranch: 'emailSubjects', valueFields: ['Subject'], label: 'Email subject' },
  Hashtag: { apiBranch: 'hashtags', valueFields: ['Hashtag'], label: 'Hashtag' },
  Mutex: { apiBranch: 'mutexes', valueFields: ['Mutex'], label: 'Mutex' },
  'Registry Key': {
    apiBranch: 'registryKeys',
    valueFields: ['Key Name', 'Value Name', 'Value Type'],
    label: 'Registry key',
  },
  'User Agent': { apiBranch: 'userAgents', valueFields: ['User Agent String'], label: 'User agent' },
}

const byFoldedName: ReadonlyMap<string, IndicatorType> = new Map(
  indicatorTypes.map((type) => [type.toLowerCase(), type]),
)

/** Reads a type's name in any case, as apps send it («file», «HOST»); `undefined` for a name that is none of the twelve. */
export function parseIndicatorType(text: string): IndicatorType | undefined {
  return byFoldedName.get(text.trim().toLowerCase())
}

const byFoldedLabel: ReadonlyMap<string, IndicatorType> = new Map(
  indicatorTypes.map((type) => [indicatorTypeFacts[type].label.toLowerCase(), type]),
)

/** Reads what a person calls a type: its name or what people are shown for it, in any case («Email address»). */
export function readIndicatorTypeName(text: string): IndicatorType | undefined {
  return parseIndicatorType(text) ?? byFoldedLabel.get(text.trim().toLowerCase())
}
