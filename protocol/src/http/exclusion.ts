import * as z from 'zod/mini'
import { Count, Id, Instant, pageOf } from '../primitives.ts'

/**
 * How entries match. `value`: exactly, `*` as a wildcard, a leading dot as a suffix, networks as networks, both ways. The others are
 * MISP's own: `string` exactly, `substring`, `hostname` with everything below it, `cidr` networks, `regex` linear-time expressions.
 */
export const exclusionMatchings = ['value', 'string', 'substring', 'hostname', 'cidr', 'regex'] as const

/** Values that must be neither imported nor exported, or of which one is informed (D25). */
export const ExclusionList = z.object({
  id: Id,
  name: z.string(),
  description: z.nullable(z.string()),
  /** `protected`: one's own; never exported, whatever else is said. `misp`: as MISP publishes it. */
  kind: z.enum(['own', 'protected', 'misp']),
  matching: z.enum(exclusionMatchings),
  /** Indicator types that it judges; null means every one that its entries can be. */
  indicatorTypes: z.nullable(z.array(z.string())),
  /** What a hit does. `inform`: it is shown, and no more. `block`: it is also refused at import, kept from exports, or both. */
  mode: z.enum(['inform', 'block']),
  /** Of `block`: batches refuse items that it hits. */
  atImport: z.boolean(),
  /** Of `block`: what it hits is kept from exports, lists and TAXII collections. */
  atExport: z.boolean(),
  isEnabled: z.boolean(),
  mispVersion: z.nullable(z.int()),
  entryCount: Count,
  /** Indicators of the library that it hits now. */
  hitCount: Count,
  changedAt: Instant,
})
export type ExclusionList = z.infer<typeof ExclusionList>
export const ExclusionListPage = pageOf(ExclusionList)

/** A `protected` list always blocks at export: `invalid` for one with `inform`, or without `atExport`. */
export const CreateExclusionList = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  description: z.optional(z.string().check(z.maxLength(2000))),
  /** `own` unless given. */
  kind: z.optional(z.enum(['own', 'protected'])),
  /** All types unless given; `invalid` where it is empty or names none that there is. */
  indicatorTypes: z.optional(z.array(z.string()).check(z.maxLength(50))),
  /** `block` unless given; a list imported from MISP begins with `inform`. */
  mode: z.optional(z.enum(['inform', 'block'])),
  /** True unless given. */
  atImport: z.optional(z.boolean()),
  /** True unless given. */
  atExport: z.optional(z.boolean()),
})
export type CreateExclusionList = z.infer<typeof CreateExclusionList>
export const ChangeExclusionList = z.strictObject({
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  description: z.optional(z.nullable(z.string().check(z.maxLength(2000)))),
  indicatorTypes: z.optional(z.nullable(z.array(z.string()).check(z.maxLength(50)))),
  mode: z.optional(z.enum(['inform', 'block'])),
  atImport: z.optional(z.boolean()),
  atExport: z.optional(z.boolean()),
  isEnabled: z.optional(z.boolean()),
})
export type ChangeExclusionList = z.infer<typeof ChangeExclusionList>

/** An indicator of the library that a list hits now. */
export const ExclusionHit = z.object({
  indicatorId: z.guid(),
  type: z.string(),
  value: z.string(),
  /** The entry that matches, as it stands in the list. */
  entry: z.string(),
  /** Whether something keeps it from exports: this list, another one, or a decision. */
  isKeptBack: z.boolean(),
  /**
   * Data collections by whose newest version readers are given it, as far as their TLP permits; of those that the caller sees, the first
   * ten by name.
   */
  collections: z.array(z.object({ id: Id, name: z.string() })),
})
export type ExclusionHit = z.infer<typeof ExclusionHit>
export const ExclusionHitPage = pageOf(ExclusionHit)

export const ExclusionEntry = z.object({ entry: z.string(), note: z.nullable(z.string()) })
export type ExclusionEntry = z.infer<typeof ExclusionEntry>
export const ExclusionEntryPage = pageOf(ExclusionEntry)
/**
 * All entries of a list; the PUT replaces them, or is refused as `invalid` and changes nothing. Up to 1,000,000. Entries as broad as
 * `*.com` or `0.0.0.0/0` are a `conflict` that says how many values of the library they hit, until `confirm` is true; so is what would
 * leave a list empty, or take away more than half of what a protected list holds.
 */
export const WriteExclusionEntries = z.strictObject({
  entries: z
    .array(z.strictObject({ entry: z.string().check(z.minLength(1), z.maxLength(2000)), note: z.optional(z.string()) }))
    .check(z.maxLength(1_000_000)),
  /** That entries are meant of which the hub asks: broad ones, such as look like a slip, and so few of them. False unless given. */
  confirm: z.optional(z.boolean()),
})
export type WriteExclusionEntries = z.infer<typeof WriteExclusionEntries>
/** An entry that a list does not take, with its reason. */
export const RefusedEntry = z.object({ position: Count, entry: z.string(), reason: z.string() })
export type RefusedEntry = z.infer<typeof RefusedEntry>

/** A list as MISP publishes it (misp-warninglists, `list.json`), in the body as it is. */
export const ImportedWarningList = z.object({
  list: ExclusionList,
  /** Entries that are not taken, such as expressions without a linear-time form. The first 1,000. */
  refused: z.array(RefusedEntry),
  isNew: z.boolean(),
})
export type ImportedWarningList = z.infer<typeof ImportedWarningList>

/** A hit of a list on a value. */
export const Exclusion = z.object({
  listId: Id,
  listName: z.string(),
  kind: z.enum(['own', 'protected', 'misp']),
  /** The entry that matches, as it stands in the list. */
  entry: z.string(),
  mode: z.enum(['inform', 'block']),
  atImport: z.boolean(),
  atExport: z.boolean(),
})
export type Exclusion = z.infer<typeof Exclusion>
export const TestExclusions = z.strictObject({
  values: z
    .array(
      z.strictObject({
        /** Guessed from the value, if it is absent. */
        type: z.optional(z.string().check(z.maxLength(50))),
        value: z.string().check(z.minLength(1), z.maxLength(2000)),
      }),
    )
    .check(z.minLength(1), z.maxLength(1000)),
})
export type TestExclusions = z.infer<typeof TestExclusions>
export const ExclusionTest = z.object({
  data: z.array(
    z.object({
      type: z.nullable(z.string()),
      /** The canonical value; as it was sent where it has none. */
      value: z.string(),
      /** Why it is no indicator at all. */
      problem: z.nullable(z.string()),
      exclusions: z.array(Exclusion),
    }),
  ),
})
export type ExclusionTest = z.infer<typeof ExclusionTest>
