import type { ExecuteCommand, SandboxTier } from '@postern/protocol'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import type { HomeFolder } from './home-folder.ts'
import { parseFile } from './parse-file.ts'
import { readJson } from './settings.ts'

/**
 * `.postern-envsvr/policy.json`: what this server will do, whatever a hub commands (S16). Read at start only, and never written by
 * anything that a hub sends: a hub can ask for less than this, never for more. Unknown names are refused, since a misspelt
 * restriction would silently restrict nothing.
 */
export const LocalPolicy = z.strictObject({
  /** Run apps even where they cannot be kept apart (tier `none`, S2). */
  allowUnconfined: z._default(z.boolean(), false),
  /** Key ids of the publishers whose packages may run. Absent: every publisher that the bundle pins. */
  publishers: z.optional(z.array(z.string())),
  /** Program names that may run, `<name>` or `<name>@<sha256>`. Absent: every app. */
  apps: z.optional(z.array(z.string())),
  /** Names of the settings that the hub may set, of those that the table of settings allows at all (D31). Absent: none. */
  settings: z.optional(z.array(z.string())),
  /** What one execution may have on disk at a time, in megabytes. */
  diskMegabytesMax: z._default(z.int().check(z.positive()), 4_096),
  egress: z._default(
    z.strictObject({
      /** `host:port` that apps may reach although it is loopback, link-local or the like (S7). */
      allow: z._default(z.array(z.string().check(z.regex(/^.+:[0-9]{1,5}$/))), []),
      /** The only hosts that a command may open (`host`, `host:port`, `*.suffix`). Absent: those it names. */
      only: z.optional(z.array(z.string())),
    }),
    { allow: [] },
  ),
})
export type LocalPolicy = z.infer<typeof LocalPolicy>

export function readLocalPolicy(home: HomeFolder): LocalPolicy {
  if (!existsSync(home.policyFile)) return z.parse(LocalPolicy, {})
  return parseFile(LocalPolicy, readJson(home.policyFile), home.policyFile)
}

/** Why the policy forbids this command, as a sentence for the person who started the job; nothing if it allows it. */
export function forbiddenByPolicy(
  policy: LocalPolicy,
  app: Pick<ExecuteCommand['app'], 'programName' | 'packageSha256' | 'packageSignature'>,
  tier: SandboxTier,
): string | undefined {
  const publisher = app.packageSignature.keyId
  if (policy.publishers && !policy.publishers.includes(publisher)) {
    return `The local policy of this environment server does not allow packages of publisher ${publisher}.`
  }
  if (policy.apps && !policy.apps.some((entry) => namesApp(entry, app))) {
    return `The local policy of this environment server does not allow the app ${app.programName} in this version.`
  }
  if (tier === 'none' && !policy.allowUnconfined) {
    return 'This machine cannot keep apps apart (sandbox tier none). Install bubblewrap or allow user namespaces; only allowUnconfined in the local policy runs apps without.'
  }
  return undefined
}

function namesApp(entry: string, app: { programName: string; packageSha256: string }): boolean {
  return entry === app.programName || entry === `${app.programName}@${app.packageSha256}`
}
