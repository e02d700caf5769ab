import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { leaveToCollections } from '../collections/leave-to-collections.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'

export type LinkParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** Which link: of one owner, of one kind, between two indicators in either order. The owner may be left out where only one has it. */
export type LinkOfOwner = { indicatorId: string; linkedId: string; owner?: string | undefined; kind: string }

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
      const { rows } = await sql<{ owner: string; differs: boolean }>`
        select o.name as owner, (l.taken_back_at is null) <> ${takenBackAt === null} as differs
        from indicator_link l join owner o on o.id = l.owner_id
        where l.indicator_id = ${ids[0]}::uuid and l.linked_id = ${ids[1]}::uuid and l.kind = ${kind}
          and o.organization_id = ${organizationId} and (${owner ?? null}::text is null or o.name = ${owner ?? null})
        limit 2 for no key update of l`.execute(trx)
      const link = found(rows[0], 'link')
      if (rows.length > 1)
        throw new Problem('conflict', 'Several owners join these two; name one of them with ?owner=NAME.')
      if (!link.differs) return
      await sql`
        update indicator_link l set taken_back_at = ${takenBackAt}::timestamptz from owner o
        where o.id = l.owner_id and o.organization_id = ${organizationId} and o.name = ${link.owner}
          and l.indicator_id = ${ids[0]}::uuid and l.linked_id = ${ids[1]}::uuid and l.kind = ${kind}`.execute(trx)
      // Queries may ask for what an indicator is linked with.
      await leaveToCollections(statementsOf(trx), organizationId, ids)
      await audit.record(
        trx,
        caller,
        action,
        `indicator ${indicatorId}`,
        { linkedId, owner: link.owner, kind },
        address,
      )
    })
    onTouched(organizationId)
  }
}
