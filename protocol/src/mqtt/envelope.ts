import * as z from 'zod/mini'
import { Base64 } from '../primitives.ts'

/**
 * A signed command as it travels (D8). `body` is a JSON *string*: the signature is over its UTF-8 bytes, and it is
 * parsed as a `Command` only after the check, so that nothing depends on how a JSON writer orders or spaces.
 */
export const SignedEnvelope = z.object({
  v: z.literal(1),
  /** Which of the hub's command keys signed: hexadecimal SHA-256 of its SPKI, first 16 characters. */
  keyId: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  body: z.string().check(z.maxLength(200_000)),
  /** Ed25519 over the UTF-8 bytes of `body`. */
  signature: Base64,
})
export type SignedEnvelope = z.infer<typeof SignedEnvelope>
