import { consolePages, type NotificationKind } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { mailLimits } from '../mail/mail-limits.ts'
import { notificationLimits } from './notification-limits.ts'
import { queueMail } from '../mail/mail-queue.ts'
import { isMailSetUp } from '../mail/mail-settings.ts'
import { type MailWords, mailWords } from '../mail/mail-text.ts'
import type { Settings } from '../settings/settings.ts'

type Recipient = { organizationId: string; address: string }
type News = {
  kind: NotificationKind
  name: string
  page: string
  part: 'opened' | 'closed'
  sentence: string
  at: Date
  times: number
}

export type DigestParts = { db: DatabaseConnection['db']; clock: Clock; settings: Pick<Settings, 'publicNames'> }

/** Who is told, and how often (D33): from notifications over rules to one mail a recipient, however much happened. */
export function createDigest({ db, clock, settings }: DigestParts) {
  /** Every second. @returns how many mails were written */
  async function tick(): Promise<number> {
    await handOut(db, await isMailSetUp(db))
    for (let written = 0; written < notificationLimits.recipientsATurnMax; written += 1) {
      if (!(await db.transaction().execute(async (trx) => await writeNext(trx)))) return written
    }
    return notificationLimits.recipientsATurnMax
  }

  async function writeNext(trx: Db): Promise<boolean> {
    const now = clock.now()
    const recipient = await dueRecipient(trx, new Date(now.getTime() - mailLimits.digestMs))
    if (recipient === undefined) return false
    const { news, count } = await takeNews(trx, recipient)
    const { apiURL } = await settings.publicNames(trx)
    await queueMail(trx, recipient.organizationId, recipient.address, digestOf(news, count, apiURL), now)
    await trx
      .updateTable('mail_recipient')
      .set({ mailed_at: now })
      .where('organization_id', '=', recipient.organizationId)
      .where('address', '=', recipient.address)
      .execute()
    return true
  }

  return { tick }
}

/** Asks the rules about each opening and each end, once. Where mail is not set up nothing is kept for later: the console shows it all. */
async function handOut(db: Db, isSetUp: boolean): Promise<void> {
  await sql`
    with untold as (
      select id, organization_id, kind, job_id, environment_id, closed_at, is_opening_told, is_closing_told from notification
      where not is_opening_told or (closed_at is not null and not is_closing_told)
      order by id limit ${notificationLimits.notificationsATurnMax} for update skip locked),
    part as (
      select *, 'opened' as part from untold where not is_opening_told
      union all select *, 'closed' as part from untold where closed_at is not null and not is_closing_told),
    wanted as (
      select distinct p.organization_id, address, p.id, p.part
      from part p
      join notification_rule r on r.organization_id = p.organization_id and p.kind = any(r.kinds)
        and (r.job_id is null or r.job_id = p.job_id) and (r.environment_id is null or r.environment_id = p.environment_id)
      cross join unnest(r.recipients) address
      where ${isSetUp}::boolean),
    recipients as (
      insert into mail_recipient (organization_id, address) select distinct organization_id, address from wanted on conflict do nothing),
    news as (
      insert into mail_news (organization_id, address, notification_id, part)
      select organization_id, address, id, part from wanted on conflict do nothing)
    update notification n set is_opening_told = true, is_closing_told = untold.closed_at is not null
    from untold where n.id = untold.id`.execute(db)
}

async function dueRecipient(trx: Db, before: Date): Promise<Recipient | undefined> {
  const { rows } = await sql<Recipient>`
    select r.organization_id as "organizationId", r.address from mail_recipient r
    where (r.mailed_at is null or r.mailed_at <= ${before})
      and exists (select 1 from mail_news w where w.organization_id = r.organization_id and w.address = r.address)
    order by r.mailed_at nulls first limit 1 for update skip locked`.execute(trx)
  return rows[0]
}

/** Takes all, and reads as many as one mail lists: what opened before what closed, the newest first. */
async function takeNews(trx: Db, { organizationId, address }: Recipient): Promise<{ news: News[]; count: number }> {
  const { rows } = await sql<News & { count: string }>`
    with taken as (
      delete from mail_news where organization_id = ${organizationId} and address = ${address} returning notification_id, part)
    select n.kind, n.name, n.page, t.part, n.times,
      case when t.part = 'opened' then n.sentence else n.closed_sentence end as sentence,
      case when t.part = 'opened' then n.last_at else n.closed_at end as at,
      count(*) over () as count
    from taken t join notification n on n.id = t.notification_id
    order by t.part desc, n.id desc limit ${mailLimits.itemsMax}`.execute(trx)
  return { news: rows, count: Number(rows[0]?.count ?? 0) }
}

function digestOf(news: readonly News[], count: number, apiURL: string): MailWords {
  const [only] = news
  const subject = count === 1 && only !== undefined ? headline(only) : `${count} messages`
  const items = news.map(({ sentence, times, page, at, part }) => ({
    sentence: times > 1 && part === 'opened' ? `${sentence} It happened ${times} times.` : sentence,
    link: `${apiURL}${page}`,
    at,
  }))
  const more = `${apiURL}${consolePages.notifications}`
  const why = 'All that is the matter, and the rules by which this was sent to you:'
  return mailWords(`Postern: ${subject}`, items, { rest: count - news.length, more, why })
}

const headlines: Record<NotificationKind, Record<News['part'], string>> = {
  failed: { opened: 'failed', closed: 'is in order again' },
  partial: { opened: 'was done only in part', closed: 'is in order again' },
  missed: { opened: 'has not succeeded in time', closed: 'is in order again' },
  'server-offline': { opened: 'is offline', closed: 'is heard again' },
  'certificate-expiring': { opened: 'has a certificate that ends soon', closed: 'has a new certificate' },
  'approval-needed': { opened: 'needs approval', closed: 'needs no approval any more' },
}

function headline({ kind, name, part }: News): string {
  return `${name} ${headlines[kind][part]}`
}
