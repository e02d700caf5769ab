import { readDay, readTime } from '@postern/app-sdk'
import type { AssociationItem, Attribute, GroupItem, IndicatorItem } from '@postern/app-sdk'
import { hashTypes, meaningOf } from './attribute-types.ts'
import type { AttributeMeaning, FoundIndicator } from './attribute-types.ts'
import { mapTags } from './map-tags.ts'
import type { MappedTags } from './map-tags.ts'
import { isSet } from './misp-event.ts'
import type { MispAttribute, MispEvent, MispObject } from './misp-event.ts'

export interface MappingRules {
  readonly rating: number
  readonly confidence: number
  /** Only attributes that are marked for detection become indicators. */
  readonly requireToIds: boolean
  /** Words that are no tags, in lower case. */
  readonly names: ReadonlySet<string>
}

export interface Unmapped {
  readonly what: string
  readonly reason: string
  readonly example: string
}

/** All that comes of one event. Every attribute is counted once: as sent or as unmapped. */
export interface MappedEvent {
  readonly groups: readonly GroupItem[]
  readonly indicators: readonly IndicatorItem[]
  readonly associations: readonly AssociationItem[]
  readonly unmapped: readonly Unmapped[]
  readonly attributes: {
    readonly total: number
    readonly sent: number
    readonly unmapped: number
    /** Of those sent, how many hold no indicator but describe one or the event. */
    readonly describing: number
    /** Of those sent, how many hold two indicators. */
    readonly pairs: number
  }
  /** Object references are no attributes and are counted beside them. */
  readonly references: { readonly unmapped: number }
}

/** How the xid of an event's report begins. The feed knows by it what it brought. */
export const reportXidStart = 'misp-event-'

/** Maps one event; pure. */
export function mapEvent(event: MispEvent, rules: MappingRules): MappedEvent {
  return new EventMapping(event, rules).run()
}

type Reference = AssociationItem['from']

class EventMapping {
  readonly #event: MispEvent
  readonly #rules: MappingRules
  readonly #eventXid: string
  readonly #eventTags: MappedTags
  readonly #groups: GroupItem[] = []
  readonly #indicators: IndicatorItem[] = []
  readonly #associations: AssociationItem[] = []
  readonly #unmapped: Unmapped[] = []
  readonly #descriptions: Attribute[] = []
  readonly #inEvent: string[] = []
  /** Where an object reference leads: uuid of attribute or object → the first indicator it became. */
  readonly #byUuid = new Map<string, Reference>()
  readonly #counts = { total: 0, sent: 0, unmapped: 0, describing: 0, pairs: 0 }
  readonly #references = { unmapped: 0 }

  constructor(event: MispEvent, rules: MappingRules) {
    this.#event = event
    this.#rules = rules
    this.#eventXid = `${reportXidStart}${event.uuid}`
    this.#eventTags = this.#tagsOf(event.Tag, event.Galaxy)
  }

