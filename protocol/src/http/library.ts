import * as z from 'zod/mini'
import { limits } from '../limits.ts'
import { Count, Id, Instant, pageOf } from '../primitives.ts'
import { Exclusion } from './exclusion.ts'
import { PlanState } from './export.ts'
import { Decision, IndicatorStatus } from './lifecycle.ts'
import { SignatureState } from './signature.ts'

/** An owner asserts things about indicators: a feed's source, a team, a person's own findings. */
export const Owner = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['Organization', 'Community', 'Source']),
  /** Status of what it asserts without saying one. */
  statusDefault: IndicatorStatus,
  /** Set while its assertions are being taken out. */
  removalStartedAt: z.nullable(Instant),
  createdAt: Instant,
})
export type Owner = z.infer<typeof Owner>
export const OwnerPage = pageOf(Owner)
export const CreateOwner = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  kind: z.optional(z.enum(['Organization', 'Community', 'Source'])),
  statusDefault: z.optional(z.enum(['Active', 'Review', 'Indirect'])),
})
export type CreateOwner = z.infer<typeof CreateOwner>
export const ChangeOwner = z.strictObject({
  kind: z.optional(z.enum(['Organization', 'Community', 'Source'])),
  statusDefault: z.optional(z.enum(['Active', 'Review', 'Indirect'])),
})
export type ChangeOwner = z.infer<typeof ChangeOwner>
/** An owner with what it has in the library. */
export const OwnerDetail = z.extend(Owner, {
  indicatorCount: Count,
  groupCount: Count,
  lastBatchAt: z.nullable(Instant),
})
export type OwnerDetail = z.infer<typeof OwnerDetail>

/** What else an owner says of an indicator: `Description`, `Source`, or any other name. */
export const AssertionAttribute = z.object({
  type: z.string(),
  value: z.string(),
  /** Where the owner has it from. */
  source: z.nullable(z.string()),
})
export type AssertionAttribute = z.infer<typeof AssertionAttribute>

/** The batch that wrote something, and the execution that sent it; null where a person or a script of theirs did. */
export const AssertionOrigin = z.object({
  batchId: Id,
  /** Name of the person, the token or the execution. */
  sentBy: z.string(),
  execution: z.nullable(z.object({ id: Id, jobId: Id, jobName: z.string(), appName: z.string() })),
})
export type AssertionOrigin = z.infer<typeof AssertionOrigin>

/** What an owner said itself, whatever time, sightings and a person's decision have made of it since. */
export const SaidValues = z.object({
  rating: z.nullable(z.number()),
  confidence: z.nullable(z.int()),
  active: z.boolean(),
  status: z.string(),
  expiresAt: z.nullable(Instant),
})
export type SaidValues = z.infer<typeof SaidValues>

