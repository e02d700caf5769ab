import * as z from 'zod/mini'
import { Count, Id, Instant, Name, pageOf, Sha256 } from '../primitives.ts'

/** An owner asserts things about indicators: a feed's source, a team, a person's own findings. */
export const Owner = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['Organization', 'Community', 'Source']),
  createdAt: Instant,
})
export type Owner = z.infer<typeof Owner>
export const OwnerPage = pageOf(Owner)
export const CreateOwner = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  kind: z.optional(z.enum(['Organization', 'Community', 'Source'])),
})
export type CreateOwner = z.infer<typeof CreateOwner>

/** What one owner says of an indicator. */
export const Assertion = z.object({
  id: Id,
  ownerId: Id,
  ownerName: z.string(),
  rating: z.nullable(z.number()),
  confidence: z.nullable(z.int()),
  active: z.boolean(),
  tags: z.array(z.string()),
  securityLabels: z.array(z.string()),
  firstSeen: z.nullable(Instant),
  lastSeen: z.nullable(Instant),
  addedAt: Instant,
  modifiedAt: Instant,
})
export type Assertion = z.infer<typeof Assertion>

/** An indicator as users see it: computed from all its assertions. */
export const Indicator = z.object({
  /** A bare hash shaped as a UUID (D1): no version bits, so a `guid`. */
  id: z.guid(),
  type: z.string(),
  value: z.string(),
  rating: z.nullable(z.number()),
  confidence: z.nullable(z.int()),
  active: z.boolean(),
  tlp: z.nullable(z.string()),
  owners: z.array(z.string()),
  tags: z.array(z.string()),
  addedAt: Instant,
  modifiedAt: Instant,
})
export type Indicator = z.infer<typeof Indicator>
export const IndicatorPage = pageOf(Indicator)
export const IndicatorDetail = z.extend(Indicator, {
  assertions: z.array(Assertion),
  groups: z.array(z.object({ id: Id, type: z.string(), name: z.string(), ownerName: z.string() })),
})
export type IndicatorDetail = z.infer<typeof IndicatorDetail>

/** A saved query with members and versions (D3). */
export const Collection = z.object({
  id: Id,
  name: z.string(),
  tql: z.string(),
  /** 0 until the first refresh. */
  version: Count,
  count: Count,
  refreshedAt: z.nullable(Instant),
  /** A full refresh is due when the last one is older. */
  freshnessSeconds: z.int().check(z.positive()),
})
export type Collection = z.infer<typeof Collection>
export const CollectionPage = pageOf(Collection)
export const CreateCollection = z.strictObject({
  name: Name,
  tql: z.string().check(z.minLength(1), z.maxLength(1_000_000)),
  freshnessSeconds: z.optional(z.int().check(z.minimum(10), z.maximum(7 * 86_400))),
})
export type CreateCollection = z.infer<typeof CreateCollection>

/**
 * Lines of `…/versions/{v}/values` (D4): gzip NDJSON, one JSON array a line, sorted by the UTF-8 bytes of the type, then of
 * the value: `["Host","bad.example.com"]`. The last line is a `ValuesEnd`.
 */
export const ValueLine = z.tuple([z.string(), z.string()])
export type ValueLine = z.infer<typeof ValueLine>

/** Closes a stream of values; a stream without it was cut. `sha256` is over all bytes before this line. */
export const ValuesEnd = z.object({
  count: Count,
  sha256: Sha256,
  /** Values left out because of their TLP (D21) or an exclusion, by reason. */
  leftOut: z.record(z.string(), Count),
})
export type ValuesEnd = z.infer<typeof ValuesEnd>
