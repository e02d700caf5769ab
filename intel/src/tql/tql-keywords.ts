import { groupTypes } from '../indicators/group-types.ts'
import { indicatorTypes } from '../indicators/indicator-types.ts'
import { lifecycleStatuses } from '../lifecycle/in-force.ts'
import { tlpLevels } from '../tlp.ts'
import type { TqlObject } from './tql-expression.ts'

/** What a keyword is compared with; `nested` ones take a query in parentheses instead. */
export type TqlKeywordKind = 'text' | 'number' | 'boolean' | 'date' | 'nested'

export interface TqlKeyword {
  readonly kind: TqlKeywordKind
  /** For people: help texts and `OPTIONS /v3/…/tql`. */
  readonly description: string
  /** What a nested keyword's parentheses are about; exactly where `kind` is `nested`. */
  readonly object?: TqlObject
  /** The values that there are, or the ones that are usual where others may be, too. */
  readonly values?: readonly string[]
  /** The lowest and the highest number that anything has. */
  readonly range?: readonly [lowest: number, highest: number]
  /** What it names, where the library keeps a list of such names. */
  readonly names?: 'owner' | 'tag' | 'securityLabel' | 'attributeType'
}

/** Keywords in the spelling of ThreatConnect's documentation. Queries may write them in any case and with underscores. */
export type TqlKeywordTable = Readonly<Record<string, TqlKeyword>>

const text = (description: string): TqlKeyword => ({ kind: 'text', description })
const number = (description: string): TqlKeyword => ({ kind: 'number', description })
const boolean = (description: string): TqlKeyword => ({ kind: 'boolean', description })
const date = (description: string): TqlKeyword => ({ kind: 'date', description })
const nested = (object: TqlObject, description: string): TqlKeyword => ({ kind: 'nested', object, description })

const chosen = (values: readonly string[], description: string): TqlKeyword => ({ kind: 'text', description, values })
const named = (names: NonNullable<TqlKeyword['names']>, description: string): TqlKeyword => ({
  kind: 'text',
  description,
  names,
})

const label = (description: string): TqlKeyword => ({
  ...named('securityLabel', description),
  values: tlpLevels.map((level) => `TLP:${level}`),
})

const ownerAndDates: TqlKeywordTable = {
  id: number('Number that the API shows'),
  owner: number('Number of the owner'),
  ownerName: named('owner', 'Name of the owner'),
  dateAdded: date('When the owner first had it'),
  lastModified: date('When the owner last changed it'),
}

const linked: TqlKeywordTable = {
  tag: named('tag', 'Name of a tag'),
  tagOwner: number('Number of the owner who put a tag on it'),
  tagOwnerName: named('owner', 'Name of the owner who put a tag on it'),
  attackTag: text('ATT&CK technique among the tags, as T1566 or as the whole tag'),
  securityLabel: label('Name of a security label'),
  associatedGroup: number('Number of an associated group'),
  associatedIndicator: number('Number of an associated indicator'),
  description: text('Its description'),
  source: text('Where the owner has it from'),
  hasTag: nested('tag', 'It has a tag for which this holds'),
  hasAllTags: nested('tag', 'All tags that this names are on it'),
  hasGroup: nested('group', 'It is associated with a group for which this holds'),
  hasIndicator: nested('indicator', 'It is associated with an indicator for which this holds'),
  hasAttribute: nested('attribute', 'It has an attribute for which this holds'),
  hasSecurityLabel: nested('securityLabel', 'It has a security label for which this holds'),
}

const seenAndExternalDates: TqlKeywordTable = {
  firstSeen: date('First seen, as the owner says'),
  lastSeen: date('Last seen, as the owner says'),
  externalDateAdded: date('When its source added it'),
  externalDateExpires: date('When it expires at its source'),
  externalLastModified: date('When its source last changed it'),
}

/** The keywords of indicator queries. */
export const tqlKeywords: TqlKeywordTable = {
  ...ownerAndDates,
  type: number('Number of the indicator type'),
  typeName: chosen(indicatorTypes, 'Indicator type: Address, EmailAddress, File, Host, URL, ASN, CIDR, …'),
  summary: text('The value; for a file its hashes joined by " : "'),
  value1: text('The value; of a registry key, the key alone'),
  value2: text('Second part: of a registry key its value name, of a file its SHA-1'),
  value3: text('Third part: of a registry key its value type, of a file its SHA-256'),
  rating: { ...number('Threat rating, 0 to 5'), range: [0, 5] },
  confidence: { ...number('Confidence, 0 to 100'), range: [0, 100] },
  indicatorActive: boolean('Whether it is active'),
  activeLocked: boolean('Whether a person fixed its being active'),
  status: chosen(lifecycleStatuses, 'Active, Review, Expired, Indirect or Whitelisted'),
  observationCount: number('How often it was observed'),
  lastObserved: date('When it was last observed'),
  falsePositiveCount: number('How often it was reported as a false positive'),
  lastFalsePositive: date('When it was last reported as a false positive'),
  privateFlag: boolean('Whether the owner keeps it private'),
  addressIsIpv6: boolean('Whether an address is IPv6'),
  hostDnsActive: boolean('Whether DNS is watched for a host'),
  hostWhoisActive: boolean('Whether WHOIS is watched for a host'),
  fileSize: number('Size of a file in bytes'),
  fileName: text('Name under which a file occurred'),
  filePath: text('Path at which a file occurred'),
  ...seenAndExternalDates,
  ...linked,
}

