import * as z from 'zod/mini'
import { AppKind } from '../app/postern-json.ts'
import { SettingChanges } from '../http/server-settings.ts'
import { Base64, Id, Instant, ServerXid, Sha256 } from '../primitives.ts'
import { SealedBox } from './sealed-box.ts'

const commandBase = {
  protocolVersion: z.int(),
  commandId: z.uuid(),
  serverXid: ServerXid,
  notBefore: Instant,
  /** At most 24 h after `notBefore`. */
  notAfter: Instant,
}

/** Of commands about one attempt of an execution. */
const attemptCommandBase = { ...commandBase, executionId: Id, attempt: z.int().check(z.positive()) }

/** What a package's detached signature says (D7): Ed25519 over the package's bytes. */
export const PackageSignature = z.object({
  /** First 16 hexadecimal characters of the SHA-256 of the publisher key's SPKI. */
  keyId: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  signature: Base64,
})
export type PackageSignature = z.infer<typeof PackageSignature>

/** The bounds of one attempt, enforced by the environment server. */
export const ExecutionLimits = z.object({
  /** Wall clock from the start of the app. */
  timeoutSeconds: z.int().check(z.positive()),
  memoryBytesMax: z.int().check(z.positive()),
  processesMax: z.int().check(z.positive()),
  /** Processor time of all its processes together. Absent: as much as there is. */
  cpuSecondsMax: z.optional(z.int().check(z.positive())),
  /** All log streams together; what comes after is dropped and the drop is said. */
  logBytesMax: z.int().check(z.positive()),
})
export type ExecutionLimits = z.infer<typeof ExecutionLimits>

/** Run one attempt of an execution. */
export const ExecuteCommand = z.object({
  ...attemptCommandBase,
  kind: z.literal('execute'),
  /** Pooled: the app ends when the lease does. Pinned: it finishes offline (D10). */
  placement: z.enum(['pooled', 'pinned']),
  app: z.object({
    /** The package's folder, `<name>_<version>`: the identity of an app. */
    programName: z.string().check(z.maxLength(200)),
    programVersion: z.string().check(z.maxLength(50)),
    kind: AppKind,
    repeatable: z.boolean(),
    programLanguage: z.enum(['NODE', 'PYTHON', 'JAVA']),
    programMain: z.string().check(z.maxLength(200)),
    languageVersion: z.optional(z.string()),
    packageSha256: Sha256,
    packageBytes: z.int().check(z.positive()),
    packageSignature: PackageSignature,
    /**
     * The publisher's public key as PEM. It makes nobody trusted: a server that does not pin it keeps it, so that a person there can
     * (`policy trust`, D36).
     */
    publisherKey: z.optional(z.string().check(z.maxLength(500))),
  }),
  /** Hosts the app may reach beside the hub (S7): `host`, `host:port`, or `*.suffix`. */
  egress: z.array(z.string().check(z.maxLength(255))).check(z.maxLength(100)),
  limits: ExecutionLimits,
  sealed: SealedBox,
})
export type ExecuteCommand = z.infer<typeof ExecuteCommand>

/** End the attempt if it runs, never start it if it does not. */
export const CancelCommand = z.object({
  ...attemptCommandBase,
  kind: z.literal('cancel'),
  reason: z.string().check(z.maxLength(500)),
})
export type CancelCommand = z.infer<typeof CancelCommand>

/** Set these settings, as far as the server's table and its local policy let the hub (D31). Answered by the next settings report. */
export const ConfigureCommand = z.object({
  ...commandBase,
  kind: z.literal('configure'),
  settings: SettingChanges,
})
export type ConfigureCommand = z.infer<typeof ConfigureCommand>

/** Lists that only ever take away: what one of them does not name is refused. Absent: that one takes nothing away (D36). */
export const PolicyNarrowing = z.strictObject({
  /** Key ids of publishers whose packages may run. */
  publishers: z.optional(z.array(z.string())),
  /** Program names that may run, `<name>` or `<name>@<sha256>`. */
  apps: z.optional(z.array(z.string())),
  /** Packages that may run, each by its SHA-256: a version of an app, byte for byte. */
  versions: z.optional(z.array(Sha256)),
  /** Hosts that a command may name for its app: `host`, `host:port`, `*.suffix`. A command that names another is refused whole. */
  targets: z.optional(z.array(z.string())),
  /** Kinds of apps that may run; a package that is of another kind than its command says is refused. */
  directions: z.optional(z.array(AppKind)),
  /** Names of settings that the hub may set. */
  settings: z.optional(z.array(z.string())),
})
export type PolicyNarrowing = z.infer<typeof PolicyNarrowing>

/**
 * Make the local policy narrower by this, for good: only a person on the server takes it back. Its lists are judged by the server as
 * PolicyNarrowing, so that one with a name that it does not know is refused in words. Answered by the next settings report.
 */
export const NarrowPolicyCommand = z.object({
  ...commandBase,
  kind: z.literal('narrow-policy'),
  narrowing: z.record(
    z.string().check(z.maxLength(64)),
    z.array(z.string().check(z.maxLength(300))).check(z.maxLength(1000)),
  ),
})
export type NarrowPolicyCommand = z.infer<typeof NarrowPolicyCommand>

/** A command about one attempt of an execution. */
export const Command = z.discriminatedUnion('kind', [ExecuteCommand, CancelCommand])
export type Command = z.infer<typeof Command>

/** The body of a signed envelope: a command about an attempt, or about the environment server itself. */
export const SignedCommand = z.discriminatedUnion('kind', [
  ExecuteCommand,
  CancelCommand,
  ConfigureCommand,
  NarrowPolicyCommand,
])
export type SignedCommand = z.infer<typeof SignedCommand>
