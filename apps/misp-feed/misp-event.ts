import { SourceUnreadable } from '@postern/app-sdk'
import * as z from '@postern/app-sdk/zod'
import { isRecord, readPart, readParts } from './read-part.ts'
import type { NoteUnread, PartKind, UnreadPart } from './read-part.ts'

/** MISP writes flags as booleans, as 0 and 1, and as text, depending on version and exporter. */
const Flag = z.optional(z.nullable(z.union([z.boolean(), z.number(), z.string()])))
const Text = z.optional(z.nullable(z.string()))
const NumberText = z.optional(z.nullable(z.union([z.string(), z.number()])))

const Tag = z.object({ name: z.string() })
const Cluster = z.object({ type: Text, value: Text, tag_name: Text, description: Text })
const Reference = z.object({ referenced_uuid: z.string(), relationship_type: Text, deleted: Flag })
const GalaxyHead = z.object({ type: Text })

const AttributeHead = z.object({
  uuid: z.string(),
  type: z.string(),
  value: z.string(),
  to_ids: Flag,
  deleted: Flag,
  comment: Text,
  object_relation: Text,
  first_seen: NumberText,
  last_seen: NumberText,
})

const ObjectHead = z.object({ uuid: z.string(), name: z.string(), comment: Text, deleted: Flag })

const EventHead = z.object({
  uuid: z.string(),
  info: z.string(),
  date: Text,
  timestamp: NumberText,
  threat_level_id: NumberText,
  analysis: NumberText,
  Orgc: z.optional(z.nullable(z.object({ name: Text }))),
})

export interface Galaxy extends z.infer<typeof GalaxyHead> {
  readonly GalaxyCluster: readonly z.infer<typeof Cluster>[]
}

interface Tagged {
  readonly Tag: readonly z.infer<typeof Tag>[]
  readonly Galaxy: readonly Galaxy[]
}

/** Only the fields that are used of one attribute. */
export interface MispAttribute extends z.infer<typeof AttributeHead>, Tagged {}

export interface MispObject extends z.infer<typeof ObjectHead> {
  readonly Attribute: readonly MispAttribute[]
  readonly ObjectReference: readonly z.infer<typeof Reference>[]
}

export interface MispEvent extends z.infer<typeof EventHead>, Tagged {
  readonly Attribute: readonly MispAttribute[]
  readonly Object: readonly MispObject[]
}

/** A file may hold millions of wrong parts, and to say of each what is wrong takes longer than any run may. */
const unreadPartsMax = 10_000

const kinds = {
  event: { part: 'event', needs: ['uuid', 'info'], heldValues: true },
  attribute: { part: 'attribute', needs: ['uuid', 'type', 'value'], heldValues: true },
  object: { part: 'object', needs: ['uuid', 'name'], heldValues: true },
  reference: { part: 'object reference', needs: ['referenced_uuid'], heldValues: false },
  tag: { part: 'tag', needs: ['name'], heldValues: false },
  galaxy: { part: 'galaxy', needs: [], heldValues: false },
  cluster: { part: 'galaxy cluster', needs: [], heldValues: false },
} as const satisfies Record<string, PartKind>

/**
 * Reads a file of events: `{Event}` as feeds have it, `{response: [{Event}, …]}` as instances export it, or a list of either.
 * @param note is told of every part that cannot be read; the others are.
 * @throws SourceUnreadable that names the file and what is wrong with it, when it holds no event at all, or little else than wrong parts.
 */
export function readEvents(json: unknown, file: string, note: NoteUnread): MispEvent[] {
  let first: UnreadPart | undefined
  let unreadParts = 0
  const noteBounded: NoteUnread = (unread) => {
    first ??= unread
    if ((unreadParts += 1) > unreadPartsMax)
      throw new SourceUnreadable(`${file} holds more than ${unreadPartsMax} parts that cannot be read`)
    note(unread)
  }
  const events: MispEvent[] = []
  for (const candidate of wrapped(json)) {
    const event = readEvent(candidate, noteBounded)
    if (event !== undefined) events.push(event)
  }
  if (events.length > 0) return events
  throw new SourceUnreadable(
    first === undefined ? `${file} holds no event` : `${file} is no MISP event: ${first.reason.slice(0, 500)}`,
  )
}

function readEvent(raw: unknown, note: NoteUnread): MispEvent | undefined {
  const { Attribute, Object: objects, ...head } = isRecord(raw) ? raw : {}
  const event = readPart(EventHead, isRecord(raw) ? head : raw, kinds.event, note)
  if (event === undefined) return undefined
  return {
    ...event,
    ...readTagged(head, note),
    Attribute: readParts(Attribute, kinds.attribute, note, (each) => readAttribute(each, note)),
    Object: readParts(objects, kinds.object, note, (each) => readObject(each, note)),
  }
}

function readObject(raw: unknown, note: NoteUnread): MispObject | undefined {
  const object = readPart(ObjectHead, raw, kinds.object, note)
  if (object === undefined || !isRecord(raw)) return undefined
  return {
    ...object,
    Attribute: readParts(raw['Attribute'], kinds.attribute, note, (each) => readAttribute(each, note)),
    ObjectReference: readParts(raw['ObjectReference'], kinds.reference, note, (each) =>
      readPart(Reference, each, kinds.reference, note),
    ),
  }
}

function readAttribute(raw: unknown, note: NoteUnread): MispAttribute | undefined {
  const attribute = readPart(AttributeHead, raw, kinds.attribute, note)
  return attribute === undefined || !isRecord(raw) ? undefined : { ...attribute, ...readTagged(raw, note) }
}

function readTagged(raw: Record<string, unknown>, note: NoteUnread): Tagged {
  return {
    Tag: readParts(raw['Tag'], kinds.tag, note, (each) => readPart(Tag, each, kinds.tag, note)),
    Galaxy: readParts(raw['Galaxy'], kinds.galaxy, note, (each) => readGalaxy(each, note)),
  }
}

function readGalaxy(raw: unknown, note: NoteUnread): Galaxy | undefined {
  const galaxy = readPart(GalaxyHead, raw, kinds.galaxy, note)
  if (galaxy === undefined || !isRecord(raw)) return undefined
  const clusters = readParts(raw['GalaxyCluster'], kinds.cluster, note, (each) =>
    readPart(Cluster, each, kinds.cluster, note),
  )
  return { ...galaxy, GalaxyCluster: clusters }
}

function* wrapped(json: unknown): Generator<unknown> {
  if (Array.isArray(json)) for (const each of json) yield* wrapped(each)
  else if (!isRecord(json)) yield json
  else if ('response' in json) yield* wrapped(json['response'])
  else yield 'Event' in json ? json['Event'] : json
}

/** A MISP flag; `absent` is what a missing one means. */
export function isSet(flag: boolean | number | string | null | undefined, absent: boolean): boolean {
  if (flag === null || flag === undefined) return absent
  return flag === true || flag === 1 || flag === '1' || flag === 'true'
}
