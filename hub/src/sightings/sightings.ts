import type { IndicatorLifecycle, ReportFalsePositive, ReportSighting, Sighting } from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
import { applyNow, explainLifecycle, lockIndicator } from '../lifecycle/lifecycle.ts'
import type { Owners } from '../owners/owners.ts'
import { createAnalyses } from './analysis.ts'
import { addFalsePositive, addSighting, pageOfSightings, toSighting } from './sighting-store.ts'

export type SightingParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  owners: Pick<Owners, 'writable'>
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

export type Sightings = ReturnType<typeof createSightings>

/** Who saw an indicator, and who says that it is harmless. */
export function createSightings({ db, clock, audit, owners, onTouched }: SightingParts) {
  async function list(
    caller: PersonCaller,
    indicatorId: string,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<{ data: Sighting[]; next?: string }> {
    await mustHaveIndicator(caller.organizationId, indicatorId)
    const after = cursor === undefined ? undefined : readCursor(cursor)
    const rows = await pageOfSightings(db, caller.organizationId, indicatorId, after, limit + 1)
    const { data, ...next } = pageOf(rows, limit, writeCursor)
    return { data: data.map(toSighting), ...next }
  }

  async function mustHaveIndicator(organizationId: string, indicatorId: string): Promise<void> {
    const view = await db
      .selectFrom('indicator_view')
      .select('indicator_id')
      .where('organization_id', '=', organizationId)
      .where('indicator_id', '=', indicatorId)
      .executeTakeFirst()
    found(view, 'indicator')
  }

  /** In force when this returns. An app reports in its job's owner's name, and for its job's control. */
  async function report(
    caller: Caller,
    indicatorId: string,
    { owner: ownerName, seenAt, count = 1 }: ReportSighting,
    address?: string,
  ): Promise<Sighting> {
    const organizationId = organizationOf(caller)
    await mustHaveIndicator(organizationId, indicatorId)
    const owner = await owners.writable(caller, ownerName)
    const now = clock.now()
    const at = seenAt === undefined ? now : new Date(seenAt)
    const sighting = await db.transaction().execute(async (trx) => {
      if (!(await lockIndicator(trx, organizationId, indicatorId))) found(undefined, 'indicator')
      if (at.getTime() > now.getTime())
        throw new Problem('invalid', `seenAt: ${seenAt} has not come yet; nobody can have seen anything then.`)
      const added = await addSighting(trx, {
        organizationId,
        indicatorId,
        ownerId: owner.id,
        controlId: caller.kind === 'execution' ? caller.controlId : null,
        seenAt: at,
        count,
        recordedBy: caller.name,
        now,
      })
      await applyNow(trx, organizationId, indicatorId, now)
      const detail = { owner: owner.name, seenAt: added.seenAt, count }
      await audit.record(trx, caller, 'indicator.sighting', `indicator ${indicatorId}`, detail, address)
      return added
    })
    onTouched(organizationId)
    return sighting
  }

  /** Counts once a day and person. @returns what it made of the indicator */
  async function reportFalsePositive(
    caller: PersonCaller,
    indicatorId: string,
    { note }: ReportFalsePositive,
    address?: string,
  ): Promise<IndicatorLifecycle> {
    const { organizationId } = caller
    const now = clock.now()
    await db.transaction().execute(async (trx) => {
      if (!(await lockIndicator(trx, organizationId, indicatorId))) found(undefined, 'indicator')
      const reported = { organizationId, indicatorId, reportedBy: caller.name, note: note ?? null, now }
      await addFalsePositive(trx, reported)
      await applyNow(trx, organizationId, indicatorId, now)
      await audit.record(trx, caller, 'indicator.false-positive', `indicator ${indicatorId}`, { note }, address)
    })
    onTouched(organizationId)
    return explainLifecycle({ db, clock }, caller, indicatorId)
  }

  return {
    list,
    report,
    reportFalsePositive,
    analyse: createAnalyses(db),
  }
}

function organizationOf(caller: Caller): string {
  if (caller.kind === 'stranger') throw new Problem('forbidden', 'Only people and executions report sightings.')
  return caller.organizationId
}

function writeCursor({ seenAtExact, id }: { seenAtExact: string; id: string }): string {
  return Buffer.from(`${seenAtExact}|${id}`).toString('base64url')
}

function readCursor(cursor: string): { seenAt: string; id: string } {
  const [seenAt, id] = Buffer.from(cursor, 'base64url').toString().split('|')
  if (seenAt === undefined || id === undefined || !/^[0-9:. +-]{10,40}$/.test(seenAt) || !/^\d{1,18}$/.test(id))
    throw new Problem('invalid', 'The cursor is not one that this list gave; begin again without it.')
  return { seenAt, id }
}
