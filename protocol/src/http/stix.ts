import * as z from 'zod/mini'
import { Count, Id, Instant, pageOf } from '../primitives.ts'

/** What became of one object of a bundle. */
export const StixObjectAccount = z.object({
  id: z.string(),
  type: z.string(),
  /** `modified`, else `created`, with six digits of a second; null where it has neither, or none that is an instant. */
  version: z.nullable(z.string()),
  /** `mapped`: into the library; `kept`: as its text alone, with the reason; `unchanged`: known already in this or a newer version. */
  outcome: z.enum(['mapped', 'kept', 'unchanged', 'refused']),
  reason: z.nullable(z.string()),
})
export type StixObjectAccount = z.infer<typeof StixObjectAccount>

/** What became of the objects of one type, of which there may be many more than an account can name. */
export const StixKind = z.object({
  type: z.string(),
  mapped: Count,
  kept: Count,
  unchanged: Count,
  refused: Count,
  /** Why the library did not take all of some of them, the most frequent first; a type stands for the ids of its objects. */
  reasons: z.array(z.object({ outcome: StixObjectAccount.shape.outcome, reason: z.string(), count: Count })),
})
export type StixKind = z.infer<typeof StixKind>

/** What became of a bundle: every object is in exactly one count (D26). */
export const StixImport = z.object({
  owner: z.string(),
  specVersion: z.enum(['2.0', '2.1']),
  objects: Count,
  mapped: Count,
  kept: Count,
  unchanged: Count,
  refused: Count,
  /** Of the items that were written: a file counts once, though the library has an indicator for each of its hashes (D2). */
  indicators: z.object({ created: Count, updated: Count, unchanged: Count, refused: Count }),
  groups: z.object({ created: Count, updated: Count, unchanged: Count, refused: Count }),
  associations: Count,
  /** The batch that wrote it; null where nothing was left to write. */
  batchId: z.nullable(Id),
  /**
   * Objects of which the library did not take all, each with its reason: refused ones, kept ones, and mapped ones a part of whose values
   * was refused, a part of whose pattern is no value, or a label of which was cut. 2,000 at most, refused ones first.
   */
  notMapped: z.array(StixObjectAccount),
  /** How many more of them there are. */
  notMappedCut: Count,
  /** How many objects of each type. */
  types: z.record(z.string(), Count),
  /** The same by type, the most frequent first; of more than 500 types the others stand together. */
  kinds: z.array(StixKind),
})
export type StixImport = z.infer<typeof StixImport>

/** What a relationship or a sighting joins. */
export const KeptTextEnd = z.object({
  objectId: z.string(),
  /** What the library calls it: the name of its group, its value, or the name that its text has; null where it has none of them. */
  name: z.nullable(z.string()),
  groupId: z.nullable(Id),
  indicatorId: z.nullable(z.guid()),
})
export type KeptTextEnd = z.infer<typeof KeptTextEnd>

/** The newest version of a STIX object as its owner sent it: here stands also what the library has no place for (D26). */
export const KeptText = z.object({
  id: Id,
  objectId: z.string(),
  type: z.string(),
  /** What a person would call it, cut to 300 characters; null where it says nothing of the kind. */
  name: z.nullable(z.string()),
  /** How a relationship says that its first end stands to the second. */
  relationshipType: z.nullable(z.string()),
  /** Of a relationship its source and target, of a sighting what was seen; of another object none. */
  ends: z.array(KeptTextEnd),
  ownerId: Id,
  ownerName: z.string(),
  outcome: z.enum(['mapped', 'kept']),
  /** Why it is kept as text alone. */
  reason: z.nullable(z.string()),
  /** The group that it became. */
  groupId: z.nullable(Id),
  specVersion: z.enum(['2.0', '2.1']),
  addedAt: Instant,
})
export type KeptText = z.infer<typeof KeptText>
export const KeptTextPage = pageOf(KeptText)
export const KeptTextDetail = z.extend(KeptText, {
  /** JSON, cut to 200,000 characters. */
  text: z.string(),
  isCut: z.boolean(),
})
export type KeptTextDetail = z.infer<typeof KeptTextDetail>
