import { hash } from 'node:crypto'
import {
  cutTagsReason,
  indicatorId,
  labelOfStixMarking,
  mapStixObjects,
  outsideReferences,
  readStixBundle,
  stixItemsMax,
  stixNamedIds,
  tlpLevels,
  tlpOfLabel,
  tlpOfMarkingRef,
  type LibraryItems,
  type LibraryPlace,
  type MappedObject,
  type ReadStixBundle,
  type ReadStixObject,
  type StixObject,
  type UnjoinedPair,
} from '@postern/intel'
import { CopyLinesWriter } from '../database/copy/copy-lines.ts'
import { arrayLiteral, copyRow } from '../database/copy/copy-row.ts'
import {
  type BundleAccount,
  type BundleAnswer,
  type BundleRequest,
  joinedTypes,
  type KnownObject,
  type MappedMessage,
  type UnjoinedEnd,
  type UnjoinedEnds,
} from './bundle-messages.ts'
import { KindAccounts, typesOf } from './kind-accounts.ts'
import { NotMapped } from './not-mapped.ts'

type Bundle = Extract<ReadStixBundle, { ok: true }>

export function readBundle(json: Uint8Array): { bundle: Bundle | undefined; answer: BundleAnswer } {
  const bundle = readStixBundle(json)
  if (!bundle.ok) return { bundle: undefined, answer: { kind: 'unreadable', ...bundle } }
  const ids = new Set<string>()
  for (const read of bundle.objects) if (read.ok) ids.add(read.object.id)
  return { bundle, answer: { kind: 'read', ids: [...ids], outside: outsideReferences(bundle.objects) } }
}

/** Maps what the owner does not have yet. Pure, and so runs in a worker thread as well as in a test. */
export function mapBundle(
  { objects, specVersion }: Bundle,
  { known, places }: Pick<Extract<BundleRequest, { kind: 'map' }>, 'known' | 'places'>,
): MappedMessage {
  const knownById = new Map(known.map((object) => [object.id, object]))
  const { unchanged, again } = sortKnown(objects, knownById)
  const mapped = mapStixObjects(objects, { unchanged, places })
  // What was kept for want of what it names is tried once more, and is no news if that is still not there.
  const accounts = mapped.objects.map((account) =>
    again.has(account.position) && account.outcome === 'kept'
      ? { ...account, outcome: 'unchanged' as const, reason: null }
      : account,
  )
  const rows = new CopyLinesWriter()
  const itemsOf: number[] = []
  const firstOf = {
    group: 0,
    indicator: mapped.items.group.length,
    association: mapped.items.group.length + mapped.items.indicator.length,
  }
  for (const account of accounts) {
    const read = objects[account.position]
    if (read?.ok !== true || account.outcome === 'unchanged' || account.outcome === 'refused') continue
    rows.line(objectRow(read, account))
    rows.endEntry()
    const first = firstOf[account.itemsIn]
    itemsOf.push(first + account.firstItem, first + account.itemsEnd)
  }
  const { itemCount } = mapped
  return {
    kind: 'mapped',
    content: itemCount === 0 || itemCount > stixItemsMax ? null : encode(mapped.items),
    itemCount,
    objects: rows.finish(),
    objectCount: itemsOf.length / 2,
    itemsOf: Uint32Array.from(itemsOf),
    // One that was kept before has had its turn.
    unjoined: mapped.unjoined.flatMap((pair) => (again.has(pair.position) ? [] : endsOf(objects[pair.position], pair))),
    joinedTypes: joinedTypes.filter((type) => accounts.some((account) => account.type === type)),
    account: { ...summarize(objects, accounts), specVersion },
  }
}

/** Each value of the one with each of the other. */
function endsOf(read: ReadStixObject | undefined, { source, target, kind }: UnjoinedPair): UnjoinedEnds[] {
  if (read?.ok !== true) return []
  const { id, source_ref: sourceRef, target_ref: targetRef } = read.object
  const told = { relationshipId: id, sourceRef: String(sourceRef), targetRef: String(targetRef), kind }
  return endOf(source).flatMap((from) => endOf(target).map((to) => ({ ...told, source: from, target: to })))
}

function endOf(place: LibraryPlace): UnjoinedEnd[] {
  if (place.kind === 'group') return [{ xid: place.xid }]
  return indicatorIds(place).map((indicator) => ({ indicator }))
}

