import { escapeXml } from '../../escape/xml.ts'
import type { GroupType } from '../../indicators/group-types.ts'
import type { TlpLevel } from '../../tlp.ts'
import { stixId } from '../stix-id.ts'
import { stix111Handling } from './stix111-handling.ts'

/** A group that has a home in STIX 1.1.1, and what its owner relates it to. */
export interface Stix111Group extends Stix111End {
  readonly name: string
  readonly description?: string | undefined
  readonly modified: Date
  readonly tlp?: TlpLevel | null
  readonly relations: readonly (Stix111End & { readonly kind: string })[]
}

/** What makes the id of a group. */
export interface Stix111End {
  readonly type: GroupType
  readonly xid: string
}

/** Objects of STIX 1.1.1, each with its list in a package, in the order of the lists. */
const homes = {
  TTP: { list: 'TTPs', prefix: 'ttp', kind: 'TTPType' },
  Incident: { list: 'Incidents', prefix: 'incident', kind: 'IncidentType' },
  Course_Of_Action: { list: 'Courses_Of_Action', prefix: 'coa', kind: 'CourseOfActionType' },
  Campaign: { list: 'Campaigns', prefix: 'campaign', kind: 'CampaignType' },
  Threat_Actor: { list: 'Threat_Actors', prefix: 'ta', kind: 'ThreatActorType' },
} as const
type Element = keyof typeof homes

/** Where each object has those that it is related to, in the order of its schema: a list, what is in it, and of what that is. */
const places: Readonly<Record<Element, readonly (readonly [list: string, item: string, of: Element])[]>> = {
  TTP: [['Related_TTPs', 'Related_TTP', 'TTP']],
  Incident: [
    ['Leveraged_TTPs', 'Leveraged_TTP', 'TTP'],
    ['Attributed_Threat_Actors', 'Threat_Actor', 'Threat_Actor'],
    ['Related_Incidents', 'Related_Incident', 'Incident'],
  ],
  Course_Of_Action: [['Related_COAs', 'Related_COA', 'Course_Of_Action']],
  Campaign: [
    ['Related_TTPs', 'Related_TTP', 'TTP'],
    ['Related_Incidents', 'Related_Incident', 'Incident'],
    ['Attribution', 'Attributed_Threat_Actor', 'Threat_Actor'],
    ['Associated_Campaigns', 'Associated_Campaign', 'Campaign'],
  ],
  Threat_Actor: [
    ['Observed_TTPs', 'Observed_TTP', 'TTP'],
    ['Associated_Campaigns', 'Associated_Campaign', 'Campaign'],
    ['Associated_Actors', 'Associated_Actor', 'Threat_Actor'],
  ],
}

const elementOf: ReadonlyMap<GroupType, Element> = new Map<GroupType, Element>([
  ['Malware', 'TTP'],
  ['Attack Pattern', 'TTP'],
  ['Tool', 'TTP'],
  ['Incident', 'Incident'],
  ['Course of Action', 'Course_Of_Action'],
  ['Campaign', 'Campaign'],
  ['Adversary', 'Threat_Actor'],
])

/** Lists of a package behind its indicators, in their order, each with the types of groups that it holds. */
export const stix111Lists: readonly { readonly list: string; readonly types: readonly GroupType[] }[] = Object.entries(
  homes,
).map(([element, { list }]) => ({
  list,
  types: [...elementOf].flatMap(([type, home]) => (home === element ? [type] : [])),
}))

/** A group on one line, with how many of its relations are in it: STIX 1.1.1 has no place for others. Undefined for a type without a home. */
export function stix111Group(group: Stix111Group): { xml: string; related: number } | undefined {
  const element = elementOf.get(group.type)
  if (element === undefined) return undefined
  const { prefix, kind } = homes[element]
  const text = (name: string, words: string) => `<${prefix}:${name}>${escapeXml(words)}</${prefix}:${name}>`
  const handling = group.tlp ? stix111Handling(prefix, group.tlp) : ''
  let related = 0
  const relations = places[element].map(([list, item, of]) => {
    const items = group.relations.filter(({ type }) => elementOf.get(type) === of)
    related += items.length
    const said = items.map((relation) => stix111Related(`${prefix}:${item}`, relation)).join('')
    return said === '' ? '' : `<${prefix}:${list}>${said}</${prefix}:${list}>`
  })
  const xml = [
    `<stix:${element} xsi:type="${prefix}:${kind}" version="1.1.1" id="${idOf(group)}" timestamp="${group.modified.toISOString()}">`,
    text('Title', group.name),
    group.description === undefined ? '' : text('Description', group.description),
    bodyOf(group),
    // A course of action is handled before it is related (its schema's order).
    ...(element === 'Course_Of_Action' ? [handling, ...relations] : [...relations, handling]),
    `</stix:${element}>\n`,
  ].join('')
  return { xml, related }
}

/** Types of groups that an indicator of STIX 1.1.1 can name. */
export const stix111IndicatedTypes: readonly GroupType[] = [...elementOf].flatMap(([type, element]) =>
  element === 'TTP' || element === 'Course_Of_Action' || element === 'Campaign' ? [type] : [],
)

/** What stands in an indicator of the groups that it belongs to: behind its observable, and at its end. */
export function stix111Indicated(groups: readonly Stix111End[]): { ttps: string; actions: string; campaigns: string } {
  const of = (home: Element, item: string) =>
    groups.flatMap((group) => (elementOf.get(group.type) === home ? [stix111Related(`indicator:${item}`, group)] : []))
  const list = (name: string, items: string[]) =>
    items.length === 0 ? '' : `<indicator:${name}>${items.join('')}</indicator:${name}>`
  return {
    ttps: of('TTP', 'Indicated_TTP').join(''),
    actions: list('Suggested_COAs', of('Course_Of_Action', 'Suggested_COA')),
    campaigns: list('Related_Campaigns', of('Campaign', 'Related_Campaign')),
  }
}

function stix111Related(item: string, end: Stix111End & { readonly kind?: string }): string {
  const element = elementOf.get(end.type)
  const word = end.kind === undefined ? '' : `<stixCommon:Relationship>${escapeXml(end.kind)}</stixCommon:Relationship>`
  return `<${item}>${word}<stixCommon:${element} idref="${idOf(end)}"/></${item}>`
}

function idOf({ type, xid }: Stix111End): string {
  return `postern:${elementOf.get(type)}-${stixId('group', type, xid).slice(-36)}`
}

/** What kind of TTP it is, or who the actor is. */
function bodyOf({ type, name }: Stix111Group): string {
  const words = escapeXml(name)
  switch (type) {
    case 'Malware':
      return `<ttp:Behavior><ttp:Malware><ttp:Malware_Instance><ttp:Name>${words}</ttp:Name></ttp:Malware_Instance></ttp:Malware></ttp:Behavior>`
    case 'Attack Pattern':
      return `<ttp:Behavior><ttp:Attack_Patterns><ttp:Attack_Pattern><ttp:Title>${words}</ttp:Title></ttp:Attack_Pattern></ttp:Attack_Patterns></ttp:Behavior>`
    case 'Tool':
      return `<ttp:Resources><ttp:Tools><ttp:Tool><cyboxCommon:Name>${words}</cyboxCommon:Name></ttp:Tool></ttp:Tools></ttp:Resources>`
    case 'Adversary':
      return `<ta:Identity><stixCommon:Name>${words}</stixCommon:Name></ta:Identity>`
    default:
      return ''
  }
}
