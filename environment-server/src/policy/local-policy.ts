import { PolicyNarrowing } from '@postern/protocol'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { parseFile } from '../home/parse-file.ts'
import { readJson } from '../home/settings.ts'

/**
 * `.postern-envsvr/policy.json`: what this server will do, whatever a hub commands (S16). Never written by anything that a hub sends: a
 * hub can ask for less than this, never for more (D36). Unknown names are refused, since a misspelt restriction would silently restrict
 * nothing.
 */
export const LocalPolicy = z.strictObject({
  /**
   * What may run, by publisher, app, version, target and direction; of each, absent: all that the bundle pins and the hub commands. Its
   * `settings` are those that the hub may set, of those that the table of settings allows at all (D31); absent: none.
   */
  ...PolicyNarrowing.shape,
  /** Run apps even where they cannot be kept apart (tier `none`, S2). */
  allowUnconfined: z._default(z.boolean(), false),
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

export function readLocalPolicy(home: Pick<HomeFolder, 'policyFile'>): LocalPolicy {
  return parseFile(LocalPolicy, readPolicyFile(home), home.policyFile)
}

/** Changes these lists of the file, and leaves the rest as it stands there. */
export function changeLocalPolicy(home: Pick<HomeFolder, 'policyFile'>, changes: PolicyNarrowing): void {
  readLocalPolicy(home)
  const file = readPolicyFile(home) as Record<string, unknown>
  writeAtomically(home.policyFile, `${JSON.stringify({ ...file, ...changes }, null, 2)}\n`)
}

/** Names the publisher where the file names those whose packages may run; elsewhere there is nothing to add it to. */
export function allowPublisher(home: Pick<HomeFolder, 'policyFile'>, keyId: string): void {
  const { publishers } = readLocalPolicy(home)
  if (publishers !== undefined && !publishers.includes(keyId))
    changeLocalPolicy(home, { publishers: [...publishers, keyId] })
}

function readPolicyFile({ policyFile }: Pick<HomeFolder, 'policyFile'>): unknown {
  // No bundle holds one, so that none can be restored from there; a cure that begins anew must not pass for one that keeps the limits.
  const cure =
    ', or take your own copy of it: no bundle holds one, and without it this server runs all that the hub commands.'
  return existsSync(policyFile) ? readJson(policyFile, cure) : {}
}
