import { type Notification, NotificationKind } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { notificationLimits } from './notification-limits.ts'
import type { Settings } from '../settings/settings.ts'
import { createDigest } from './digest.ts'
import { createNotificationWatch } from './notification-watch.ts'
import { createRules } from './rules.ts'

export type NotificationsParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  settings: Pick<Settings, 'publicNames'>
}

export type NotificationsFeature = ReturnType<typeof createNotifications>

/** What is the matter, and who is told of it (D33). */
export function createNotifications({ db, clock, audit, settings }: NotificationsParts) {
  /** Newest first. @param before the id of the last row of the page before */
  async function list(
    organizationId: string,
    { isOpen }: { isOpen: boolean | undefined },
    before: string | undefined,
    rowsMax: number,
  ): Promise<Notification[]> {
    let query = db
      .selectFrom('notification')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('id', 'desc')
      .limit(rowsMax)
    if (isOpen !== undefined) query = query.where('closed_at', isOpen ? 'is' : 'is not', null)
    if (before !== undefined) query = query.where('id', '<', before)
    return (await query.execute()).map((row) => ({
      id: row.id,
      kind: z.parse(NotificationKind, row.kind),
      name: row.name,
      sentence: row.sentence,
      page: row.page,
      times: row.times,
      openedAt: row.opened_at.toISOString(),
      lastAt: row.last_at.toISOString(),
      closedAt: row.closed_at?.toISOString() ?? null,
      closedSentence: row.closed_sentence,
    }))
  }

  /** Every hour. */
  async function tidy(): Promise<void> {
    const before = new Date(clock.now().getTime() - notificationLimits.closedDays * 86_400_000)
    await sql`delete from notification where closed_at < ${before}`.execute(db)
  }

  const watch = createNotificationWatch({ db, clock })
  const digest = createDigest({ db, clock, settings })
  return { list, tidy, rules: createRules({ db, clock, audit }), watch: watch.tick, tell: digest.tick }
}