/** One owner's word on an indicator. `rating`, `confidence`, `active`, `status` and `expiresAt` are those in force; `said` the owner's own. */
export const Assertion = z.object({
  id: Id,
  ownerId: Id,
  ownerName: z.string(),
  rating: z.nullable(z.number()),
  confidence: z.nullable(z.int()),
  active: z.boolean(),
  /** Active, Review, Expired, Indirect or Whitelisted; only what is Active or Indirect is exported. */
  status: z.string(),
  tags: z.array(z.string()),
  securityLabels: z.array(z.string()),
  /** The oldest 1,000 of the indicator. */
  attributes: z.array(AssertionAttribute),
  firstSeen: z.nullable(Instant),
  lastSeen: z.nullable(Instant),
  expiresAt: z.nullable(Instant),
  said: SaidValues,
  addedAt: Instant,
  modifiedAt: Instant,
  /** Who brought it in. Null where that is not known, and for executions, which learn nothing of each other. */
  addedBy: z.nullable(AssertionOrigin),
  /** Who changed it last; the same as `addedBy` where nobody did. */
  modifiedBy: z.nullable(AssertionOrigin),
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
  /** Whether it is in force by the word of some owner; an exclusion may keep it from exports all the same. */
  active: z.boolean(),
  /** Those of its assertions, each once, as TQL's `status` compares them: where it is not active, what it is instead. */
  statuses: z.array(IndicatorStatus),
  tlp: z.nullable(z.string()),
  owners: z.array(z.string()),
  tags: z.array(z.string()),
  sightingCount: Count,
  lastSighted: z.nullable(Instant),
  falsePositiveCount: Count,
  addedAt: Instant,
  modifiedAt: Instant,
})
export type Indicator = z.infer<typeof Indicator>
/** How many a query finds: counted where it is exact, up to 10,000; estimated beyond, and where counting took too long. */
export const IndicatorTotal = z.object({
  count: Count,
  isExact: z.boolean(),
  /** There are more than `count`, and no estimate of how many. */
  isLowerBound: z.optional(z.boolean()),
})
export type IndicatorTotal = z.infer<typeof IndicatorTotal>
/** What a query that is right says by mistake, probably: a name that there is not, or a number that nothing can have, finds nothing without a word. */
export const QueryHint = z.object({
  /** A sentence, with the name that was probably meant where one is near. */
  message: z.string(),
  /** Of the name or number in the query, in UTF-16 units from 0. */
  position: Count,
})
export type QueryHint = z.infer<typeof QueryHint>
/** The first 10, beside the first page; absent where there are none. */
export const QueryHints = z.optional(z.array(QueryHint))
export const IndicatorPage = z.extend(pageOf(Indicator), {
  /** With `count=true`. */
  total: z.optional(IndicatorTotal),
  hints: QueryHints,
})
const search = {
  /** All where there is none. */
  tql: z.optional(z.string().check(z.maxLength(limits.queryLengthMax))),
  limit: z._default(z.int().check(z.minimum(1), z.maximum(limits.pageRowsMax)), limits.pageRowsDefault),
}
/** What the address of a list of indicators says, in a body, where a query may be longer. */
export const SearchIndicators = z.strictObject({
  ...search,
  /** What the page before gave as `next`; the first page without it. */
  cursor: z.optional(z.string().check(z.maxLength(200))),
  /** Whether to count as well: exactly up to 10,000. */
  count: z.optional(z.boolean()),
})
/** The same of groups. */
export const SearchGroups = z.strictObject({
  ...search,
  cursor: z.optional(z.string().check(z.regex(/^[1-9]\d{0,17}$/))),
})
/** Names that the library keeps, for completing a query; those that begin with what was asked for, at most 50. */
export const TqlSuggestions = z.object({ names: z.array(z.string()) })
export type TqlSuggestions = z.infer<typeof TqlSuggestions>
/** Another indicator that owners join with this one: `Same File` for the hashes of one file (D2), or an association's type. */
export const IndicatorLink = z.object({
  id: z.guid(),
  type: z.string(),
  value: z.string(),
  kind: z.string(),
  owners: z.array(z.string()),
})
export type IndicatorLink = z.infer<typeof IndicatorLink>
/**
 * A link that a person took back. It stays so whatever its owner sends, until a person puts it in again, by a PUT of the link, or the owner
 * deletes one of the two.
 */
export const IndicatorSeparation = z.object({
  id: z.guid(),
  type: z.string(),
  value: z.string(),
  kind: z.string(),
  /** Whose word was taken back. */
  owner: z.string(),
  /** Null where nobody knows any more. */
  separatedBy: z.nullable(z.string()),
  separatedAt: Instant,
})
export type IndicatorSeparation = z.infer<typeof IndicatorSeparation>
export const IndicatorDetail = z.extend(Indicator, {
  assertions: z.array(Assertion),
  /** The first 1,000 by name. */
  groups: z.array(
    z.object({
      id: Id,
      type: z.string(),
      name: z.string(),
      ownerName: z.string(),
      /** Its id at the source. */
      xid: z.string(),
      eventDate: z.nullable(Instant),
    }),
  ),
  /** How many more groups it stands in; TQL finds them: `hasIndicator(summary = "…")`. */
  groupsMore: Count,
  links: z.array(IndicatorLink),
  /** Links that people took back, the newest first; none for executions. */
  separations: z.array(IndicatorSeparation),
  /** What exclusion lists say of it. */
  exclusions: z.array(Exclusion),
  /** What a person fixed for it. */
  decision: z.nullable(Decision),
})
export type IndicatorDetail = z.infer<typeof IndicatorDetail>

