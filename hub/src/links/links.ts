import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { found } from '../lib/problem.ts'

export type LinkParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** Which link: of one owner, of one kind, between two indicators in either order. */
export type LinkOfOwner = { indicatorId: string; linkedId: string; owner: string; kind: string }

/**
 * Links between indicators that people take back, and put in again. A link that was taken back stays so whatever its owner sends,
 * until the owner deletes one of the two; links of other owners between the same two are not touched.
 */
export class Links {
  readonly #parts: LinkParts

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  async takeBack(caller: PersonCaller, link: LinkOfOwner, address?: string): Promise<void> {
    await this.#set(caller, 'indicator-link.take-back', link, this.#parts.clock.now(), address)
  }

  async restore(caller: PersonCaller, link: LinkOfOwner, address?: string): Promise<void> {
    await this.#set(caller, 'indicator-link.restore', link, null, address)
  }

  async #set(
    caller: PersonCaller,
    action: string,
    { indicatorId, linkedId, owner, kind }: LinkOfOwner,
    takenBackAt: Date | null,
    address: string | undefined,
  ): Promise<void> {
    const { db, audit, onTouched } = this.#parts
    const { organizationId } = caller
    const ids = [indicatorId.toLowerCase(), linkedId.toLowerCase()].sort()
    await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ changed: boolean }>`
        with named as (
          select l.indicator_id, l.owner_id, l.linked_id, l.kind, (l.taken_back_at is null) <> ${takenBackAt === null} as differs
          from indicator_link l join owner o on o.id = l.owner_id
          where l.indicator_id = ${ids[0]}::uuid and l.linked_id = ${ids[1]}::uuid and l.kind = ${kind}
            and o.organization_id = ${organizationId} and o.name = ${owner}
          for no key update of l
        ), changed as (
          update indicator_link l set taken_back_at = ${takenBackAt}::timestamptz from named n
          where n.differs and (l.indicator_id, l.owner_id, l.linked_id, l.kind) = (n.indicator_id, n.owner_id, n.linked_id, n.kind)
          returning l.indicator_id
        )
        select exists (select from changed) as changed from named`.execute(trx)
      if (!found(rows[0], 'link').changed) return
      // Queries may ask for what an indicator is linked with.
      await trx
        .insertInto('collection_pending')
        .values({ organization_id: organizationId, indicator_ids: ids })
        .execute()
      await audit.record(trx, caller, action, `indicator ${indicatorId}`, { linkedId, owner, kind }, address)
    })
    onTouched(organizationId)
  }
}
