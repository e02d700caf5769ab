import { parseTlp } from '../../tlp.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import { amberStrictAsRed, amberStrictStatement, tlp10Ids, tlp20Extension, tlpOfMarkingRef } from '../tlp-marking.ts'
import type { LibraryPlace, NamedItem } from './library-item.ts'
import { namedItem, nameLengthMax, objectsOf, textsOf } from './read-properties.ts'

/** The security label that a marking definition says: a level of TLP, or its statement where that is short enough for a name. */
export function labelOfMarking(object: StixObject): string | undefined {
  const level = tlpOfMarkingRef(object.id) ?? statedLevel(object)
  if (level !== undefined) return `TLP:${level}`
  const statement = property(object['definition'], 'statement')?.trim()
  return statement !== undefined && statement !== '' && statement.length <= nameLengthMax ? statement : undefined
}

function statedLevel(object: StixObject): ReturnType<typeof parseTlp> {
  const extension: unknown = property20(object['extensions'])
  const stated =
    property(extension, 'tlp_2_0') ??
    property(object['definition'], 'tlp') ??
    property(object['definition'], 'statement')
  return stated === undefined ? undefined : parseTlp(stated)
}

function property20(extensions: unknown): unknown {
  return typeof extensions === 'object' && extensions !== null ? Reflect.get(extensions, tlp20Extension) : undefined
}

function property(value: unknown, name: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'string' ? found : undefined
}

/** Ids of the markings of an object, those of its parts included: what is marked in part is handled as its narrowest part. */
export function markingRefsOf(object: StixObject): readonly string[] {
  const refs = textsOf(object['object_marking_refs'])
  if (object['granular_markings'] === undefined) return refs
  const granular = objectsOf(object['granular_markings']).flatMap((entry) => property(entry, 'marking_ref') ?? [])
  return [...new Set([...refs, ...granular])]
}

/** Labels of an object. A marking that nobody defined stands by its id, so that it is seen to be marked. */
export function labelsOf(object: StixObject, placeOf: (id: string) => LibraryPlace | undefined): readonly NamedItem[] {
  const marked = markingRefsOf(object)
  if (marked.length === 0) return none
  // Most objects of a feed have one marking, and all the same.
  if (marked.length === 1) return labelsOfOne(labelOfRef(marked[0] ?? '', placeOf))
  const items = new Set(
    meantRefs(marked)
      .slice(0, labelsMax)
      .map((ref) => namedItem(labelOfRef(ref, placeOf))),
  )
  return [...items].filter((item) => item !== undefined)
}

/** In 2.0, AMBER+STRICT is RED with our statement beside it, of older outputs AMBER with another one, and no second level. */
function meantRefs(marked: readonly string[]): readonly string[] {
  if (marked.includes(amberStrictAsRed.id)) return marked.filter((ref) => ref !== tlp10Ids.RED)
  const isStrict = marked.includes(amberStrictStatement.id) && !marked.includes(tlp10Ids.RED)
  return isStrict ? marked.filter((ref) => ref !== tlp10Ids.AMBER) : marked
}

function labelsOfOne(label: string): readonly NamedItem[] {
  const item = namedItem(label)
  if (item === undefined) return none
  if (lastLabels[0] !== item) lastLabels = [item]
  return lastLabels
}

const none: readonly NamedItem[] = []
let lastLabels: readonly NamedItem[] = none

function labelOfRef(ref: string, placeOf: (id: string) => LibraryPlace | undefined): string {
  const level = tlpOfMarkingRef(ref)
  if (level !== undefined) return `TLP:${level}`
  const place = placeOf(ref)
  return place?.kind === 'label' ? place.name : ref
}

const labelsMax = 50
