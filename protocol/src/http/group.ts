import * as z from 'zod/mini'
import { Count, Id, Instant, pageOf } from '../primitives.ts'
import { AssertionAttribute, QueryHints } from './library.ts'

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

export const GroupDetail = z.extend(Group, {
  securityLabels: z.array(z.string()),
  firstSeen: z.nullable(Instant),
  lastSeen: z.nullable(Instant),
  publishDate: z.nullable(Instant),
  /** The oldest 1,000. */
  attributes: z.array(AssertionAttribute),
  /** The first 1,000, by kind and name. Its indicators are found by TQL: `associatedGroup = <id>`. */
  relations: z.array(GroupRelation),
  /** The STIX object that it was made from, if it was. */
  stixId: z.nullable(z.string()),
})
export type GroupDetail = z.infer<typeof GroupDetail>

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
