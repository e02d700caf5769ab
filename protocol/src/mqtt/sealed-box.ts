import * as z from 'zod/mini'
import { Base64, ParameterValue } from '../primitives.ts'

/**
 * Secrets sealed to one environment server (D9). X25519 with an ephemeral key; HKDF-SHA256 (salt: the two public keys,
 * ephemeral first, 64 bytes; info: `postern sealed v1`) gives a 32-byte key for ChaCha20-Poly1305 with a 12-byte nonce of
 * zeros, since every box has a key of its own. Associated data: `serverXid LF executionId LF attempt`, so that a box cannot be
 * moved to another execution. `ciphertext` ends with the 16-byte tag.
 */
export const SealedBox = z.object({
  v: z.literal(1),
  /** Raw 32-byte X25519 public key. */
  ephemeralPublicKey: Base64,
  ciphertext: Base64,
})
export type SealedBox = z.infer<typeof SealedBox>

/** What a sealed box of an execute command holds: every parameter of the job, and the execution's token. */
export const SealedParameters = z.object({
  parameters: z.record(z.string(), ParameterValue),
  /**
   * Which of the parameters are secrets (`encrypt` in install.json), to be kept out of every log. Absent from an older hub:
   * the environment server then goes by names that look secret, which is worse.
   */
  secretNames: z.optional(z.array(z.string())),
  token: z.string(),
  /** Epoch seconds, as TcEx wants it. */
  tokenExpires: z.int(),
})
export type SealedParameters = z.infer<typeof SealedParameters>
