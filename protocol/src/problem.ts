import * as z from 'zod/mini'

/** Every problem code in the system. Closed: a caller may switch over it. */
export const ProblemCode = z.enum([
  /** The request is malformed or breaks a rule; `detail` names the field and what to send instead. */
  'invalid',
  /** No credential, or one that is wrong, expired or revoked. */
  'unauthenticated',
  /** The credential is good, the right is missing. */
  'forbidden',
  /** No such thing, or none that the caller may see. */
  'not-found',
  /** The thing is in a state that does not allow this, or another one has the name. */
  'conflict',
  /** What was sent is taken only from who confirms that it is meant; `detail` says what it would do. */
  'unconfirmed',
  /** What was to be replaced is not any more what the caller read: others changed it since. `detail` says what to do. */
  'outdated',
  /** The body is larger than the limit that `detail` names. */
  'too-large',
  /** The body is of a media type, or compressed in a way, that the address does not take; `detail` says what to send. */
  'unsupported-media-type',
  /** Too many requests; try again after the seconds in Retry-After. */
  'too-many',
  /** A needed part does not answer now; the same request may succeed later. */
  'unavailable',
  /** A defect. `requestId` finds it in the hub's log; nothing else is told. */
  'internal',
])
export type ProblemCode = z.infer<typeof ProblemCode>

/** A problem document by RFC 9457, media type `application/problem+json`. */
export const ProblemDocument = z.object({
  /** URI reference of the page that explains the code. */
  type: z.string(),
  /** The code in words. */
  title: z.string(),
  /** HTTP status, repeated by RFC 9457 section 3.1.2. */
  status: z.int(),
  code: ProblemCode,
  /** What was wrong and what to do, for a person. */
  detail: z.string(),
  /** Of a mistake in a text that was sent, such as a TQL query: its offset there, in UTF-16 units from 0. */
  position: z.optional(z.int().check(z.nonnegative())),
  requestId: z.string(),
})
export type ProblemDocument = z.infer<typeof ProblemDocument>