const groupKeywords: TqlKeywordTable = {
  ...ownerAndDates,
  type: number('Number of the group type'),
  typeName: chosen(groupTypes, 'Group type: Adversary, Campaign, Report, …'),
  name: text('Its name'),
  summary: text('Its name'),
  xid: text('Its id at the source'),
  status: text('Status of an incident, event or task'),
  eventDate: date('When an event or incident took place'),
  publishDate: date('When a report was published'),
  eventType: text('Type of an event'),
  fileName: text('Name of the file of a document, report or signature'),
  fileType: text('Type of a signature'),
  ...seenAndExternalDates,
  ...linked,
}

const tagKeywords: TqlKeywordTable = {
  id: number('Number that the API shows'),
  name: named('tag', 'Name of the tag'),
  summary: named('tag', 'Name of the tag'),
  owner: number('Number of the owner who put it there'),
  ownerName: named('owner', 'Name of the owner who put it there'),
  techniqueId: text('ATT&CK technique with which its name begins: T1566, T1566.001'),
  hasGroup: nested('group', 'It is on a group for which this holds'),
  hasIndicator: nested('indicator', 'It is on an indicator for which this holds'),
}

const attributeKeywords: TqlKeywordTable = {
  ...ownerAndDates,
  type: number('Number of the attribute type'),
  typeName: named('attributeType', 'Attribute type: Description, Source, …'),
  text: text('Its value'),
  source: text('Where it comes from'),
  displayed: boolean('Whether it stands for its type'),
  pinned: boolean('Whether it is pinned'),
}

const securityLabelKeywords: TqlKeywordTable = {
  id: number('Number that the API shows'),
  name: label('Name of the label: TLP:AMBER, …'),
  summary: label('Name of the label'),
  description: text('Its description'),
  color: text('Its colour, six hexadecimal digits'),
  owner: number('Number of the owner who put it there'),
  ownerName: named('owner', 'Name of the owner who put it there'),
  dateAdded: date('When it was made'),
}

const jobKeywords: TqlKeywordTable = {
  id: number('Number that the API shows'),
  name: text('Name of the job'),
  displayName: text('Name of its app, as shown'),
  programName: text('Name of its app'),
  programVersion: text('Version of its app'),
  active: boolean('Whether its schedule is on'),
}

const executionKeywords: TqlKeywordTable = {
  id: number('Number that the API shows'),
  jobId: number('Number of its job'),
  jobName: text('Name of its job'),
  status: text('How it stands or ended'),
  serverName: text('Environment server that ran it'),
  queueTime: date('When it was queued'),
  startTime: date('When it began'),
  completedTime: date('When it ended well'),
  failedTime: date('When it failed'),
}

/** The keywords of every object: for the inside of `has…()`, and for queries about something other than indicators. */
export const tqlKeywordTables: Readonly<Record<TqlObject, TqlKeywordTable>> = {
  indicator: tqlKeywords,
  group: groupKeywords,
  tag: tagKeywords,
  attribute: attributeKeywords,
  securityLabel: securityLabelKeywords,
  job: jobKeywords,
  execution: executionKeywords,
}

/** Lower case without underscores: how keywords are compared. */
export function foldKeyword(word: string): string {
  return word.toLowerCase().replaceAll('_', '')
}

const foldedTables: Readonly<Record<TqlObject, ReadonlyMap<string, string>>> = {
  indicator: folded('indicator'),
  group: folded('group'),
  tag: folded('tag'),
  attribute: folded('attribute'),
  securityLabel: folded('securityLabel'),
  job: folded('job'),
  execution: folded('execution'),
}

function folded(object: TqlObject): ReadonlyMap<string, string> {
  return new Map(Object.keys(tqlKeywordTables[object]).map((name) => [foldKeyword(name), name]))
}

/** The keyword that a query's word means, in the table's spelling. */
export function findTqlKeyword(object: TqlObject, word: string): (TqlKeyword & { readonly name: string }) | undefined {
  const name = foldedTables[object].get(foldKeyword(word))
  const keyword = name === undefined ? undefined : tqlKeywordTables[object][name]
  return name === undefined || keyword === undefined ? undefined : { ...keyword, name }
}
