import { type RawBuilder, sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { betweenBatches } from '../batches/between-batches.ts'
import { sameFile } from '../batches/content/link-rows.ts'
import { leaveToCollections } from '../collections/leave-to-collections.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { joinHashes } from './join-hashes.ts'

export type LinkParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** Which link: of one owner, of one kind, between two indicators in either order. The owner may be left out where only one has it. */
export type LinkOfOwner = { indicatorId: string; linkedId: string; owner?: string | undefined; kind: string }

type ExistingLink = { ownerId: string; owner: string; isTakenBack: boolean }
/** What was done in whose name, and to which indicators. */
type Done = { action: string; owner: string; touched: readonly string[] }

/**
 * Links between indicators that people take back, and put in. A link that was taken back stays so whatever its owner sends, until a person
 * puts it in again or the owner deletes one of the two; links of other owners between the same two are not touched.
 */
export class Links {
  readonly #parts: LinkParts

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  async takeBack(caller: PersonCaller, link: LinkOfOwner, address?: string): Promise<void> {
    await this.#change(caller, link, address, async (trx) => {
      const { isTakenBack, ...said } = found(await existingLink(trx, caller, link), 'link')
      return isTakenBack ? undefined : setTakenBack(trx, link, said, { by: caller.name, at: this.#parts.clock.now() })
    })
  }

  /** As it was before it was taken back; hashes that the owner never linked become one file (join-hashes.ts). */
  async put(caller: PersonCaller, link: LinkOfOwner, address?: string): Promise<void> {
    await this.#change(caller, link, address, async (trx) => {
      const existing = await existingLink(trx, caller, link)
      if (existing === undefined && link.kind === sameFile)
        return { action: 'indicator-link.join', ...(await joinHashes(trx, caller.organizationId, link)) }
      const { isTakenBack, ...said } = found(existing, 'link')
      return isTakenBack ? setTakenBack(trx, link, said, null) : undefined
    })
  }

  /** @param change undefined where there was nothing to change */
  async #change(
    caller: PersonCaller,
    { indicatorId, linkedId, kind }: LinkOfOwner,
    address: string | undefined,
    change: (trx: Db) => Promise<Done | undefined>,
  ): Promise<void> {
    const { db, audit, onTouched } = this.#parts
    const { organizationId } = caller
    await betweenBatches(db, async (trx) => {
      const done = await change(trx)
      if (done === undefined) return
      const { action, owner, touched } = done
      // Queries may ask for what an indicator is linked with.
      await leaveToCollections(statementsOf(trx), organizationId, touched)
      await audit.record(trx, caller, action, `indicator ${indicatorId}`, { linkedId, owner, kind }, address)
    })
    onTouched(organizationId)
  }
}

async function existingLink(
  trx: Db,
  { organizationId }: PersonCaller,
  link: LinkOfOwner,
): Promise<ExistingLink | undefined> {
  const { rows } = await sql<ExistingLink>`
    select o.id::text as "ownerId", o.name as owner, l.taken_back_at is not null as "isTakenBack"
    from indicator_link l join owner o on o.id = l.owner_id
    where ${isBetween(link)} and o.organization_id = ${organizationId}
      and (${link.owner ?? null}::text is null or o.name = ${link.owner ?? null})
    order by o.name for no key update of l`.execute(trx)
  if (rows.length > 1)
    throw new Problem(
      'conflict',
      `Several owners join these two: ${rows.map(({ owner }) => owner).join(', ')}. Name one of them as the owner.`,
    )
  return rows[0]
}

async function setTakenBack(
  trx: Db,
  link: LinkOfOwner,
  { ownerId, owner }: Pick<ExistingLink, 'ownerId' | 'owner'>,
  takenBack: { by: string; at: Date } | null,
): Promise<Done> {
  await sql`
    update indicator_link l set taken_back_at = ${takenBack?.at ?? null}::timestamptz, taken_back_by = ${takenBack?.by ?? null}
    where ${isBetween(link)} and l.owner_id = ${ownerId}`.execute(trx)
  const action = takenBack === null ? 'indicator-link.restore' : 'indicator-link.take-back'
  return { action, owner, touched: [link.indicatorId, link.linkedId] }
}

/** The smaller id stands first. */
function isBetween({ indicatorId, linkedId, kind }: LinkOfOwner): RawBuilder<boolean> {
  const [one, other] = [indicatorId.toLowerCase(), linkedId.toLowerCase()].sort()
  return sql<boolean>`l.indicator_id = ${one}::uuid and l.linked_id = ${other}::uuid and l.kind = ${kind}`
}
