import { sql } from 'kysely'
import type { DatabaseConnection } from '../../database/database.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { Problem } from '../../lib/problem.ts'
import { isMailSetUp } from '../../mail/mail-settings.ts'
import type { Caller } from '../caller.ts'
import { passwordLimits as limits } from './password-limits.ts'
import { newPasswordLink } from './password-link.ts'
import { PasswordLinkStore } from './password-link-store.ts'
import type { PasswordLinks } from './password-links.ts'
import { type ReachableUser, UserStore } from '../user-store.ts'

export type PasswordRequestsParts = {
  db: DatabaseConnection['db']
  clock: Clock
  links: Pick<PasswordLinks, 'send' | 'keepMailed'>
  log: Log
}

type Due = { id: string; name: string; address: string; askedAt: Date }

const minuteMs = 60_000

export type PasswordRequests = ReturnType<typeof createPasswordRequests>

/**
 * "Forgotten password". A stranger's request is only written down: whether anybody is known by the name is looked up by a later turn,
 * so that neither the answer nor how long it takes depends on it. The turn mails a link for each account to the address that the account
 * has, and keeps what the mail server took. What it did not take is tried again with a new link, since a token is kept nowhere.
 */
export function createPasswordRequests({ db, clock, links, log }: PasswordRequestsParts) {
  async function take(name: string, address: string): Promise<void> {
    const now = clock.now()
    const network = networkOf(address)
    const since = new Date(now.getTime() - limits.requestWindowMinutes * minuteMs)
    const { rows } = await sql<{ ofNetwork: string; waiting: string }>`select
      (select count(*) from password_request where network = ${network} and asked_at > ${since}) as "ofNetwork",
      (select count(*) from password_request where next_try_at is not null) as waiting`.execute(db)
    const [counts] = rows
    if (
      Number(counts?.ofNetwork) >= limits.networkRequestsMax ||
      Number(counts?.waiting) >= limits.waitingRequestsMax
    ) {
      throw new Problem('too-many', 'Too many links were asked for. Wait an hour, or ask an administrator for one.')
    }
    await sql`insert into password_request (name, address, network, asked_at, next_try_at)
      values (${name}, ${address}, ${network}, ${now}, ${now})`.execute(db)
  }

  /** Every second. */
  async function tick(): Promise<void> {
    for (let answered = 0; answered < limits.requestsATurnMax; answered += 1) {
      const request = await claim()
      if (request === undefined) return
      if (!(await answer(request))) continue
      await db.updateTable('password_request').set({ next_try_at: null }).where('id', '=', request.id).execute()
    }
  }

  /** By moving the next try on, so that no two hubs answer it at once, and one that dies leaves it to the next try. */
  async function claim(): Promise<Due | undefined> {
    const now = clock.now()
    const { rows } = await sql<Due>`
      update password_request set tries = tries + 1, next_try_at = ${new Date(now.getTime() + limits.retryMinutes * minuteMs)}
      where id = (select id from password_request where next_try_at <= ${now}
        order by next_try_at limit 1 for update skip locked)
      returning id, name, address, asked_at as "askedAt"`.execute(db)
    return rows[0]
  }

  /** @returns whether that was all that can be done */
  async function answer(request: Due): Promise<boolean> {
    if (!(await isMailSetUp(db))) return true
    const users = await new UserStore(db).reachableBy(request.name, limits.accountsMax)
    let isAllSent = true
    for (const user of users) isAllSent = (await mailLink(user, request)) && isAllSent
    return isAllSent || clock.now().getTime() - request.askedAt.getTime() >= limits.triedMinutes * minuteMs
  }

  /** @returns false where it is to be tried again */
  async function mailLink(user: ReachableUser, { id, address }: Due): Promise<boolean> {
    const now = clock.now()
    const since = new Date(now.getTime() - limits.mailedAgainMinutes * minuteMs)
    // Whoever asks again and again sends nobody a heap of mails.
    if (await new PasswordLinkStore(db).wasAskedForSince(user.id, since)) return true
    const link = newPasswordLink(user, now)
    const { isSent, said } = await links.send(user.mail_address, link)
    // Kept only now: a hub that dies before leaves no link that looks as if it was mailed.
    if (isSent) return await links.keepMailed(asker(user), link, address)
    log.warn({ passwordRequestId: id, said }, 'a password link was not mailed')
    return false
  }

  /** Every hour. */
  async function tidy(): Promise<void> {
    const now = clock.now()
    const before = new Date(now.getTime() - limits.requestWindowMinutes * minuteMs)
    await db.deleteFrom('password_request').where('asked_at', '<=', before).execute()
    await new PasswordLinkStore(db).removeExpired(now)
  }

  return { take, tick, tidy }
}

/** For the audit, of the user's organization: who asks at the sign-in page is nobody that the hub knows. */
function asker({ organization_id: organizationId }: ReachableUser): Caller {
  return { kind: 'machine', name: 'forgotten password', role: 'administrator', organizationId }
}

/** As SQL, a network of the size that one household or one machine has; null on the machine's own door. */
function networkOf(address: string) {
  // A link-local address comes with the machine's own name of the link, which PostgreSQL takes for no address.
  const plain = address.replace(/^::ffff:/i, '').replace(/%.*$/, '')
  if (plain === '') return sql<string | null>`null::cidr`
  return sql<
    string | null
  >`network(set_masklen(${plain}::inet, case family(${plain}::inet) when 4 then 24 else 64 end))`
}
