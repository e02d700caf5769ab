import * as z from 'zod/mini'
import { countingKeysMax } from '../certificate-limits.ts'
import { limits } from '../limits.ts'
import { Base64, Count, Id, Instant, Name, pageOf, ServerXid } from '../primitives.ts'
import { PackageSignature } from '../mqtt/command.ts'
import { SetAside } from '../mqtt/messages.ts'
import { SandboxTier } from './execution.ts'
import { Platform } from './runtime.ts'

/** Silence, in seconds, by which `presence` is judged. */
export const presenceSilence = {
  /** Up to it a server is online: after it the hub may give what ran there to another one (D10). */
  onlineSecondsMax: limits.leaseTakeoverSeconds,
  /** Up to it nothing is claimed: a restart or a short cut of the line. Beyond it the server is offline. */
  unknownSecondsMax: 120,
} as const

export const EnvironmentServer = z.object({
  serverXid: ServerXid,
  name: z.string(),
  /**
   * By the last heartbeat and what telemetry says (D32); `waiting` until it has enrolled, `revoked` until it is enrolled anew. The rule
   * stands in docs/operating/presence.md.
   */
  presence: z.enum(['waiting', 'online', 'unhealthy', 'unknown', 'offline', 'revoked']),
  /** The sentence that made it so, for people. */
  presenceReason: z.string(),
  /** False until the fingerprint was confirmed or enrolment followed the download within the hour (S9). */
  confirmed: z.boolean(),
  keyFingerprint: z.nullable(z.string()),
  enrolledFrom: z.nullable(z.string()),
  enrolledAt: z.nullable(Instant),
  /** When its client certificate ends; it renews it by itself 30 days before (D37). Null until it has enrolled. */
  certificateExpiresAt: z.nullable(Instant),
  /** Since when others may have had the key that it has or last had, as a person said (D40). */
  compromisedFrom: z.nullable(Instant),
  lastHeartbeatAt: z.nullable(Instant),
  version: z.nullable(z.string()),
  /** Of its machine, as it said when it enrolled; null before, and where it is none that bundles are for. */
  platform: z.nullable(Platform),
  tier: z.nullable(SandboxTier),
  downloadedBy: z.string(),
  downloadedAt: Instant,
  /** Since when, by a person's order, nothing is placed on it; null while it takes executions. */
  drainedAt: z.nullable(Instant),
  /** The newer server file that it went back from (D34); null while it runs the file that it was given. */
  setAside: z.nullable(SetAside),
  /** Who opens TLS between it and the hub, as it said with its last heartbeat (S17); null where nobody does. */
  inspectedTls: z.nullable(z.string()),
})
export type EnvironmentServer = z.infer<typeof EnvironmentServer>

export const Environment = z.object({
  id: Id,
  name: z.string(),
  organizationId: Id,
  /** Whom its jobs write for, unless they name another owner; null where none was chosen. */
  ownerId: z.nullable(Id),
  ownerName: z.nullable(z.string()),
  /** The hub's own: the server of this environment stands beside the hub. Apps that may not run elsewhere run here (ES-26). */
  onHub: z.boolean(),
  /** Whether servers of it may connect where a device on the way opens TLS (S17). Each server has to allow it as well. */
  allowInspectedTls: z.boolean(),
  servers: z.array(EnvironmentServer),
  executionsQueued: Count,
  executionsRunning: Count,
  createdAt: Instant,
})
export type Environment = z.infer<typeof Environment>
export const EnvironmentPage = pageOf(Environment)
export const CreateEnvironment = z.strictObject({
  name: Name,
  ownerId: z.optional(Id),
  /** Taken from the hub's own machine alone. */
  onHub: z.optional(z.boolean()),
})
export type CreateEnvironment = z.infer<typeof CreateEnvironment>

/** What of an environment is to be another from now on. */
export const ChangeEnvironment = z.strictObject({
  name: z.optional(Name),
  ownerId: z.optional(z.nullable(Id)),
  allowInspectedTls: z.optional(z.boolean()),
})
export type ChangeEnvironment = z.infer<typeof ChangeEnvironment>

/** What somebody who compared fingerprints says (S9). */
export const ConfirmEnvironmentServer = z.strictObject({
  /** The `keyFingerprint` that was compared: hexadecimal SHA-256. Where the server's key is another one by now, nothing is confirmed. */
  keyFingerprint: z.string().check(z.minLength(1), z.maxLength(200)),
})
export type ConfirmEnvironmentServer = z.infer<typeof ConfirmEnvironmentServer>

/** The query of taking a server's identity away. */
export const RevokeEnvironmentServer = z.strictObject({
  /**
   * Since when others may have had its key: what the hub gets from then on with a signature by any key that it has had until now is
   * *doubtful* (D40). It only ever moves back in time, also for a server that is revoked already.
   */
  compromisedFrom: z.optional(Instant),
})
export type RevokeEnvironmentServer = z.infer<typeof RevokeEnvironmentServer>

/** What to download (ES-2). The answer is the file itself; asking for it is audited (S9). */
export const CreateDownload = z.strictObject({
  kind: z.enum(['bundle', 'config', 'server']),
  serverName: z.optional(Name),
  /**
   * For a server that there is already, revoked or not: the file enrols it anew, under the same number with a new key, and a person
   * confirms the new fingerprint (D37). Its old identity ends with the download.
   */
  serverXid: z.optional(ServerXid),
  /** Leave the Node runtime out of a bundle. */
  withoutRuntime: z.optional(z.boolean()),
  /**
   * Whose Node.js a bundle carries; all else in it is for every platform. Without it, that of the server of `serverXid`, else the first of
   * the hub's runtimes.
   */
  platform: z.optional(Platform),
})
export type CreateDownload = z.infer<typeof CreateDownload>

