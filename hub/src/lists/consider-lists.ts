import { type RawBuilder, sql } from 'kysely'
import { lockClasses, tryLockRow } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import { statementsOf } from '../database/statements.ts'
import { isKeptFromExports, urlsOfWhitelistedHosts } from '../exclusions/never-exported.ts'
import { inVersion } from '../collections/version-queries.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { found, Problem } from '../lib/problem.ts'
import { moveLeftOut } from './left-out-values.ts'
import { type GuardedCounts, whyHeldBack } from './list-guard.ts'
import { listLimits } from './list-limits.ts'
import { type FirewallListRow, writeText, type WrittenText } from './write-text.ts'

/** What firewalls are given now; null where nothing is. */
type Served = Pick<FirewallListRow, 'served_count' | 'served_text_id'>
type Parts = { db: DatabaseConnection['db']; clock: Clock; log: Log }

/**
 * Writes lists whose collection has a newer version, and decides whether it is served or held back (D27).
 * @returns how many were written
 */
export async function considerFirewallLists({ db, clock, log }: Parts): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select l.id from firewall_list l where ${isDue(clock.now())}
    order by l.considered_at nulls first, l.id limit ${listLimits.writtenATurnMax}`.execute(db)
  let count = 0
  for (const { id } of rows) {
    try {
      if (await considerFirewallList({ db, clock, log }, id)) count += 1
    } catch (error) {
      // The list was changed meanwhile; its next turn sees it as it is then.
      if (failedBy(error, 'serializationFailure')) continue
      log.error({ err: error, listId: id }, 'a firewall list could not be written; what it serves stands')
      await rest(db, id, clock.now())
    }
  }
  return count
}

function isDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`l.considered_version <> (select c.version from collection c where c.id = l.collection_id)
    and (l.considered_at is null
      or l.considered_at + l.considered_ms * ${listLimits.restFactor}::int * interval '1 millisecond' <= ${now})`
}

async function considerFirewallList({ db, clock, log }: Parts, listId: string): Promise<boolean> {
  const startedMs = performance.now()
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      // One writer at a time.
      if (!(await tryLockRow(statementsOf(trx), lockClasses.firewallList, listId))) return false
      const { rows } = await sql<FirewallListRow & { version: number }>`
        select l.*, (select c.version from collection c where c.id = l.collection_id) as version
        from firewall_list l where l.id = ${listId} and ${isDue(clock.now())}`.execute(trx)
      const list = rows[0]
      if (list === undefined) return false
      const text = await writeText(trx, list, list.version, clock.now())
      let served: Served = list
      let reason = whyHeldBack(guardedCounts(list, text, served))
      if (reason !== undefined) {
        // What is served loses what must never be exported by now whatever the guard says, so that it is compared without that.
        served = await serveWithoutNeverExported(trx, list, clock, log)
        if (served.served_count !== null) reason = whyHeldBack(guardedCounts(list, text, served))
      }
      await sql`
        update firewall_list set considered_version = ${list.version}, considered_at = ${clock.now()},
          considered_ms = ${Math.round(performance.now() - startedMs)} where id = ${listId}`.execute(trx)
      await retire(trx, list.held_text_id, clock.now())
      if (reason === undefined) await serve(trx, list, served.served_text_id, text, clock)
      else await holdBack(trx, listId, list.version, text.id, reason)
      const { count, leftOut } = text
      const detail = { list: list.name, version: list.version, count, leftOut }
      if (reason === undefined) log.debug(detail, 'a firewall list was written')
      else log.warn({ ...detail, reason }, 'a version of a firewall list is held back until a person lets it go')
      return true
    })
}

function guardedCounts(list: FirewallListRow, text: WrittenText, served: Served): GuardedCounts {
  return {
    count: text.count,
    servedCount: served.served_count === null ? undefined : Number(served.served_count),
    valuesMax: list.values_max,
    shrinkPercentMax: list.shrink_percent_max,
  }
}

/** A text that says the same as the one that is served leaves that in place, and firewalls their copies. */
async function serve(
  trx: Db,
  list: FirewallListRow & { version: number },
  servedTextId: string | null,
  text: WrittenText,
  clock: Clock,
): Promise<void> {
  const { rows } = await sql<{ sha256: Buffer }>`
    select sha256 from list_text where id = ${servedTextId}`.execute(trx)
  if (rows[0]?.sha256.equals(text.sha256) === true) {
    if (servedTextId !== null) await moveLeftOut(trx, text.id, servedTextId)
    await sql`delete from list_text where id = ${text.id}`.execute(trx)
    await sql`
      update list_text set left_out = ${JSON.stringify(text.leftOut)}, collection_version = ${list.version}
      where id = ${servedTextId}`.execute(trx)
    await sql`
      update firewall_list set served_version = ${list.version}, held_version = null, held_reason = null, held_text_id = null
      where id = ${list.id}`.execute(trx)
    return
  }
  await serveText(trx, list.id, servedTextId, { id: text.id, version: list.version, count: text.count }, clock)
}

/** Puts a text in the place of the one that is served. */
async function serveText(
  trx: Db,
  listId: string,
  servedBefore: string | null,
  text: { id: string; version: number; count: number },
  clock: Clock,
): Promise<void> {
  // Not from when it began to be written: until now firewalls have fetched what was served before.
  const now = clock.now()
  await retire(trx, servedBefore, now)
  await sql`
    update firewall_list set served_version = ${text.version}, served_count = ${text.count}, served_since = ${now},
      served_text_id = ${text.id}, held_version = null, held_reason = null, held_text_id = null
    where id = ${listId}`.execute(trx)
}

/**
 * The version before goes on being served while the newest is held back, but not what must never be exported by now (S1): it is written
 * once more without that. Where that version is forgotten already, nothing is served until a person lets the newest go.
 * @returns what is served then
 */
async function serveWithoutNeverExported(trx: Db, list: FirewallListRow, clock: Clock, log: Log): Promise<Served> {
  if (list.served_version === null) return list
  const { isKnown, isTouched } = await judgeAnew(trx, list, list.served_version)
  if (!isKnown) {
    await retire(trx, list.served_text_id, clock.now())
    await sql`
      update firewall_list set served_version = null, served_count = null, served_since = null, served_text_id = null
      where id = ${list.id}`.execute(trx)
    log.warn({ list: list.name }, 'a firewall list serves nothing: what it served is too old to be judged anew')
    return { served_count: null, served_text_id: null }
  }
  if (!isTouched) return list
  const text = await writeText(trx, list, list.served_version, clock.now())
  const now = clock.now()
  await retire(trx, list.served_text_id, now)
  await sql`
    update firewall_list set served_count = ${text.count}, served_since = ${now}, served_text_id = ${text.id}
    where id = ${list.id}`.execute(trx)
  return { served_count: String(text.count), served_text_id: text.id }
}

/** Whether a version is kept still, and whether something in it must never be exported by now. */
async function judgeAnew(
  trx: Db,
  list: Pick<FirewallListRow, 'organization_id' | 'collection_id'>,
  version: number,
): Promise<{ isKnown: boolean; isTouched: boolean }> {
  const { rows } = await sql<{ isKnown: boolean; isTouched: boolean }>`
    select
      exists (select 1 from collection_version where collection_id = ${list.collection_id} and version = ${version}) as "isKnown",
      exists (
        select 1 from (
          select indicator_id from excluded_indicator where organization_id = ${list.organization_id} and blocks_export
          union select indicator_id from decision where organization_id = ${list.organization_id} and status = 'Whitelisted'
          union ${urlsOfWhitelistedHosts(list.organization_id)}
        ) judged
        where ${isKeptFromExports(list.organization_id, sql`judged.indicator_id`)} and exists (
          select 1 from collection_member m
          where m.collection_id = ${list.collection_id} and m.indicator_id = judged.indicator_id and ${inVersion(version)}
            and not m.excluded)
      ) as "isTouched"`.execute(trx)
  return rows[0] ?? { isKnown: false, isTouched: true }
}

/**
 * Serves the version that a person lets go. It may have been held back for long, so that what must never be exported by now is left out
 * of it (S1): where it has something of that, it is written anew.
 * @throws Problem `conflict` where that version is forgotten
 */
export async function serveHeld(
  trx: Db,
  listId: string,
  held: { textId: string; version: number },
  clock: Clock,
): Promise<{ count: number }> {
  const { rows } = await sql<FirewallListRow & { heldCount: string }>`
    select l.*, (select value_count from list_text where id = ${held.textId}) as "heldCount"
    from firewall_list l where l.id = ${listId}`.execute(trx)
  const list = found(rows[0], 'list')
  const { isKnown, isTouched } = await judgeAnew(trx, list, held.version)
  if (!isKnown)
    throw new Problem('conflict', `Version ${held.version} is too old to be judged anew. Refresh its data collection.`)
  const text = isTouched
    ? await writeText(trx, list, held.version, clock.now())
    : { id: held.textId, count: Number(list.heldCount) }
  if (isTouched) await retire(trx, held.textId, clock.now())
  await serveText(trx, listId, list.served_text_id, { ...text, version: held.version }, clock)
  return { count: text.count }
}

async function holdBack(trx: Db, listId: string, version: number, textId: string, reason: string): Promise<void> {
  await sql`
    update firewall_list set held_version = ${version}, held_reason = ${reason}, held_text_id = ${textId}
    where id = ${listId}`.execute(trx)
}

/** Nobody is given this text any more; who reads it may come to its end. */
export async function retire(trx: Db, textId: string | null, now: Date): Promise<void> {
  if (textId === null) return
  await sql`update list_text set replaced_at = ${now} where id = ${textId}`.execute(trx)
}

/** A list that cannot be written is tried again in a minute. */
async function rest(db: Db, listId: string, now: Date): Promise<void> {
  await sql`
    update firewall_list set considered_at = ${now}, considered_ms = greatest(considered_ms, ${60_000 / listLimits.restFactor}::int)
    where id = ${listId}`.execute(db)
}

/** @returns how many texts went */
export async function forgetReplacedTexts(db: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - listLimits.replacedMinutesKept * 60_000)
  const { numAffectedRows } = await sql`delete from list_text where replaced_at < ${before}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