/** An owner whose word does not fit a data collection's query, with what of the query keeps it out, as TQL; long parts are cut. */
export const QueryMisfit = z.object({ ownerName: z.string(), terms: z.array(z.string()) })
export type QueryMisfit = z.infer<typeof QueryMisfit>

/** Whether a data collection holds an indicator. */
export const IndicatorMembership = z.object({
  collectionId: Id,
  collectionName: z.string(),
  /** The collection's newest version. */
  version: Count,
  refreshedAt: z.nullable(Instant),
  state: z.enum(['member', 'departed', 'never']),
  /** The owners whose assertions fit the collection's query now. At most 100 collections are explained so, those that go to a control first. */
  owners: z.array(z.string()),
  /** The other owners who assert it, and why theirs do not: a query is judged against one owner's assertion at a time. */
  misfits: z.array(QueryMisfit),
  /** First version of its present or last stay. Versions older than 30 days are forgotten, and with them stays that ended. */
  sinceVersion: z.nullable(Count),
  /** When that version was made, while it is known. */
  since: z.nullable(Instant),
  /** First version without it. */
  untilVersion: z.nullable(Count),
})
export type IndicatorMembership = z.infer<typeof IndicatorMembership>

/**
 * One of the things that keep an indicator from a control, a firewall list or a TAXII collection: it is not in what goes there; a decision, or an
 * exclusion list, keeps it from being exported; no owner asserts it as active; its TLP is narrower; the app left it out when it was last exported;
 * of a list moreover: nothing is served, its type, too wide, or nothing that the format can say.
 */
export const Obstacle = z.object({
  reason: z.enum([
    'nothing-served',
    'type',
    'not-a-member',
    'decided',
    'excluded',
    'inactive',
    'tlp',
    'wide',
    'format',
    'left-out',
  ]),
  /** Whose decision it is and why; the app's own words; why no version is served. */
  detail: z.nullable(z.string()),
})
export type Obstacle = z.infer<typeof Obstacle>

/** What one target of a control holds of an indicator, by its newest receipt, and why not. */
export const IndicatorOnTarget = z.object({
  controlId: Id,
  controlName: z.string(),
  target: z.string(),
  /** `unknown`: it was to go there, or the control was not read, and no receipt says whether it is there. */
  state: z.enum(['held', 'missing', 'extra', 'refused', 'pending', 'unverifiable', 'absent', 'unknown']),
  /**
   * Why it is absent: no member of the collection that is exported there; a member only since a later version than was exported;
   * active for no owner; its TLP narrower than the control's; excluded by a list; decided to be Whitelisted, or its host; or left out by the
   * app, as the receipt tells. Why it is not known:
   * the receipt counts values which it does not name; or nobody could read the control.
   */
  reason: z.nullable(
    z.enum(['not-a-member', 'not-yet', 'inactive', 'tlp', 'excluded', 'decided', 'left-out', 'not-named', 'not-read']),
  ),
  /** More of the reason, as a sentence: whose decision it is and why, the app's own words for what it left out, the figures behind what is not known. */
  detail: z.nullable(z.string()),
  /** Whether the collection as it is now sends it there: what is held and not wanted goes with the next export. */
  isWanted: z.boolean(),
  /** All that keeps it from there as things are now, in the order in which the hub decides; what the receipt spoke of may have changed since. */
  obstacles: z.array(Obstacle),
  collectionId: Id,
  collectionName: z.string(),
  /** The version that the newest receipt speaks of. */
  collectionVersion: Count,
  /** When it came into this state; null where no receipt names it. */
  since: z.nullable(Instant),
  /** The receipt that said so first; of what none names, the newest. */
  receiptId: Id,
  /** Whose word that is (D40): of that receipt and of the newest, the one to be relied on least; looked at for the first 1,000 receipts. */
  signature: z.optional(SignatureState),
  executionId: Id,
  jobName: z.string(),
  /** When the target was last looked at. */
  checkedAt: Instant,
})
export type IndicatorOnTarget = z.infer<typeof IndicatorOnTarget>

