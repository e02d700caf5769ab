import * as z from 'zod/mini'
import { Count, Id, Instant, pageOf, Sha256 } from '../primitives.ts'
import { SignatureCheck, SignatureState } from './signature.ts'

/**
 * What a plan does with one value. NDJSON lines, gzip: those that add and remove sorted, each once; after them, with its reason, what the app
 * left out by a rule of its own, within the bounds of a receipt. What is left out changes nothing on the control: no checksum covers it.
 */
export const PlanValue = z.tuple([
  z.enum(['add', 'remove', 'left-out']),
  z.string(),
  z.string(),
  z.optional(z.string()),
])
export type PlanValue = z.infer<typeof PlanValue>

/** A check that can stop a plan from being applied without a person (architecture: guards). */
export const GuardResult = z.object({
  /** `shrink-to-nothing`, `share-changed`, `wide-cidr`, `control-cap`, `held-jumped`. */
  guard: z.string(),
  tripped: z.boolean(),
  /** With figures: what was found, what is allowed. */
  message: z.string(),
})
export type GuardResult = z.infer<typeof GuardResult>

/**
 * A plan: what has to change on a control so that it holds a data collection's version.
 * POST makes it `draft`; PUT of its values makes it `ready` (apply now) or `waiting` (a guard tripped, or the job always
 * asks). The hub recomputes the checksum from the values and refuses a plan whose checksum differs.
 */
export const CreatePlan = z.strictObject({
  collectionId: Id,
  collectionVersion: Count,
  /** Which part of the control this is about: for an AED, the TAXII collection's title. */
  target: z.string().check(z.minLength(1), z.maxLength(200)),
  desired: Count,
  held: Count,
  /** SHA-256 over what was held: lines `type TAB value LF`, sorted by bytes. */
  heldDigest: Sha256,
  /** SHA-256 over sorted lines `add|remove TAB type TAB value LF`, then `version LF`, then `heldDigest LF` (D5). */
  checksum: Sha256,
  guards: z.array(GuardResult).check(z.maxLength(50)),
  /** Values of the collection that this control cannot take, by reason, e.g. `File: AED takes no hashes`. */
  notTaken: z.record(z.string(), Count),
})
export type CreatePlan = z.infer<typeof CreatePlan>

export const PlanState = z.enum(['draft', 'ready', 'waiting', 'applying', 'applied', 'failed', 'refused', 'superseded'])
export type PlanState = z.infer<typeof PlanState>

export const Plan = z.object({
  id: Id,
  executionId: Id,
  control: z.string(),
  target: z.string(),
  state: PlanState,
  collectionId: Id,
  collectionName: z.string(),
  collectionVersion: Count,
  desired: Count,
  held: Count,
  add: Count,
  remove: Count,
  checksum: Sha256,
  guards: z.array(GuardResult),
  notTaken: z.record(z.string(), Count),
  createdAt: Instant,
  decidedBy: z.nullable(z.string()),
  /** Told to people alone. */
  signature: z.optional(SignatureCheck),
})
export type Plan = z.infer<typeof Plan>
export const PlanPage = pageOf(Plan)

/** The execution tells how applying went. */
export const UpdatePlanState = z.strictObject({
  state: z.enum(['applying', 'applied', 'failed']),
  reason: z.optional(z.string().check(z.maxLength(2000))),
})
export type UpdatePlanState = z.infer<typeof UpdatePlanState>

/** A person's decision about a waiting plan; approving makes a new execution that carries plan id and checksum (D5). */
export const PlanDecision = z.strictObject({ decision: z.enum(['approve', 'refuse']) })
export type PlanDecision = z.infer<typeof PlanDecision>

/** in sync | drift | unverifiable | pending (D5). */
export const ReceiptState = z.enum(['in-sync', 'drift', 'unverifiable', 'pending'])
export type ReceiptState = z.infer<typeof ReceiptState>

