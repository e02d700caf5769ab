import { type InstallJson, PosternJson } from '@postern/protocol'
import * as z from 'zod'
import { readInstallJson } from '../apps/apps.ts'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'

/** What an app says of itself, as far as it matters here. */
type FeedApp = { install: InstallJson; postern: PosternJson | undefined }

/** A package that suggests rules in ThreatConnect's way says by it that it deletes nothing itself. */
export function neverDeletes({ install, postern }: FeedApp): boolean {
  return postern?.deletes === false || (postern?.deletes === undefined && WithRules.safeParse(install).success)
}

/** `install.json` as ThreatConnect's feed deployer reads it; whatever else stands there is no reason to refuse the package. */
const WithRules = z.object({
  feeds: z.array(z.unknown()).refine((feeds) => feeds.some((feed) => FeedWithRules.safeParse(feed).success)),
})
const FeedWithRules = z.object({ deprecation: z.array(z.unknown()).min(1) })

/**
 * What a feed that never deletes asserts would stay for ever, so the owner that it writes to ages it by rules (FD-9).
 * @throws Problem `conflict` where the owner has none
 */
export async function requireRules(trx: Db, owner: { id: string; name: string }): Promise<void> {
  // So that nobody takes the rules away meanwhile (rules.ts).
  await trx.selectFrom('owner').select('id').where('id', '=', owner.id).forShare().executeTakeFirst()
  const rule = await trx
    .selectFrom('deprecation_rule')
    .select('owner_id')
    .where('owner_id', '=', owner.id)
    .executeTakeFirst()
  if (rule !== undefined) return
  throw new Problem(
    'conflict',
    `owner: this app never deletes what its source has no longer, and "${owner.name}" has no rules by which its indicators lose confidence. Give it one under Deprecation on the owner's page, or with PUT /v1/owners/${owner.id}/deprecation; or save the job disabled.`,
  )
}

/** @throws Problem `conflict` where an enabled job needs the rules that are to be taken away */
export async function requireNobodyNeedsRules(trx: Db, ownerId: string): Promise<void> {
  const rows = await trx
    .selectFrom('job')
    .innerJoin('app_version', (join) =>
      join.onRef('app_version.app_id', '=', 'job.app_id').on('app_version.is_current', '=', true),
    )
    .select(['job.name', 'app_version.install_json', 'app_version.postern_json'])
    .where('job.owner_id', '=', ownerId)
    .where('job.enabled', '=', true)
    .where('job.deleted_at', 'is', null)
    .orderBy('job.name')
    .execute()
  const job = rows.find(({ install_json, postern_json }) =>
    neverDeletes({
      install: readInstallJson(install_json),
      postern: postern_json === null ? undefined : PosternJson.parse(postern_json),
    }),
  )
  if (job === undefined) return
  throw new Problem(
    'conflict',
    `rules: the app of the job "${job.name}" never deletes, so its owner keeps at least one rule. Change the rules instead, or disable the job first.`,
  )
}