  run(): MappedEvent {
    for (const attribute of this.#event.Attribute) this.#mapAttribute(attribute)
    for (const object of this.#event.Object) this.#mapObject(object)
    for (const object of this.#event.Object) this.#mapReferences(object)
    return {
      groups: [...this.#groups, this.#eventGroup()],
      indicators: this.#indicators,
      associations: this.#associations,
      unmapped: this.#unmapped,
      attributes: this.#counts,
      references: this.#references,
    }
  }

  #mapObject(object: MispObject): void {
    const attributes = object.Attribute
    const hashes = attributes.filter(
      (attribute) => hashTypes.has(attribute.type) && this.#whyNotSent(attribute, object) === undefined,
    )
    const names =
      hashes.length === 0 ? [] : attributes.filter(({ type, deleted }) => type === 'filename' && !isSet(deleted, false))
    if (hashes.length > 0) this.#mapFile(object, hashes, names)
    for (const attribute of attributes)
      if (!hashes.includes(attribute) && !names.includes(attribute)) this.#mapAttribute(attribute, object)
  }

  /** The hashes of a file object are one File, and the names in it describe that File. */
  #mapFile(object: MispObject, hashes: readonly MispAttribute[], names: readonly MispAttribute[]): void {
    const [first] = hashes
    if (first === undefined) return
    const found: FoundIndicator = {
      type: 'File',
      summary: hashes.map(({ value }) => value.trim().toLowerCase()).join(' : '),
      attributes: names.map(({ value }) => ({ type: 'File Name', value })),
    }
    const tags = hashes.flatMap((hash) => hash.Tag)
    const galaxies = hashes.flatMap((hash) => hash.Galaxy)
    // A relation names a file by one of its hashes.
    const reference: Reference = { type: 'File', summary: first.value.trim().toLowerCase() }
    for (const { uuid } of [object, ...hashes, ...names]) this.#byUuid.set(uuid, reference)
    this.#addIndicators([found], { ...first, Tag: tags, Galaxy: galaxies }, object)
    this.#counts.total += hashes.length + names.length
    this.#counts.sent += hashes.length + names.length
    this.#counts.describing += names.length
  }

  #mapAttribute(attribute: MispAttribute, object?: MispObject): void {
    this.#counts.total += 1
    const reason =
      this.#whyNotSent(attribute, object) ??
      this.#send(attribute, meaningOf(attribute.type, attribute.value, attribute.object_relation), object)
    if (reason === undefined) {
      this.#counts.sent += 1
      return
    }
    this.#counts.unmapped += 1
    this.#unmapped.push({ what: `attribute type "${attribute.type}"`, reason, example: attribute.value })
  }

  /** Sends an attribute; gives the reason when it has no place. */
  #send(attribute: MispAttribute, meaning: AttributeMeaning, object: MispObject | undefined): string | undefined {
    switch (meaning.is) {
      case 'indicators':
        this.#addIndicators(meaning.found, attribute, object)
        this.#counts.pairs += meaning.found.length - 1
        return undefined
      case 'description':
        this.#counts.describing += 1
        this.#descriptions.push(meaning.attribute)
        return undefined
      case 'vulnerability':
        this.#addToEvent({
          type: 'Vulnerability',
          name: attribute.value.trim().slice(0, 100),
          xid: `vulnerability-${attribute.value.trim().toLowerCase()}`.slice(0, 200),
        })
        return undefined
      case 'signature':
        this.#addToEvent(signatureOf(attribute, object))
        return undefined
      case 'nothing':
        return meaning.reason
    }
  }

  /** A group that the event's group points at; the other way round would point at one that the hub does not know yet. */
  #addToEvent(group: GroupItem): void {
    this.#counts.describing += 1
    this.#groups.push(group)
    this.#inEvent.push(group.xid)
  }

  /** Why an attribute is left out before its type is looked at. What describes an event needs no mark for detection. */
  #whyNotSent(attribute: MispAttribute, object: MispObject | undefined): string | undefined {
    if (isSet(attribute.deleted, false) || isSet(object?.deleted, false)) return 'deleted at the source'
    if (!this.#rules.requireToIds || isSet(attribute.to_ids, false)) return undefined
    return meaningOf(attribute.type, attribute.value).is === 'indicators'
      ? 'not for detection (to_ids is false)'
      : undefined
  }

  #addIndicators(found: readonly FoundIndicator[], attribute: MispAttribute, object: MispObject | undefined): void {
    const own = this.#tagsOf(attribute.Tag, attribute.Galaxy)
    const comment = attribute.comment || object?.comment
    const firstSeen = readTime(attribute.first_seen)
    const lastSeen = readTime(attribute.last_seen)
    for (const { type, summary, attributes } of found) {
      this.#indicators.push({
        type,
        summary,
        rating: this.#rules.rating,
        confidence: this.#rules.confidence,
        attributes: [...attributes, ...own.attributes, ...(comment ? [{ type: 'Description', value: comment }] : [])],
        tags: [...new Set([...this.#eventTags.tags, ...own.tags])],
        // A level on the attribute is about this value; the event's is for all that carry none.
        securityLabels: own.securityLabels.length > 0 ? own.securityLabels : this.#eventTags.securityLabels,
        groups: [this.#eventXid, ...own.groups.map(({ xid }) => xid)],
        ...(firstSeen === undefined ? {} : { firstSeen }),
        ...(lastSeen === undefined ? {} : { lastSeen }),
      })
    }
    const [first, second] = found
    if (first === undefined) return
    for (const uuid of [attribute.uuid, ...(object === undefined ? [] : [object.uuid])])
      if (!this.#byUuid.has(uuid)) this.#byUuid.set(uuid, first)
    if (second !== undefined) this.#associate('resolves-to', first, second)
  }

  #mapReferences(object: MispObject): void {
    for (const { referenced_uuid, relationship_type, deleted } of object.ObjectReference) {
      if (isSet(deleted, false)) continue
      const from = this.#byUuid.get(object.uuid)
      const to = this.#byUuid.get(referenced_uuid)
      const type = relationship_type || 'related-to'
      if (from !== undefined && to !== undefined) {
        this.#associate(type, from, to)
        continue
      }
      this.#references.unmapped += 1
      this.#unmapped.push({
        what: `object reference "${type}"`,
        reason: 'one end of it holds no indicator that is sent',
        example: `${object.name} ${object.uuid}`,
      })
    }
  }

  #associate(type: string, from: Reference, to: Reference): void {
    if (from.type === to.type && from.summary === to.summary) return
    this.#associations.push({
      type,
      from: { type: from.type, summary: from.summary },
      to: { type: to.type, summary: to.summary },
    })
  }

  #tagsOf(tags: readonly { name: string }[], galaxies: MispEvent['Galaxy']): MappedTags {
    const mapped = mapTags(tags, galaxies, this.#rules.names)
    this.#groups.push(...mapped.groups)
    this.#unmapped.push(...mapped.unmapped.map(({ tag, reason }) => ({ what: 'tag', reason, example: tag })))
    return mapped
  }

  /** A MISP event is a report about a threat, not something that happened to the owner, so it becomes a Report. */
  #eventGroup(): GroupItem {
    const { event, tags } = { event: this.#event, tags: this.#eventTags }
    const day = readDay(event.date)
    const optional = (type: string, value: string | null | undefined) => (value ? [{ type, value }] : [])
    return {
      type: 'Report',
      name: event.info.slice(0, 100).toWellFormed(),
      xid: this.#eventXid,
      ...(day === undefined ? {} : { publishDate: day }),
      tags: tags.tags,
      securityLabels: tags.securityLabels,
      groups: [...new Set([...tags.groups.map(({ xid }) => xid), ...this.#inEvent])],
      attributes: [
        { type: 'Description', value: event.info },
        { type: 'External ID', value: event.uuid },
        ...optional('External Date', day),
        ...optional('Source', event.Orgc?.name),
        ...optional('Threat Level', threatLevels[String(event.threat_level_id)]),
        ...optional('Analysis', analyses[String(event.analysis)]),
        ...tags.attributes,
        ...this.#descriptions,
      ],
    }
  }
}

function signatureOf(attribute: MispAttribute, object: MispObject | undefined): GroupItem {
  const name = object?.Attribute.find(({ object_relation }) => object_relation === 'yara-rule-name')?.value
  return {
    type: 'Signature',
    name: (name ?? `YARA rule ${attribute.uuid}`).slice(0, 100).toWellFormed(),
    xid: `misp-attribute-${attribute.uuid}`,
    fileType: 'YARA',
    fileName: `${attribute.uuid}.yar`,
    fileText: attribute.value,
  }
}

const threatLevels: Readonly<Record<string, string>> = { '1': 'High', '2': 'Medium', '3': 'Low', '4': 'Undefined' }
const analyses: Readonly<Record<string, string>> = { '0': 'Initial', '1': 'Ongoing', '2': 'Completed' }
