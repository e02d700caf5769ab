import { stixItemsMax } from '../bundle/bundle-limits.ts'
import type { ReadStixObject } from '../bundle/read-stix-bundle.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import type { LibraryItems, LibraryPlace } from './library-item.ts'
import { keptReason, unjoinedReason } from './kept-reason.ts'
import { killChainPhaseKind, TacticsByPhase } from './kill-chain-phases.ts'
import { groupItem, groupTypeOf, groupXid, signatureItem } from './map-group.ts'
import { indicatorItems, mapIndicator } from './map-indicator.ts'
import { labelOfMarking, labelsOf, markingRefsOf } from './map-markings.ts'
import { mapSighting, type SaidSighting, uncountedReason } from './map-sighting.ts'
import { textOf, textsOf } from './read-properties.ts'

/** What became of one object; `place` is where it went in the library. */
export interface MappedObject {
  readonly position: number
  readonly id: string
  readonly type: string
  readonly outcome: 'mapped' | 'kept' | 'unchanged' | 'refused'
  readonly reason: string | null
  readonly place: LibraryPlace | undefined
  /** The list of `LibraryItems` that the object's own items are in, from `firstItem` up to, and without, `itemsEnd`. */
  readonly itemsIn: keyof LibraryItems
  readonly firstItem: number
  readonly itemsEnd: number
  /** Of a sighting that counts, or will once its indicator is there. Its items are those of its indicator. */
  readonly sighting?: SaidSighting
}

/** What a relationship that is revoked or deprecated joined, if an earlier version of it did. */
export interface UnjoinedPair {
  /** Of the relationship among the objects of the bundle. */
  readonly position: number
  readonly source: LibraryPlace
  readonly target: LibraryPlace
  readonly kind: string
}

export interface MappedBundle {
  /** One for each object of the bundle, in its order. */
  readonly objects: readonly MappedObject[]
  readonly items: LibraryItems
  readonly unjoined: readonly UnjoinedPair[]
  /** Groups, indicators and associations that the bundle becomes; above `stixItemsMax`, `items` lacks some of them. */
  readonly itemCount: number
}

export interface MapOptions {
  /** Positions of objects that the library has already, in this or a newer version. */
  readonly unchanged?: ReadonlySet<number>
  /** Places of objects that the bundle refers to and does not hold, from earlier bundles (`outsideReferences`). */
  readonly places?: ReadonlyMap<string, LibraryPlace>
}

type GoodObject = Extract<ReadStixObject, { ok: true }>

/**
 * Maps the objects of a bundle to the items of a batch. Pure; each object gets exactly one account. Objects refer to one another in any
 * order, so that all places are known before the first relationship is read.
 */
export function mapStixObjects(objects: readonly ReadStixObject[], options: MapOptions = {}): MappedBundle {
  return new StixMapper(objects, options).map()
}

/** Ids that the objects refer to and that are not among them. */
export function outsideReferences(objects: readonly ReadStixObject[]): string[] {
  const inside = new Set<string>()
  for (const read of objects) if (read.ok) inside.add(read.object.id)
  const outside = new Set<string>()
  for (const read of objects) {
    if (!read.ok) continue
    for (const ref of referencesOf(read.object)) if (!inside.has(ref)) outside.add(ref)
  }
  return [...outside]
}

function referencesOf(object: StixObject): string[] {
  const ends =
    object.type === 'relationship' ? [textOf(object['source_ref']) ?? '', textOf(object['target_ref']) ?? ''] : []
  const sighted = object.type === 'sighting' ? [textOf(object['sighting_of_ref']) ?? ''] : []
  const named = object.type === 'report' ? textsOf(object['object_refs']) : []
  return [...ends, ...sighted, ...markingRefsOf(object), ...named]
}

class StixMapper {
  readonly #objects: readonly ReadStixObject[]
  readonly #unchanged: ReadonlySet<number>
  readonly #outside: ReadonlyMap<string, LibraryPlace>
  /** The position of the newest version of each object, and by position where that goes and why nowhere: no object is made for either. */
  readonly #newest = new Map<string, number>()
  readonly #placeAt: (LibraryPlace | undefined)[] = []
  readonly #reasonAt: (string | null)[] = []
  /** 1 at the positions of other versions than the newest. */
  readonly #isOther: Uint8Array
  readonly #items: LibraryItems = { group: [], indicator: [], association: [] }
  readonly #unjoined: UnjoinedPair[] = []
  readonly #tactics: TacticsByPhase
  readonly #accounts: MappedObject[] = []
  readonly #placeOf = (id: string) => this.#placeAt[this.#newest.get(id) ?? -1] ?? this.#outside.get(id)
  #itemCount = 0

