import * as z from 'zod/mini'
import { Instant, Sha256 } from '../primitives.ts'

/** System and processor of an environment server's machine, as Node.js names them. Where nobody chooses, the first that a hub has counts. */
export const Platform = z.enum(['linux-x64', 'linux-arm64'])
export type Platform = z.infer<typeof Platform>

/** The Node.js that bundles for one platform carry (D20). */
export const Runtime = z.object({
  platform: Platform,
  /** Of Node.js, such as `24.21.0`. */
  version: z.string(),
  /** Of the archive that it was added from; null where it is the hub's own. */
  sha256: z.nullable(Sha256),
  /** Told to the organization of who added it; null for the others, and where it is the hub's own. */
  addedBy: z.nullable(z.string()),
  addedAt: z.nullable(Instant),
})
export type Runtime = z.infer<typeof Runtime>

/** One a platform; the first is the one that a bundle carries where nobody chooses. */
export const RuntimeList = z.object({ runtimes: z.array(Runtime) })
export type RuntimeList = z.infer<typeof RuntimeList>

/** The query of adding a runtime. The body is the archive: `node-v<version>-<platform>.tar.gz`, as Node.js publishes it. */
export const AddRuntime = z.strictObject({
  /** What the archive's SHA-256 must be, from a place that is trusted: Node.js has it in SHASUMS256.txt. */
  sha256: Sha256,
})
export type AddRuntime = z.infer<typeof AddRuntime>
