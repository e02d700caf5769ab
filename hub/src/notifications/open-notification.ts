import { consolePages } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** How each bad end of an execution is said. */
const badEnds: Record<string, string> = {
  failed: 'failed',
  'timed-out': 'was ended at its time-out',
  unknown: 'was lost, and what it did is not known',
  refused: 'was refused by its environment server',
}

/** Ends of attempts that the environment server brought about: what is said of them is its own sentence, and no word of the app's. */
const endsByServer = ['limit', 'timed-out', 'refused', 'interrupted', 'lease-lost']
/** Of that sentence: a mail is no log. */
const reasonCharactersMax = 300

/**
 * What the end of an execution means for whoever is to be told: it opens a notification, counts in the open one, or closes what it is
 * the opposite of. In the transaction that ends it, so that no end goes untold.
 */
export async function noteEnd(trx: Db, executionId: string, state: string, now: Date): Promise<void> {
  const badEnd = badEnds[state]
  if (badEnd !== undefined) return await open(trx, executionId, 'failed', badEnd, now)
  if (state === 'partial') {
    await close(trx, executionId, ['failed'], 'was done in part', now)
    return await open(trx, executionId, 'partial', 'was done only in part', now)
  }
  if (state !== 'succeeded') return
  await sql`update job set owed_since = null
    where id = (select job_id from execution where id = ${executionId}) and owed_since is not null`.execute(trx)
  await close(trx, executionId, ['failed', 'partial', 'missed'], 'succeeded', now)
}

async function open(trx: Db, executionId: string, kind: 'failed' | 'partial', how: string, now: Date): Promise<void> {
  await sql`
    insert into notification (organization_id, key, kind, job_id, environment_id, page, name, sentence, opened_at, last_at)
    select e.organization_id, concat('job:', j.id, ':', ${kind}::text), ${kind}::text, j.id, e.environment_id,
      ${consolePages.execution(executionId)}, j.name,
      concat('Execution ', e.id, ' of job ', j.name, ' ', ${how}::text, '. ', ${whyAndWhere}, '.'), ${now}, ${now}
    from execution e join job j on j.id = e.job_id join environment on environment.id = e.environment_id
    left join lateral (
      select outcome, exit_code, server_xid from attempt where execution_id = e.id order by number desc limit 1
    ) a on true
    left join environment_server s on s.server_xid = a.server_xid
    where e.id = ${executionId}
    on conflict (organization_id, key) where closed_at is null do update
    set times = notification.times + 1, last_at = excluded.last_at, sentence = excluded.sentence, page = excluded.page`.execute(
    trx,
  )
}

/** What the last attempt came to, and where. An app's own words are not repeated: they could hold values (D33). */
const whyAndWhere = sql`concat(
  case
    when a.outcome = 'exited' then concat('Its app ended with exit code ', a.exit_code)
    when a.outcome = 'signalled' then 'Its app was ended by a signal'
    when a.outcome = any(${endsByServer}::text[]) and e.message <> ''
      then concat(rtrim(left(e.message, ${reasonCharactersMax}::int), '.'), '. It was')
    else 'It was'
  end,
  case when s.name is null then ' for' else concat(' on environment server ', s.name, ' of') end,
  ' environment ', environment.name)`

async function close(trx: Db, executionId: string, kinds: string[], how: string, now: Date): Promise<void> {
  await sql`
    update notification n
    set closed_at = ${now}, page = ${consolePages.execution(executionId)},
      closed_sentence = concat('Execution ', e.id, ' of job ', j.name, ' ', ${how}::text, '.')
    from execution e join job j on j.id = e.job_id
    where e.id = ${executionId} and n.job_id = (select job_id from execution where id = ${executionId})
      and n.closed_at is null and n.kind = any(${kinds}::text[])`.execute(trx)
}