  constructor(objects: readonly ReadStixObject[], { unchanged = new Set(), places = new Map() }: MapOptions) {
    this.#objects = objects
    this.#isOther = new Uint8Array(objects.length)
    this.#unchanged = unchanged
    this.#outside = places
    this.#tactics = new TacticsByPhase(objects)
  }

  map(): MappedBundle {
    const objects = this.#objects
    for (const read of objects) this.#note(read)
    const accounts = this.#accounts
    // Values that one object takes back and another says are said: the later item of a batch wins.
    for (const [index, read] of objects.entries()) if (isRevoked(read)) accounts[index] = this.#account(read)
    const sightings: GoodObject[] = []
    for (const [index, read] of objects.entries()) {
      if (accounts[index] !== undefined) continue
      // Whether one counts is known once all indicators are.
      if (read.ok && read.object.type === 'sighting') sightings.push(read)
      else accounts[index] = this.#account(read)
    }
    for (const read of sightings) accounts[read.position] = this.#account(read)
    return { objects: accounts, items: this.#items, unjoined: this.#unjoined, itemCount: this.#itemCount }
  }

  #note(read: ReadStixObject): void {
    const { position } = read
    this.#placeAt.push(undefined)
    this.#reasonAt.push(null)
    if (!read.ok) return
    const { object } = read
    const before = this.#newest.get(object.id)
    if (before !== undefined) {
      const known = this.#objects[before]
      const isOlder = known?.ok === true && (known.version ?? '') >= (read.version ?? '')
      this.#isOther[isOlder ? position : before] = 1
      if (isOlder) return
    }
    this.#newest.set(object.id, position)
    if (object.type === 'relationship') return
    const { place, reason } = object.type === 'indicator' ? placeOfIndicator(object) : placeOfOther(object)
    this.#placeAt[position] = place
    this.#reasonAt[position] = reason
  }

  #account(read: ReadStixObject): MappedObject {
    if (!read.ok) return account(read.position, read, 'refused', read.reason)
    const { position, object } = read
    if (this.#isOther[position] === 1) return this.#accountOfOther(read)
    const place = this.#placeAt[position]
    const reason = this.#reasonAt[position] ?? null
    if (object.type === 'indicator' && place === undefined) return account(position, object, 'refused', reason)
    if (this.#unchanged.has(position)) return account(position, object, 'unchanged', null, place)
    if (object.type === 'sighting') return this.#accountOfSighting(read)
    const itemsIn = listOf(place)
    const items = this.#items[itemsIn]
    const firstItem = items.length
    const kept = this.#write(read, place)
    if (kept !== undefined) return account(position, object, 'kept', kept)
    const { id, type } = object
    return { position, id, type, outcome: 'mapped', reason, place, itemsIn, firstItem, itemsEnd: items.length }
  }

  /** Another version of an object than the newest, or the same once more. */
  #accountOfOther(read: GoodObject): MappedObject {
    const { position, object } = read
    const other = this.#objects[this.#newest.get(object.id) ?? -1]
    const newest = other?.ok === true ? other : undefined
    if (this.#unchanged.has(position)) return account(position, object, 'unchanged', null)
    if (newest?.version !== read.version)
      return account(position, object, 'kept', 'A newer version of it is in the bundle.')
    if (newest?.text === read.text) return account(position, object, 'unchanged', 'It is in the bundle twice.')
    return account(position, object, 'refused', 'The bundle holds another object with this id and version.')
  }

  /** Of what the library refuses of its indicator, it is no sighting. */
  #accountOfSighting({ position, object }: GoodObject): MappedObject {
    const mapped = mapSighting(object)
    if ('reason' in mapped) return account(position, object, 'kept', mapped.reason)
    const { said } = mapped
    const uncounted = uncountedReason(said.of, this.#placeOf(said.of))
    if (uncounted !== undefined) return { ...account(position, object, 'kept', uncounted), sighting: said }
    // None of one that came in an earlier bundle.
    const { firstItem = 0, itemsEnd = 0 } = this.#accounts[this.#newest.get(said.of) ?? -1] ?? {}
    const told = account(position, object, 'mapped', said.note)
    return { ...told, itemsIn: 'indicator', firstItem, itemsEnd, sighting: said }
  }

  /** Counts items; beyond the bound they are counted and not made, so that a small bundle cannot become a large one. */
  #hasRoomFor(count: number): boolean {
    this.#itemCount += count
    return this.#itemCount <= stixItemsMax
  }

