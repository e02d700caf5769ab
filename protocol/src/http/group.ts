import * as z from 'zod/mini'
import { groupLimits } from '../group-limits.ts'
import { Count, Id, Instant, pageOf } from '../primitives.ts'
import { StatedAttribute, WriteAttributes, WriteSecurityLabels, WriteTags } from './assertion.ts'
import { QueryHints } from './library.ts'

/** An intelligence object that is no indicator: an event, a report, a threat actor. One owner's word. */
export const Group = z.object({
  id: Id,
  type: z.string(),
  name: z.string(),
  /** Its id at the source; with the owner it is the group's identity. */
  xid: z.string(),
  ownerId: Id,
  ownerName: z.string(),
  status: z.nullable(z.string()),
  tlp: z.nullable(z.string()),
  tags: z.array(z.string()),
  /** When it happened, where it is an event or an incident. */
  eventDate: z.nullable(Instant),
  /** Indicators that its owner associates with it. */
  indicatorCount: Count,
  addedAt: Instant,
  modifiedAt: Instant,
})
export type Group = z.infer<typeof Group>
export const GroupPage = z.extend(pageOf(Group), { hints: QueryHints })

/** Another group that an owner relates to this one; `kind` says how, in STIX's words, `related-to` where nobody did. */
export const GroupRelation = z.object({
  id: Id,
  type: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Whether this group does it to the other, or the other to this one. */
  direction: z.enum(['outgoing', 'incoming']),
})
export type GroupRelation = z.infer<typeof GroupRelation>

/** What some types have beside name and dates, under the names that batches have for it; intel's `groupTypeFacts` says which. */
export const groupTexts = [
  'eventType',
  'fileName',
  'fileType',
  'fileText',
  'subject',
  'from',
  'to',
  'header',
  'body',
] as const
export type GroupText = (typeof groupTexts)[number]

const shownText = z.nullable(z.string())

export const GroupDetail = z.extend(Group, {
  securityLabels: z.array(z.string()),
  firstSeen: z.nullable(Instant),
  lastSeen: z.nullable(Instant),
  publishDate: z.nullable(Instant),
  /** The oldest 1,000. */
  attributes: z.array(StatedAttribute),
  eventType: shownText,
  fileName: shownText,
  fileType: shownText,
  fileText: shownText,
  subject: shownText,
  from: shownText,
  to: shownText,
  header: shownText,
  body: shownText,
  /** The first 1,000, by kind and name. Its indicators are found by TQL: `associatedGroup = <id>`. */
  relations: z.array(GroupRelation),
  /** The STIX object that it was made from, if it was. */
  stixId: z.nullable(z.string()),
})
export type GroupDetail = z.infer<typeof GroupDetail>

const { nameCharactersMax, xidCharactersMax, lineCharactersMax, textCharactersMax } = groupLimits
const { associatedMax, valueCharactersMax } = groupLimits
const line = z.optional(z.nullable(z.string().check(z.maxLength(lineCharactersMax))))
const longText = z.optional(z.nullable(z.string().check(z.maxLength(textCharactersMax))))
const instant = z.optional(z.nullable(Instant))

/** What an owner says of a group, all of it: what is null or not named is not said any more. Its type stays. */
export const WriteGroup = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(nameCharactersMax)),
  status: line,
  eventDate: instant,
  publishDate: instant,
  firstSeen: instant,
  lastSeen: instant,
  tags: z.optional(WriteTags),
  securityLabels: z.optional(WriteSecurityLabels),
  attributes: z.optional(WriteAttributes),
  eventType: line,
  fileName: line,
  fileType: line,
  fileText: longText,
  subject: line,
  from: line,
  to: longText,
  header: longText,
  body: longText,
})
export type WriteGroup = z.infer<typeof WriteGroup>

/** A new group in an owner's name. */
export const CreateGroup = z.extend(WriteGroup, {
  /** Name of the owner whose word it becomes. */
  owner: z.string().check(z.minLength(1), z.maxLength(100)),
  type: z.string().check(z.minLength(1), z.maxLength(100)),
  /** Its id at the source, by which feeds find it again; without one the hub makes it. */
  xid: z.optional(z.string().check(z.minLength(1), z.maxLength(xidCharactersMax))),
})
export type CreateGroup = z.infer<typeof CreateGroup>

/** Indicators that shall belong to a group, by their values in any spelling. */
export const AssociateIndicators = z.strictObject({
  indicators: z
    .array(
      z.strictObject({
        value: z.string().check(z.minLength(1), z.maxLength(valueCharactersMax)),
        /** Told from the value where it is absent. */
        type: z.optional(z.string().check(z.maxLength(100))),
      }),
    )
    .check(z.minLength(1), z.maxLength(associatedMax)),
})
export type AssociateIndicators = z.infer<typeof AssociateIndicators>

/** What became of them. */
export const AssociatedIndicators = z.object({
  /** Belong to the group now. */
  associated: Count,
  /** Among these: became the owner's word by it, since it said nothing of them before. */
  added: Count,
  refused: z.array(z.object({ value: z.string(), reason: z.string() })),
})
export type AssociatedIndicators = z.infer<typeof AssociatedIndicators>

/** What an organization's attributes of one name may hold. One that a batch names first is added without rules. */
export const AttributeType = z.object({
  id: Id,
  name: z.string(),
  description: z.nullable(z.string()),
  /** Types that may have it; null means all. */
  indicatorTypes: z.nullable(z.array(z.string())),
  groupTypes: z.nullable(z.array(z.string())),
  /** In UTF-16 units. */
  lengthMax: z.int(),
  /** A linear-time expression that a value must match as a whole. */
  pattern: z.nullable(z.string()),
  /** The values that there are; null means any. */
  choices: z.nullable(z.array(z.string())),
})
export type AttributeType = z.infer<typeof AttributeType>
export const AttributeTypePage = pageOf(AttributeType)
export const WriteAttributeType = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  description: z.optional(z.string().check(z.maxLength(1000))),
  indicatorTypes: z.optional(z.array(z.string()).check(z.maxLength(100))),
  groupTypes: z.optional(z.array(z.string()).check(z.maxLength(100))),
  lengthMax: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  pattern: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
  choices: z.optional(
    z.array(z.string().check(z.minLength(1), z.maxLength(500))).check(z.minLength(1), z.maxLength(1000)),
  ),
})
export type WriteAttributeType = z.infer<typeof WriteAttributeType>
