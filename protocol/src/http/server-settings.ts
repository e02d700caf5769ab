import * as z from 'zod/mini'
import { Count, Instant, ServerXid, Sha256 } from '../primitives.ts'
import { ReportedPolicy } from './reported-policy.ts'
import { KeyId } from './signing-key.ts'

/** The value of a setting that is no secret. */
export const SettingValue = z.union([z.string().check(z.maxLength(2048)), z.int(), z.boolean()])
export type SettingValue = z.infer<typeof SettingValue>

export const SettingName = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/))

/**
 * Where a setting's value is from: the bundle that the server was unzipped from or the `.env` that moved it, `configure.sh`, the hub,
 * a person's own edit of `settings.json`, or the table of settings itself. Secrets: `enrolment` or `configure.sh`.
 */
export const SettingOrigin = z.enum(['bundle', 'configure.sh', 'hub', 'file', 'enrolment', 'default'])
export type SettingOrigin = z.infer<typeof SettingOrigin>

/** A setting as its environment server reports it (D31): enough to show and to edit it, whichever release the server is. */
export const ReportedSetting = z.object({
  /** Its number in the menu of configure.sh. */
  number: z.int().check(z.positive()),
  name: SettingName,
  kind: z.enum(['text', 'whole-number', 'switch', 'choice']),
  /** Bounds of a whole number, inclusive. */
  smallest: z.optional(z.int()),
  largest: z.optional(z.int()),
  /** Of a choice; empty is one more where there is no default. */
  choices: z.optional(z.array(z.string().check(z.maxLength(64))).check(z.maxLength(20))),
  secret: z.boolean(),
  /** In force; null: empty, or a secret, which no report holds. */
  value: z.nullable(SettingValue),
  /** False: empty, or its default. */
  isSet: z.boolean(),
  origin: SettingOrigin,
  help: z.string().check(z.maxLength(500)),
  /** Whether the table of settings and the local policy both let the hub set it. */
  hubMaySet: z.boolean(),
})
export type ReportedSetting = z.infer<typeof ReportedSetting>

/** What became of a `configure` command, until the hub has heard it. */
export const ConfigureAnswer = z.object({
  commandId: z.uuid(),
  outcome: z.enum(['applied', 'refused']),
  /** Why it was refused, for a person. */
  detail: z.string().check(z.maxLength(2000)),
})
export type ConfigureAnswer = z.infer<typeof ConfigureAnswer>

/** Environment server → hub, over HTTPS: after a start, and whenever a setting changed or a command was answered. */
export const ServerSettingsReport = z.object({
  settings: z.array(ReportedSetting).check(z.maxLength(100)),
  answers: z.array(ConfigureAnswer).check(z.maxLength(100)),
  /** Of the token by which it may say that it is locked; it lies outside of the keychain, and opens nothing else. */
  lockedTokenSha256: z.optional(Sha256),
  policy: z.optional(ReportedPolicy),
  /** Ids of keys that it trusts (D7): for commands, for packages, for server files. */
  commandKeys: z.optional(z.array(KeyId).check(z.maxLength(100))),
  publisherKeys: z.optional(z.array(KeyId).check(z.maxLength(300))),
  releaseKeys: z.optional(z.array(KeyId).check(z.maxLength(300))),
})
export type ServerSettingsReport = z.infer<typeof ServerSettingsReport>

/** Environment server → hub, over HTTPS, with that token as bearer token, as long as its keychain is locked (ES-10). */
export const LockedNotice = z.strictObject({ serverXid: ServerXid })
export type LockedNotice = z.infer<typeof LockedNotice>

/** New values by name; null empties a setting, so that its default holds. Only those that say `hubMaySet`. */
export const SettingChanges = z
  .record(SettingName, z.nullable(SettingValue))
  .check(z.refine((changes) => Object.keys(changes).length <= 20, { error: 'At most 20 settings at a time' }))
export type SettingChanges = z.infer<typeof SettingChanges>

export const ChangeServerSettings = z.strictObject({ settings: SettingChanges })
export type ChangeServerSettings = z.infer<typeof ChangeServerSettings>

/** What was asked of a server last, and what it said. */
export const SettingsRequest = z.object({
  requestedBy: z.string(),
  requestedAt: Instant,
  settings: SettingChanges,
  /** `expired`: the server was not heard for a day. */
  state: z.enum(['waiting', 'applied', 'refused', 'expired']),
  detail: z.string(),
})
export type SettingsRequest = z.infer<typeof SettingsRequest>

/** A server's settings as it reported them last. */
export const ServerSettings = z.object({
  /** Null: it has not reported any, as releases before protocol 3 do not. */
  reportedAt: z.nullable(Instant),
  settings: z.array(ReportedSetting),
  /** How many of them are not at their default. */
  changed: Count,
  lastRequest: z.nullable(SettingsRequest),
})
export type ServerSettings = z.infer<typeof ServerSettings>
