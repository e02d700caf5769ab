import { escapeXml } from '../../escape/xml.ts'
import type { IndicatorType } from '../../indicators/indicator-types.ts'
import { stixValidity, type StixIndicatorSource } from '../stix21-indicator.ts'
import { stixId } from '../stix-id.ts'
import { cyboxProperties } from './cybox-properties.ts'
import { type Stix111End, stix111Indicated } from './stix111-group.ts'
import { stix111Handling } from './stix111-handling.ts'

/**
 * The beginning of a STIX 1.1.1 package: everything before its lists. Ids are QNames of a namespace of ours.
 * @param id makes the package's id; the same for the same content
 */
export function stix111PackageStart(
  id: string,
  title: string,
  timestamp: Date,
  intent: 'Indicators - Watchlist' | 'Collective Threat Intelligence',
): string {
  const names = namespaces.map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>
<stix:STIX_Package${names} id="postern:Package-${uuidOf(stixId('package', id))}" version="1.1.1" timestamp="${timestamp.toISOString()}">
<stix:STIX_Header><stix:Title>${escapeXml(title)}</stix:Title><stix:Package_Intent xsi:type="stixVocabs:PackageIntentVocab-1.0">${intent}</stix:Package_Intent></stix:STIX_Header>
`
}

/**
 * Whatever follows the last list; the account is a comment, since the format has no place for one.
 * @param account JSON, and still so in the comment: nothing in a comment is a reference (XML 1.0, 2.5)
 */
export function stix111PackageEnd(account: string): string {
  // A comment holds no two hyphens side by side, and no characters that XML does not have.
  const comment = account.replaceAll(/-(?=-)|[<>\ufffe\uffff]/g, jsonEscape)
  return `<!-- ${comment} -->\n</stix:STIX_Package>\n`
}

/**
 * One value as an indicator of a package, on one line; undefined for types that CybOX 2.1 has no object for.
 * @param groups that it belongs to, of types that it can name (`stix111IndicatedTypes`)
 */
export function stix111Indicator(source: StixIndicatorSource, groups: readonly Stix111End[] = []): string | undefined {
  const { type, value, created, modified, tlp, confidence } = source
  const properties = cyboxProperties(type, value)
  if (properties === undefined) return undefined
  const id = uuidOf(stixId('indicator', type, value))
  const { valid_from: from, valid_until: until } = stixValidity(source)
  const end = until === undefined ? '' : `<indicator:End_Time>${until}</indicator:End_Time>`
  const { ttps, actions, campaigns } = stix111Indicated(groups)
  const timestamp = (modified < created ? created : modified).toISOString()
  return [
    `<stix:Indicator xsi:type="indicator:IndicatorType" version="2.1.1" id="postern:Indicator-${id}" timestamp="${timestamp}">`,
    `<indicator:Title>${escapeXml(value)}</indicator:Title>`,
    kindWord(type),
    `<indicator:Valid_Time_Position><indicator:Start_Time>${from}</indicator:Start_Time>${end}</indicator:Valid_Time_Position>`,
    `<indicator:Observable id="postern:Observable-${id}"><cybox:Object id="postern:Object-${id}">${properties}</cybox:Object></indicator:Observable>`,
    ttps,
    actions,
    tlp ? stix111Handling('indicator', tlp) : '',
    confidence === null || confidence === undefined
      ? ''
      : `<indicator:Confidence><stixCommon:Value>${Math.round(confidence)}</stixCommon:Value></indicator:Confidence>`,
    campaigns,
    '</stix:Indicator>\n',
  ].join('')
}

function kindWord(type: IndicatorType): string {
  const word = watchlists.get(type)
  return word === undefined
    ? ''
    : `<indicator:Type xsi:type="stixVocabs:IndicatorTypeVocab-1.1">${word}</indicator:Type>`
}

/** Words of IndicatorTypeVocab-1.1; the other types have none. */
const watchlists: ReadonlyMap<IndicatorType, string> = new Map([
  ['Address', 'IP Watchlist'],
  ['CIDR', 'IP Watchlist'],
  ['Host', 'Domain Watchlist'],
  ['URL', 'URL Watchlist'],
  ['File', 'File Hash Watchlist'],
  ['EmailAddress', 'Malicious E-mail'],
  ['Email Subject', 'Malicious E-mail'],
])

function uuidOf(id: string): string {
  return id.slice(-36)
}

const namespaces: readonly (readonly [prefix: string, uri: string])[] = [
  ['xsi', 'http://www.w3.org/2001/XMLSchema-instance'],
  ['stix', 'http://stix.mitre.org/stix-1'],
  ['stixCommon', 'http://stix.mitre.org/common-1'],
  ['stixVocabs', 'http://stix.mitre.org/default_vocabularies-1'],
  ['indicator', 'http://stix.mitre.org/Indicator-2'],
  ['ttp', 'http://stix.mitre.org/TTP-1'],
  ['incident', 'http://stix.mitre.org/Incident-1'],
  ['coa', 'http://stix.mitre.org/CourseOfAction-1'],
  ['campaign', 'http://stix.mitre.org/Campaign-1'],
  ['ta', 'http://stix.mitre.org/ThreatActor-1'],
  ['marking', 'http://data-marking.mitre.org/Marking-1'],
  ['tlpMarking', 'http://data-marking.mitre.org/extensions/MarkingStructure#TLP-1'],
  ['simpleMarking', 'http://data-marking.mitre.org/extensions/MarkingStructure#Simple-1'],
  ['cybox', 'http://cybox.mitre.org/cybox-2'],
  ['cyboxCommon', 'http://cybox.mitre.org/common-2'],
  ['cyboxVocabs', 'http://cybox.mitre.org/default_vocabularies-2'],
  ['AddressObj', 'http://cybox.mitre.org/objects#AddressObject-2'],
  ['ASObj', 'http://cybox.mitre.org/objects#ASObject-1'],
  ['DomainNameObj', 'http://cybox.mitre.org/objects#DomainNameObject-1'],
  ['EmailMessageObj', 'http://cybox.mitre.org/objects#EmailMessageObject-2'],
  ['FileObj', 'http://cybox.mitre.org/objects#FileObject-2'],
  ['HTTPSessionObj', 'http://cybox.mitre.org/objects#HTTPSessionObject-2'],
  ['MutexObj', 'http://cybox.mitre.org/objects#MutexObject-2'],
  ['URIObj', 'http://cybox.mitre.org/objects#URIObject-2'],
  ['WinRegistryKeyObj', 'http://cybox.mitre.org/objects#WinRegistryKeyObject-2'],
  ['postern', 'urn:postern'],
]

function jsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