  /** Adds the items of an object. @returns why it is kept as its text alone, where it is */
  #write({ position, object }: GoodObject, place: LibraryPlace | undefined): string | undefined {
    if (object.type === 'relationship') return this.#writeRelationship(position, object)
    if (place === undefined) return keptReason(object.type)
    if (place.kind === 'label') return undefined
    const labels = labelsOf(object, this.#placeOf)
    if (!this.#hasRoomFor(place.kind === 'indicators' ? place.values.length : 1)) return undefined
    if (place.kind === 'indicators') {
      for (const item of indicatorItems(object, place.items ?? place.values, labels)) this.#items.indicator.push(item)
    } else if (place.type === 'Signature' && object.type === 'indicator')
      this.#items.group.push(signatureItem(object, textOf(object['pattern_type']) ?? 'stix', labels))
    else this.#items.group.push(groupItem(object, place.type, labels))
    if (object.type === 'report' && object['x_postern_linked'] !== true) this.#writeReferences(object, place)
    if (object.type === 'attack-pattern') this.#writeTactics(object, place)
    return undefined
  }

  #writeRelationship(position: number, object: StixObject): string | undefined {
    const [from, to] = [textOf(object['source_ref']) ?? '', textOf(object['target_ref']) ?? '']
    const [source, target] = [this.#placeOf(from), this.#placeOf(to)]
    const kind = textOf(object['x_postern_kind']) ?? textOf(object['relationship_type']) ?? 'related-to'
    if (isTakenBack(object)) {
      if (isEnd(source) && isEnd(target))
        this.#unjoined.push({ position, source, target, kind: kind.slice(0, kindLengthMax) })
      return 'It is revoked or deprecated, so that nothing is joined by it.'
    }
    if (!isEnd(source)) return unjoinedReason('source', from)
    if (!isEnd(target)) return unjoinedReason('target', to)
    if (from === to) return 'It joins an object to itself.'
    this.#associate(source, target, kind.slice(0, kindLengthMax))
    return undefined
  }

  #writeTactics(object: StixObject, place: LibraryPlace): void {
    if (isTakenBack(object)) return
    for (const id of this.#tactics.of(object)) {
      const tactic = this.#placeOf(id)
      if (isEnd(tactic)) this.#associate(place, tactic, killChainPhaseKind)
    }
  }

  #writeReferences(object: StixObject, place: LibraryPlace): void {
    for (const ref of new Set(textsOf(object['object_refs']))) {
      const target = this.#placeOf(ref)
      if (ref !== object.id && isEnd(target)) this.#associate(place, target, 'refers-to')
    }
  }

  #associate(source: LibraryPlace, target: LibraryPlace, associationType: string): void {
    const [sources, targets] = [endsOf(source), endsOf(target)]
    if (!this.#hasRoomFor(sources.length * targets.length)) return
    for (const from of sources) {
      for (const to of targets) {
        this.#items.association.push({
          ref_1: from.value,
          type_1: from.type,
          ref_2: to.value,
          type_2: to.type,
          associationType,
        })
      }
    }
  }
}

const kindLengthMax = 200

/** An account without items of its own. */
function account(
  position: number,
  { id, type }: { id: string; type: string },
  outcome: MappedObject['outcome'],
  reason: string | null,
  place?: LibraryPlace,
): MappedObject {
  return { position, id, type, outcome, reason, place, itemsIn: 'association', firstItem: 0, itemsEnd: 0 }
}

/** What has no place of its own is a relationship. */
function listOf(place: LibraryPlace | undefined): keyof LibraryItems {
  if (place === undefined) return 'association'
  return place.kind === 'indicators' ? 'indicator' : 'group'
}

type Placed = { place: LibraryPlace | undefined; reason: string | null }

function placeOfIndicator(object: StixObject): Placed {
  const mapped = mapIndicator(object)
  if (mapped.kind === 'values') {
    const { values, items, note } = mapped
    return { place: { kind: 'indicators', values, ...(items === undefined ? {} : { items }) }, reason: note ?? null }
  }
  const isReadable = mapped.kind === 'signature'
  const place = isReadable ? ({ kind: 'group', type: 'Signature', xid: groupXid(object) } as const) : undefined
  return { place, reason: mapped.reason }
}

function placeOfOther(object: StixObject): Placed {
  if (object.type === 'marking-definition') {
    const name = labelOfMarking(object)
    return { place: name === undefined ? undefined : { kind: 'label', name }, reason: null }
  }
  const type = groupTypeOf(object)
  return { place: type === undefined ? undefined : { kind: 'group', type, xid: groupXid(object) }, reason: null }
}

function isEnd(place: LibraryPlace | undefined): place is LibraryPlace {
  return place !== undefined && place.kind !== 'label'
}

function endsOf(place: LibraryPlace): readonly { readonly type: string; readonly value: string }[] {
  if (place.kind === 'indicators') return place.values
  return place.kind === 'group' ? [{ type: place.type, value: place.xid }] : []
}

function isRevoked(read: ReadStixObject): boolean {
  return read.ok && read.object['revoked'] === true
}

function isTakenBack(object: StixObject): boolean {
  return object['revoked'] === true || object['x_mitre_deprecated'] === true
}