/** Headers of a download's answer, beside the file in its body. */
export const downloadHeaders = {
  /** A sentence for whoever downloads, such as that the hub only knows names of its own machine (ES-27). */
  warning: 'postern-warning',
  /** The identity that the file will enrol as; absent for the server file alone. */
  serverXid: 'postern-server-xid',
} as const

/**
 * `.postern-envsvr/settings.json` of a bundle, and a `.env` file line by line. Names as in the menu (ES-11).
 * What it holds is worth nothing once the server has enrolled (S9).
 */
export const BundleSettings = z.object({
  apiURL: z.url(),
  brokerHost: z.string(),
  brokerPort: z.int().check(z.positive(), z.maximum(65_535)),
  serverName: z.string(),
  serverXid: ServerXid,
  enrolmentToken: z.string(),
  /** There where the environment allows it; what holds on the machine is decided there (S17). */
  allowInspectedTls: z.optional(z.boolean()),
})
export type BundleSettings = z.infer<typeof BundleSettings>

/** `.postern-envsvr/keystore/trust.json`: what a bundle pins and a hub cannot add to later (D7). All keys are SPKI PEM. */
export const BundleTrust = z.object({
  /** (1) The hub's CA certificate, PEM. */
  caCertificate: z.string(),
  /** (2) Ed25519 keys that sign commands. */
  commandKeys: z.array(z.string()),
  /** (4) Ed25519 keys that sign packages. */
  publisherKeys: z.array(z.string()),
  /** (5) Ed25519 keys that sign server files. */
  releaseKeys: z.array(z.string()),
})
export type BundleTrust = z.infer<typeof BundleTrust>

/** `postern-envsvr.mjs.sig`, beside a server file (D34): each is Ed25519 over `serverFileMessage`. One by a key that counts is enough. */
export const ServerFileSignature = z.object({
  ...PackageSignature.shape,
  /** By keys that follow that one; releases before protocol 7 do not look at them. */
  others: z.optional(z.array(PackageSignature).check(z.maxLength(countingKeysMax))),
})
export type ServerFileSignature = z.infer<typeof ServerFileSignature>

/**
 * What the signature beside a server file signs: not the file itself, since the key may be a publisher's (D7), and no package must
 * ever pass for a server file. `sha256` in hexadecimal.
 */
export function serverFileMessage(sha256: string): string {
  return `postern server file v1\n${sha256}`
}

/** An environment server's one enrolment. The bearer token of the request is the enrolment token. */
export const EnrolmentRequest = z.object({
  serverXid: ServerXid,
  /** EC P-256 public key for TLS, SPKI PEM. */
  publicKey: z.string().check(z.maxLength(2000)),
  /** Proof that the caller has the private key: ECDSA-SHA256 over `postern enrolment v1 LF serverXid LF enrolmentToken`. */
  proof: Base64,
  /** Raw 32-byte X25519 public key that job secrets are sealed to (D9). */
  sealingPublicKey: Base64,
  serverVersion: z.string().check(z.maxLength(50)),
  protocolVersion: z.int(),
  platform: z.string().check(z.maxLength(50)),
})
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>

export const EnrolmentResponse = z.object({
  /** Client certificate, CN = serverXid, PEM. */
  certificate: z.string(),
  /** First part of the MQTT password (S17). */
  brokerToken: z.string(),
  /** Bearer token for packages, logs and results. */
  appDeliveryToken: z.string(),
  /** Whether executions are placed at once, or wait for a person to confirm the fingerprint (S9). */
  confirmed: z.boolean(),
  hubTime: Instant,
})
export type EnrolmentResponse = z.infer<typeof EnrolmentResponse>

/**
 * The MQTT password is `brokerToken.proofTime.proof` (S17): proofTime in epoch seconds, at most 60 s off the hub's clock, proof
 * = base64url of ECDSA-SHA256 by the server's TLS key over `postern connect v1 LF serverXid LF proofTime`. It proves the key
 * above TLS too, so that it holds behind an external broker and shows TLS inspection. The user name is the serverXid.
 *
 * Where TLS is opened on the way no client certificate arrives. The server then names it: `brokerToken.proofTime.proof.serial`, the
 * serial number in hexadecimal, which the proof covers too.
 */
export const connectProof = {
  lifeSeconds: 60,
  message: (serverXid: string, proofTime: number) => `postern connect v1\n${serverXid}\n${proofTime}`,
  inspectedMessage: (serverXid: string, proofTime: number, serial: string) =>
    `postern connect inspected v1\n${serverXid}\n${proofTime}\n${serial}`,
} as const

/** How a hub's broker refuses an environment server: return codes of CONNACK (MQTT 3.1.1, 3.2.2.3). */
export const connectRefusals = {
  /** Identifier rejected: all that was shown is right, TLS is opened on the way, and its environment does not allow that (S17). */
  inspected: 2,
  /** Bad user name or password: all that was shown was right once, the proof of the key too, and its server was revoked since. */
  revoked: 4,
  /** Not authorized: whatever else does not fit. Who has not proved to be a server of the hub's learns nothing of any. */
  notAuthorized: 5,
} as const

/**
 * What a client of port 62000 offers by ALPN (RFC 7301; IANA's names). Who offers `mqtt` must show a client certificate, or the
 * handshake ends; with `http` beside it, it speaks MQTT in a WebSocket. Everyone else speaks HTTP and is not asked for one.
 */
export const edgeProtocols = { mqtt: 'mqtt', http: 'http/1.1' } as const

/** What `EnrolmentRequest.proof` signs. */
export function enrolmentProofMessage(serverXid: string, enrolmentToken: string): string {
  return `postern enrolment v1\n${serverXid}\n${enrolmentToken}`
}