function sortKnown(
  objects: readonly ReadStixObject[],
  known: ReadonlyMap<string, KnownObject>,
): { unchanged: Set<number>; again: Set<number> } {
  const unchanged = new Set<number>()
  const again = new Set<number>()
  for (const read of objects) {
    const before = read.ok ? known.get(read.object.id) : undefined
    if (!read.ok || before === undefined || !isKnown(read, before)) continue
    // It is new again, and so is what joined it.
    if (before.isGone || (before.outcome === 'mapped' && joinsGone(read.object, known))) continue
    if (before.outcome === 'kept' && waitingTypes.has(read.object.type)) again.add(read.position)
    else unchanged.add(read.position)
  }
  return { unchanged, again }
}

/** Types of objects that are kept until what they name is there. */
const waitingTypes: ReadonlySet<string> = new Set(['relationship', 'sighting'])

function joinsGone({ type, source_ref, target_ref }: StixObject, known: ReadonlyMap<string, KnownObject>): boolean {
  return type === 'relationship' && [source_ref, target_ref].some((end) => known.get(String(end))?.isGone === true)
}

function isKnown({ version, text }: Extract<ReadStixObject, { ok: true }>, before: KnownObject): boolean {
  return version === undefined ? digest(text) === before.sha256 : version <= before.version
}

function objectRow(
  read: Extract<ReadStixObject, { ok: true }>,
  { place, sighting, outcome, reason }: MappedObject,
): string {
  const namedIds = stixNamedIds(read.object)
  return copyRow([
    read.object.id,
    read.object.type,
    read.version ?? null,
    read.specVersion,
    read.text,
    `\\x${digest(read.text)}`,
    arrayLiteral(indicatorIds(place)),
    place?.kind === 'group' ? place.xid : null,
    markingTlp(read.object),
    sighting?.of ?? null,
    sighting?.seenAt ?? null,
    sighting === undefined ? null : String(sighting.count),
    namedIds.length === 0 ? null : arrayLiteral(namedIds),
    outcome,
    reason,
  ])
}

/** What a marking says whose id does not. */
function markingTlp(object: StixObject): string | null {
  if (object.type !== 'marking-definition' || tlpOfMarkingRef(object.id) !== undefined) return null
  const level = tlpOfLabel(labelOfStixMarking(object) ?? '')
  return level === undefined ? null : String(tlpLevels.indexOf(level))
}

function indicatorIds(place: LibraryPlace | undefined): string[] {
  return place?.kind === 'indicators' ? place.values.map(({ type, value }) => indicatorId(type, value)) : []
}

function encode(items: LibraryItems): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(items))
}

function summarize(
  objects: readonly ReadStixObject[],
  accounts: readonly MappedObject[],
): Omit<BundleAccount, 'specVersion'> {
  const counts = { mapped: 0, kept: 0, unchanged: 0, refused: 0 }
  const kinds = new KindAccounts()
  const notMapped = new NotMapped()
  for (const { position, id, type, outcome, reason, itemsIn } of accounts) {
    counts[outcome] += 1
    const said = outcome === 'mapped' ? whatIsLost(objects[position], { reason, itemsIn }) : reason
    kinds.add(type, outcome, outcome === 'unchanged' ? null : said)
    if (outcome === 'kept' || outcome === 'refused' || (outcome === 'mapped' && said !== null))
      notMapped.add({ id, type, version: objects[position]?.version ?? null, outcome, reason: said })
  }
  const list = kinds.list()
  return { objects: accounts.length, ...counts, ...notMapped.named(), types: typesOf(list), kinds: list }
}

function digest(text: string): string {
  return hash('sha256', text, 'hex')
}

/** What of a mapped object the library has no place for, or takes but in part; its text is kept whole. */
function whatIsLost(
  read: ReadStixObject | undefined,
  { reason, itemsIn }: Pick<MappedObject, 'reason' | 'itemsIn'>,
): string | null {
  if (itemsIn === 'association') return null
  const cut = read?.ok === true ? cutTagsReason(read.object) : undefined
  // A signature is the whole of its pattern; of values, a reason says what of their pattern is no value.
  const reasons = [itemsIn === 'indicator' ? reason : null, cut].filter((each) => each != null)
  return reasons.length === 0 ? null : reasons.join(' ')
}
