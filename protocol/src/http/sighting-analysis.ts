import * as z from 'zod/mini'
import { Count, Id, Instant } from '../primitives.ts'

/** What was seen of the library in a period (LIB-11). Each filter may be absent. */
export const SightingAnalysisQuery = z.strictObject({
  from: Instant,
  /** Exclusive; at most 366 days after `from`. */
  to: Instant,
  controlId: z.optional(Id),
  /** Only members of this data collection; what traits are compared with. Without it, the whole library. */
  collectionId: z.optional(Id),
})
export type SightingAnalysisQuery = z.infer<typeof SightingAnalysisQuery>

/** Something that sighted values share: a tag, a group, an attribute, an owner or a type. */
export const SightingTrait = z.object({
  kind: z.enum(['tag', 'group', 'attribute', 'owner', 'type']),
  name: z.string(),
  /** Of an attribute: its type. Of a group: its type. */
  of: z.nullable(z.string()),
  sighted: Count,
  /** Share of the sighted values that have it, 0 to 1. */
  sightedShare: z.number(),
  /** Share of all values of the collection (or the library) that have it. */
  collectionShare: z.number(),
  /** How much commoner it is among the sighted: the first share by the second; null where nothing else has it. */
  lift: z.nullable(z.number()),
  /** TQL that finds what has it, to be added to a collection's query. */
  tql: z.string(),
})
export type SightingTrait = z.infer<typeof SightingTrait>

export const SightingAnalysis = z.object({
  /** Distinct values that were sighted. */
  sightedValues: Count,
  sightings: Count,
  /** Values that the shares of the collection are of. */
  collectionValues: Count,
  /** The 1,000 most often seen. */
  values: z.array(
    z.object({
      indicatorId: z.guid(),
      type: z.string(),
      value: z.string(),
      sightings: Count,
      lastSeenAt: Instant,
      owners: z.array(z.string()),
    }),
  ),
  /** By day, UTC. */
  days: z.array(z.object({ day: z.string(), sightings: Count, values: Count })),
  /** The 200 with the highest lift that at least two sighted values share. */
  traits: z.array(SightingTrait),
})
export type SightingAnalysis = z.infer<typeof SightingAnalysis>
