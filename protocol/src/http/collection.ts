import * as z from 'zod/mini'
import { limits } from '../limits.ts'
import { Count, Id, Instant, Name, pageOf, Sha256 } from '../primitives.ts'
import { Indicator, IndicatorTotal, QueryHints } from './library.ts'

/** A saved query with members and versions (D3). */
export const Collection = z.object({
  id: Id,
  name: z.string(),
  tql: z.string(),
  /** 0 until the first refresh. */
  version: Count,
  count: Count,
  /** When its last full refresh began: what the library said up to then is in its version. */
  refreshedAt: z.nullable(Instant),
  /** A full refresh is due when the last one is older. */
  freshnessSeconds: z.int().check(z.positive()),
  description: z.nullable(z.string()),
  /** Who made it; null where the hub does not know. */
  madeBy: z.nullable(z.string()),
  /** Whether everyone of the organization sees it; else only who made it, and administrators. */
  isShared: z.boolean(),
})
export type Collection = z.infer<typeof Collection>
/** How many no reader is given, by reason as firewall lists name it: `excluded` or `inactive`. What a reader's TLP forbids comes on top. */
export const LeftOut = z.record(z.string(), Count)
export type LeftOut = z.infer<typeof LeftOut>
/** One of those that are counted by it, or that a firewall list lacks. */
export const LeftOutValue = z.object({
  indicatorId: z.guid(),
  type: z.string(),
  value: z.string(),
  /** Of a reader's TLP, and of a firewall list, moreover `tlp`; of a list `wide`, and `format` for what it cannot say. */
  reason: z.enum(['excluded', 'inactive', 'tlp', 'wide', 'format']),
  /**
   * Of `excluded`: the list with its entry, or the decision, that keeps it back now. Null where none does any more, and of a firewall list
   * where another value is kept back that has the same entry.
   */
  detail: z.nullable(z.string()),
})
export type LeftOutValue = z.infer<typeof LeftOutValue>
export const LeftOutValuePage = pageOf(LeftOutValue)
export const CollectionDetail = z.extend(Collection, {
  /** Of its members; null where counting took too long, and for executions, which are told of it with the values. */
  leftOut: z.nullable(LeftOut),
})
export type CollectionDetail = z.infer<typeof CollectionDetail>
/** As it was made or changed, with what its query says by mistake, probably. */
export const SavedCollection = z.extend(Collection, { hints: QueryHints })
export type SavedCollection = z.infer<typeof SavedCollection>
export const CollectionPage = pageOf(Collection)
export const CreateCollection = z.strictObject({
  name: Name,
  tql: z.string().check(z.minLength(1), z.maxLength(limits.queryLengthMax)),
  freshnessSeconds: z.optional(z.int().check(z.minimum(10), z.maximum(7 * 86_400))),
  description: z.optional(z.string().check(z.maxLength(2000))),
  isShared: z.optional(z.boolean()),
})
export type CreateCollection = z.infer<typeof CreateCollection>
export const ChangeCollection = z.partial(CreateCollection)
export type ChangeCollection = z.infer<typeof ChangeCollection>

/** What a query would hold, before it is saved; with `collectionId` also what would enter and leave. */
export const PreviewCollection = z.strictObject({
  tql: z.string().check(z.minLength(1), z.maxLength(limits.queryLengthMax)),
  collectionId: z.optional(Id),
})
export type PreviewCollection = z.infer<typeof PreviewCollection>
export const CollectionPreview = z.object({
  total: IndicatorTotal,
  /** Of those counted, by type. */
  types: z.record(z.string(), Count),
  /** At how many indicators counting by type stopped, so that there are more of each type; null where all are counted. */
  typesStoppedAt: z.nullable(Count),
  /** Of those counted by type. */
  leftOut: LeftOut,
  /** The newest 20. */
  sample: z.array(Indicator),
  /** Against the members that the collection has; null without one, and where counting took too long. */
  changes: z.nullable(z.object({ enter: Count, leave: Count })),
  hints: QueryHints,
})
export type CollectionPreview = z.infer<typeof CollectionPreview>

/** Asks for those that a preview counts as left out. */
export const PreviewLeftOut = z.strictObject({
  tql: z.string().check(z.minLength(1), z.maxLength(limits.queryLengthMax)),
  cursor: z.optional(z.guid()),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(limits.pageRowsMax))),
})
export type PreviewLeftOut = z.infer<typeof PreviewLeftOut>

/** One version, newest first. */
export const CollectionVersion = z.object({
  version: Count,
  /** Members of this version. */
  count: Count,
  /** Members that the version before did not have. */
  entered: Count,
  /** Members of the version before that this one does not have. */
  departed: Count,
  /** Members of both whose TLP, activity or exclusion differs. */
  changed: Count,
  /** When it was written; its members are those that the library had when the refresh that made it began, which may be minutes earlier. */
  madeAt: Instant,
  /** Who changed the query to this one since the version before; null where nobody did. */
  queryChange: z.nullable(z.object({ tql: z.string(), by: z.string(), at: Instant })),
})
export type CollectionVersion = z.infer<typeof CollectionVersion>
export const CollectionVersionPage = pageOf(CollectionVersion)

/** A value that entered or left, and why, as far as the library still knows. */
export const CollectionHistoryEntry = z.object({
  number: Count,
  version: Count,
  change: z.enum(['entered', 'departed', 'changed']),
  indicatorId: z.guid(),
  type: z.string(),
  value: z.string(),
  /** For example: `asserted by Sample feed`, `the query was changed by ada`. */
  reason: z.string(),
  /** When that version was written. */
  madeAt: Instant,
})
export type CollectionHistoryEntry = z.infer<typeof CollectionHistoryEntry>
export const CollectionHistoryPage = pageOf(CollectionHistoryEntry)

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