/** What the control was found to hold after applying, compared with what it should hold. */
export const CreateReceipt = z.strictObject({
  planId: z.nullable(Id),
  collectionId: Id,
  collectionVersion: Count,
  target: z.string().check(z.minLength(1), z.maxLength(200)),
  state: ReceiptState,
  /** What kept it from being verified, or why it is pending. */
  reason: z.optional(z.string().check(z.maxLength(2000))),
  desired: Count,
  held: Count,
  missing: Count,
  extra: Count,
  added: Count,
  removed: Count,
  /** By which way values were taken out: `revoke`, `delete`, `rewrite`; null when nothing had to go (D6). */
  removedBy: z.nullable(z.string()),
  notTaken: z.record(z.string(), Count),
  /** S19: the control's certificate was not checked. */
  unverifiedTransport: z.boolean(),
})
export type CreateReceipt = z.infer<typeof CreateReceipt>

export const Receipt = z.object({
  id: Id,
  executionId: Id,
  planId: z.nullable(Id),
  control: z.string(),
  target: z.string(),
  state: ReceiptState,
  reason: z.nullable(z.string()),
  collectionId: Id,
  collectionName: z.string(),
  collectionVersion: Count,
  desired: Count,
  held: Count,
  missing: Count,
  extra: Count,
  added: Count,
  removed: Count,
  removedBy: z.nullable(z.string()),
  notTaken: z.record(z.string(), Count),
  unverifiedTransport: z.boolean(),
  /** The environment server whose word this is (S15). */
  serverName: z.string(),
  createdAt: Instant,
  /** Told to people alone. */
  signature: z.optional(SignatureCheck),
})
export type Receipt = z.infer<typeof Receipt>
export const ReceiptPage = pageOf(Receipt)

/** Receipts written on one day, by their state as it is now. */
export const ReceiptDay = z.object({
  /** `2026-11-21`, UTC. */
  day: z.iso.date(),
  inSync: Count,
  drift: Count,
  unverifiable: Count,
  pending: Count,
})
export type ReceiptDay = z.infer<typeof ReceiptDay>

/** Every day of the time asked for, oldest first; a day without receipts has zeros. */
export const ReceiptDays = z.object({ data: z.array(ReceiptDay) })
export type ReceiptDays = z.infer<typeof ReceiptDays>

/**
 * A value-level line of a receipt: every missing and every extra value, those the control refused with its reason, and those that the
 * app left out with its reason. Of what was left out for one reason, an app names the first 10,000, and of a type that it takes nothing
 * of, the first 100; `notTaken` counts all.
 */
export const ReceiptValue = z.tuple([
  z.enum(['missing', 'extra', 'refused', 'left-out']),
  z.string(),
  z.string(),
  z.string(),
])
export type ReceiptValue = z.infer<typeof ReceiptValue>

/** A page of a plan's or receipt's values for people; the full list is the NDJSON. */
export const DiffValue = z.object({
  change: z.enum(['add', 'remove', 'missing', 'extra', 'refused', 'left-out']),
  type: z.string(),
  value: z.string(),
  reason: z.nullable(z.string()),
})
export type DiffValue = z.infer<typeof DiffValue>
export const DiffValuePage = pageOf(DiffValue)

/** Traffic Light Protocol 2.0 (FIRST, August 2022), from the widest audience to the narrowest. */
export const HighestTlp = z.enum(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'])
export type HighestTlp = z.infer<typeof HighestTlp>

/** What was last found out about one target of a control: its newest receipt. */
export const ControlTarget = z.object({
  target: z.string(),
  receiptId: Id,
  state: ReceiptState,
  /** Whose word that is (D40); looked at for the first 1,000 targets of an answer. */
  signature: z.optional(SignatureState),
  at: Instant,
})
export type ControlTarget = z.infer<typeof ControlTarget>

/** What an export fills: a firewall, an appliance, a list. Made when a job first names it. */
export const Control = z.object({
  id: Id,
  name: z.string(),
  /** The app that fills it, without its version: `netscout_aed`. */
  appName: z.string(),
  /** Values above it are in no export to this control (D21). */
  highestTlp: HighestTlp,
  createdAt: Instant,
  /** Sorted by name, at most 1,000; empty before the first receipt. */
  targets: z.array(ControlTarget),
})
export type Control = z.infer<typeof Control>
export const ControlPage = pageOf(Control)

export const UpdateControl = z.strictObject({ highestTlp: HighestTlp })
export type UpdateControl = z.infer<typeof UpdateControl>
