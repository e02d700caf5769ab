import { SourceUnreadable } from '@postern/app-sdk'
import * as z from '@postern/app-sdk/zod'

/** MISP writes flags as booleans, as 0 and 1, and as text, depending on version and exporter. */
const Flag = z.optional(z.nullable(z.union([z.boolean(), z.number(), z.string()])))
const Text = z.optional(z.nullable(z.string()))
const NumberText = z.optional(z.nullable(z.union([z.string(), z.number()])))

const Tag = z.object({ name: z.string() })

const Cluster = z.object({ type: Text, value: Text, tag_name: Text, description: Text })
const Galaxy = z.object({ type: Text, GalaxyCluster: z.optional(z.array(Cluster)) })

/** Only the fields that are used of one attribute. */
export const MispAttribute = z.object({
  uuid: z.string(),
  type: z.string(),
  value: z.string(),
  to_ids: Flag,
  deleted: Flag,
  comment: Text,
  object_relation: Text,
  first_seen: NumberText,
  last_seen: NumberText,
  Tag: z.optional(z.array(Tag)),
  Galaxy: z.optional(z.array(Galaxy)),
})
export type MispAttribute = z.infer<typeof MispAttribute>

const Reference = z.object({ referenced_uuid: z.string(), relationship_type: Text, deleted: Flag })

export const MispObject = z.object({
  uuid: z.string(),
  name: z.string(),
  comment: Text,
  deleted: Flag,
  Attribute: z.optional(z.array(MispAttribute)),
  ObjectReference: z.optional(z.array(Reference)),
})
export type MispObject = z.infer<typeof MispObject>

export const MispEvent = z.object({
  uuid: z.string(),
  info: z.string(),
  date: Text,
  timestamp: NumberText,
  threat_level_id: NumberText,
  analysis: NumberText,
  Orgc: z.optional(z.object({ name: Text })),
  Tag: z.optional(z.array(Tag)),
  Galaxy: z.optional(z.array(Galaxy)),
  Attribute: z.optional(z.array(MispAttribute)),
  Object: z.optional(z.array(MispObject)),
})
export type MispEvent = z.infer<typeof MispEvent>

/**
 * Reads a file of events: `{Event}` as feeds have it, `{response: [{Event}, …]}` as instances export it, or a list of either.
 * @throws SourceUnreadable that names the file and what is wrong with it.
 */
export function readEvents(json: unknown, file: string): MispEvent[] {
  const events = wrapped(json).map((candidate) => MispEvent.safeParse(candidate))
  if (events.length === 0) throw new SourceUnreadable(`${file} holds no event`)
  return events.map((event) => {
    if (event.success) return event.data
    throw new SourceUnreadable(`${file} is no MISP event: ${z.prettifyError(event.error).slice(0, 500)}`)
  })
}

function wrapped(json: unknown): unknown[] {
  if (Array.isArray(json)) return json.flatMap(wrapped)
  if (typeof json !== 'object' || json === null) return [json]
  if ('response' in json) return wrapped(json.response)
  if ('Event' in json) return [json.Event]
  return [json]
}

/** A MISP flag; `absent` is what a missing one means. */
export function isSet(flag: boolean | number | string | null | undefined, absent: boolean): boolean {
  if (flag === null || flag === undefined) return absent
  return flag === true || flag === 1 || flag === '1' || flag === 'true'
}
