import * as z from 'zod/mini'
import { limits } from '../limits.ts'
import { Base64, Id, Instant, ServerXid, Sha256 } from '../primitives.ts'
import type { CreatePlan, CreateReceipt } from './export.ts'

/** A plan or a receipt that an app wrote: SHA-256 of its text (`planText`, `receiptText`). */
export const WrittenDigest = z.object({ kind: z.enum(['plan', 'receipt']), sha256: Sha256 })
export type WrittenDigest = z.infer<typeof WrittenDigest>

/**
 * An environment server's word for what an app wrote through it (D40). The server does not see plans and receipts: the app speaks TLS
 * with the hub. So the app names what it is about to send, a line each, in `launch.writtenFile` of its `out` folder, and the server signs
 * those lines when the attempt has ended. What somebody else sent with the app's token is not among them.
 */
export const AttemptSignature = z.object({
  /** SHA-256 of the SPKI of the server's TLS key. */
  keyFingerprint: Sha256,
  /** In the order in which the app named them. */
  written: z.array(WrittenDigest).check(z.maxLength(limits.writtenDigestsMax)),
  /** ECDSA-SHA256, as DER (72 bytes at most), by the server's TLS key over the UTF-8 bytes of `attemptText`. */
  signature: Base64.check(z.maxLength(96)),
})
export type AttemptSignature = z.infer<typeof AttemptSignature>

/** What an `AttemptSignature` is about. */
export interface SignedAttempt {
  readonly serverXid: string
  readonly executionId: string
  readonly attempt: number
  /** As in `AttemptResult`. */
  readonly outcome: string
  readonly written: readonly WrittenDigest[]
}

/**
 * What `AttemptSignature.signature` signs: the lines `postern attempt v1`, serverXid, executionId, attempt and outcome, then one
 * `plan SHA256` or `receipt SHA256` for each thing written. Every line, the last one too, ends with LF.
 */
export function attemptText({ serverXid, executionId, attempt, outcome, written }: SignedAttempt): string {
  const head = ['postern attempt v1', serverXid, executionId, attempt, outcome]
  return [...head, ...written.map(writtenLine)].map((line) => `${line}\n`).join('')
}

/** A line of `launch.writtenFile`, without its LF. */
export function writtenLine({ kind, sha256 }: WrittenDigest): string {
  return `${kind} ${sha256}`
}

/**
 * The bytes by which a receipt is known (UTF-8): the line `postern receipt v1`, then `name value` for each field of `CreateReceipt` in
 * the order below, the value as JSON without blanks; `notTaken` is a line for each of its names, `notTaken COUNT NAME`, sorted by the
 * UTF-16 code units of the name; last `values`, the SHA-256 of the receipt's list: its lines, uncompressed, each with its LF. Every
 * line ends with LF. JSON escapes what would break a line, and nothing that it need not.
 */
export function receiptText(receipt: CreateReceipt, valuesSha256: string): string {
  const { planId, collectionId, collectionVersion, target, state, reason } = receipt
  const { desired, held, missing, extra, added, removed, removedBy, unverifiedTransport } = receipt
  return textOf('postern receipt v1', [
    ...Object.entries({ planId, collectionId, collectionVersion, target, state, reason: reason ?? null }),
    ...Object.entries({ desired, held, missing, extra, added, removed, removedBy, unverifiedTransport }),
    ...notTakenLines(receipt.notTaken),
    ['values', valuesSha256],
  ])
}

/**
 * The bytes by which a plan is known, in the manner of `receiptText`. Its values are in `checksum` (D5). Its guards are not in it: the
 * hub adds what it finds itself.
 */
export function planText(plan: CreatePlan): string {
  const { collectionId, collectionVersion, target, desired, held, heldDigest, checksum } = plan
  return textOf('postern plan v1', [
    ...Object.entries({ collectionId, collectionVersion, target, desired, held, heldDigest, checksum }),
    ...notTakenLines(plan.notTaken),
  ])
}

type Line = readonly [name: string, ...values: readonly unknown[]]

function notTakenLines(notTaken: Readonly<Record<string, number>>): Line[] {
  // Without a comparison of its own, sort goes by code units, the same everywhere.
  const names = Object.keys(notTaken).toSorted()
  return names.map((name) => ['notTaken', notTaken[name], name])
}

function textOf(head: string, lines: readonly Line[]): string {
  const texts = lines.map(([name, ...values]) => [name, ...values.map((value) => JSON.stringify(value))].join(' '))
  return [head, ...texts].map((line) => `${line}\n`).join('')
}

/**
 * `signed`: by the server that ran the attempt, with a key that nobody doubts. `doubtful`: so signed, by a key that was in other hands
 * by then. `awaited`: its attempt has not ended; the server signs at the end. `unsigned`: there is no signature to check. `not-matching`:
 * there is one, and it is not for this; somebody else wrote it, or it was changed.
 */
export const SignatureState = z.enum(['signed', 'doubtful', 'awaited', 'unsigned', 'not-matching'])
export type SignatureState = z.infer<typeof SignatureState>

/** Whose word a plan or a receipt is (S15), found out anew each time that it is read. */
export const SignatureCheck = z.object({
  state: SignatureState,
  /** Why, in a sentence for people. */
  reason: z.string(),
  /** The key that the signature names. */
  keyFingerprint: z.nullable(Sha256),
  /** When the hub got the signature, by its own clock: this, and no time that a server says, is compared with `doubtfulFrom`. */
  receivedAt: z.nullable(Instant),
  /** Since when the key counts as compromised, as a person said; null for a key that nobody doubts. */
  doubtfulFrom: z.nullable(Instant),
})
export type SignatureCheck = z.infer<typeof SignatureCheck>

/**
 * All that is needed to check a signed receipt without the hub: `signature` is by `publicKey` over `attemptText`, which has the line
 * `receipt SHA256` with the SHA-256 of `receiptText`. That the key is that of a certain server, only its fingerprint says, compared
 * with the one that the server itself shows.
 */
export const ReceiptProof = z.object({
  receiptId: Id,
  serverXid: ServerXid,
  serverName: z.string(),
  /** UTF-8 of it is what was hashed. */
  receiptText: z.string(),
  /** UTF-8 of it is what was signed. */
  attemptText: z.string(),
  signature: Base64,
  /** EC P-256, SPKI PEM. */
  publicKey: z.string(),
  keyFingerprint: Sha256,
  receivedAt: Instant,
  doubtfulFrom: z.nullable(Instant),
})
export type ReceiptProof = z.infer<typeof ReceiptProof>
