import type { Mail } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { mailLimits } from './mail-limits.ts'
import type { MailSettingsFeature } from './mail-settings.ts'
import { type MailContent, type MailOutcome, sendMail, type SmtpAccess } from './send-mail.ts'
import type { MailWords } from './mail-text.ts'

const dayMs = 24 * 3_600_000

export type MailQueueParts = {
  db: DatabaseConnection['db']
  clock: Clock
  settings: Pick<MailSettingsFeature, 'access'>
  log: Log
  send?: (access: SmtpAccess, mail: MailContent) => Promise<MailOutcome>
}

type Due = { id: string; address: string; subject: string; text: string; html: string; tries: number; createdAt: Date }

/**
 * Mails wait in PostgreSQL. A mail is claimed by moving its next try on before it is sent, so that no two hubs send it at once, and a hub
 * that dies in between sends it twice rather than never; both have one Message-ID.
 */
export function createMailQueue({ db, clock, settings, log, send = sendMail }: MailQueueParts) {
  /** Every second. @returns how many were tried */
  async function tick(): Promise<number> {
    const access = await settings.access()
    await giveUpOld()
    if (access === undefined) return 0
    for (let tried = 0; tried < mailLimits.mailsATurnMax; tried += 1) {
      const mail = await claim()
      if (mail === undefined) return tried
      await record(
        mail,
        await send(access, { ...mail, to: mail.address, messageId: messageIdOf(mail.id, access.from) }),
      )
    }
    return mailLimits.mailsATurnMax
  }

  async function claim(): Promise<Due | undefined> {
    const now = clock.now()
    const { rows } = await sql<Due>`
      update mail set tries = tries + 1,
        next_try_at = ${now}::timestamptz + least(${mailLimits.retryLongestMs}, ${mailLimits.retryFirstMs} * 2 ^ least(tries, 20)) * interval '1 ms'
      where id = (select id from mail where next_try_at <= ${now} and sent_at is null and given_up_at is null
        order by next_try_at limit 1 for update skip locked)
      returning id, address, subject, text, html, tries, created_at as "createdAt"`.execute(db)
    return rows[0]
  }

  async function record(mail: Due, outcome: MailOutcome): Promise<void> {
    const now = clock.now()
    const isOver = outcome.is === 'not-sent' && outcome.forGood
    if (outcome.is === 'not-sent')
      log.warn({ mailId: mail.id, tries: mail.tries, said: outcome.said }, 'a mail was not sent')
    await db
      .updateTable('mail')
      .set({
        answer: outcome.said,
        ...(outcome.is === 'sent' ? { sent_at: now } : {}),
        ...(isOver ? { given_up_at: now } : {}),
      })
      .where('id', '=', mail.id)
      .execute()
  }

  /** Also where mail is not set up any more: what is days old helps nobody. */
  async function giveUpOld(): Promise<void> {
    const now = clock.now()
    await db
      .updateTable('mail')
      .set({ given_up_at: now })
      .where('created_at', '<', new Date(now.getTime() - mailLimits.triedMs))
      .where('sent_at', 'is', null)
      .where('given_up_at', 'is', null)
      .execute()
  }

  /** Every hour. */
  async function tidy(): Promise<void> {
    await sql`delete from mail where (sent_at is not null or given_up_at is not null)
      and created_at < ${new Date(clock.now().getTime() - mailLimits.mailDays * dayMs)}`.execute(db)
  }

  /** Newest first. @param before the id of the last row of the page before */
  async function list(organizationId: string, before: string | undefined, rowsMax: number): Promise<Mail[]> {
    let query = db
      .selectFrom('mail')
      .select(['id', 'address', 'subject', 'created_at', 'tries', 'next_try_at', 'sent_at', 'given_up_at', 'answer'])
      .where('organization_id', '=', organizationId)
      .orderBy('id', 'desc')
      .limit(rowsMax)
    if (before !== undefined) query = query.where('id', '<', before)
    return (await query.execute()).map((row) => ({
      id: row.id,
      to: row.address,
      subject: row.subject,
      state: row.sent_at !== null ? 'sent' : row.given_up_at !== null ? 'given-up' : 'waiting',
      createdAt: row.created_at.toISOString(),
      tries: row.tries,
      nextTryAt: row.sent_at === null && row.given_up_at === null ? row.next_try_at.toISOString() : null,
      sentAt: row.sent_at?.toISOString() ?? null,
      said: row.answer,
    }))
  }

  return { tick, tidy, list }
}

/** Puts a mail into the queue; in the transaction of what it tells of. */
export async function queueMail(
  trx: Db,
  organizationId: string,
  address: string,
  words: MailWords,
  now: Date,
): Promise<void> {
  await trx
    .insertInto('mail')
    .values({ organization_id: organizationId, address, ...words, created_at: now, next_try_at: now })
    .execute()
}

function messageIdOf(mailId: string, from: string): string {
  return `<postern-${mailId}@${from.slice(from.lastIndexOf('@') + 1)}>`
}