/** What a plan in progress does with an indicator, which no receipt tells yet. */
export const IndicatorInPlan = z.object({
  planId: Id,
  /** The execution that made it. */
  executionId: Id,
  controlId: Id,
  controlName: z.string(),
  target: z.string(),
  /** `ready`, `waiting` for a person, or `applying`. */
  state: PlanState,
  /** `left-out` by a rule of the app; null where plans in progress are too large to look it up. */
  change: z.nullable(z.enum(['add', 'remove', 'left-out'])),
  /** The app's own words for what it leaves out. */
  reason: z.nullable(z.string()),
  collectionId: Id,
  collectionName: z.string(),
  collectionVersion: Count,
  createdAt: Instant,
})
export type IndicatorInPlan = z.infer<typeof IndicatorInPlan>

/** Another indicator of the library that stands for this one too: a network around an address or a network, the host of a URL. */
export const CoveringIndicator = z.object({
  id: z.guid(),
  type: z.string(),
  value: z.string(),
  /** Targets of controls that hold it, or were sent it; the first 100. */
  targets: z.array(
    z.object({
      controlId: Id,
      controlName: z.string(),
      target: z.string(),
      state: z.enum(['held', 'extra', 'pending', 'unverifiable']),
    }),
  ),
})
export type CoveringIndicator = z.infer<typeof CoveringIndicator>

/** Whether a firewall list or a TAXII collection gives an indicator to its readers (D27). */
export const IndicatorServed = z.object({
  kind: z.enum(['firewall-list', 'taxii-collection']),
  id: z.string(),
  name: z.string(),
  /** The data collection, or the owner, that it reads. */
  source: z.string(),
  isServed: z.boolean(),
  /**
   * Why it does not: not in what it reads; not numbered yet; no version of the list is served; of a type that the list leaves out; active for
   * no owner; its TLP narrower than readers may be given; excluded; decided to be Whitelisted; too wide; or nothing that the format can say.
   */
  reason: z.nullable(
    z.enum([
      'not-a-member',
      'not-yet',
      'nothing-served',
      'type',
      'inactive',
      'tlp',
      'excluded',
      'decided',
      'wide',
      'format',
    ]),
  ),
  /** Whose decision it is and why; why no version is served. */
  detail: z.nullable(z.string()),
  /** All that keeps it from there, this reason the first. */
  obstacles: z.array(Obstacle),
})
export type IndicatorServed = z.infer<typeof IndicatorServed>

/** Where an indicator goes: data collections, members first, and targets of controls. The first 1,000 of each. */
export const IndicatorExports = z.object({
  collections: z.array(IndicatorMembership),
  targets: z.array(IndicatorOnTarget),
  /** Plans in progress that name it, the newest first; the newest 1,000 are searched. */
  plans: z.array(IndicatorInPlan),
  /** By firewall lists and TAXII collections; the first 100 of each, but for lists that never could. */
  served: z.array(IndicatorServed),
  /** Names of the firewall lists whose formats take nothing of its type, of the same 100. */
  listsOfOtherTypes: z.array(z.string()),
  /** The nearest first. */
  covering: z.array(CoveringIndicator),
})
export type IndicatorExports = z.infer<typeof IndicatorExports>
