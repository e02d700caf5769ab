import type { TlpLevel } from '@postern/intel'
import type { LeftOut, LeftOutValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { withinTime } from '../database/within-time.ts'
import { whatKeepsBack } from '../exclusions/never-exported.ts'
import { Problem } from '../lib/problem.ts'
import type { CollectionRow } from './collection-store.ts'
import { mayBeLeftOut, whyLeftOut } from './version-queries.ts'

/** How long counting may take, in milliseconds: a person waits for what else the page says. */
const countMsMax = 1000
/** How long naming them may take. Only for a TLP below AMBER members are read that are not left out. */
const pageMsMax = 5000

/** How many members of the newest version no reader is given, whatever TLP it may have, by why. @returns undefined where the time ran out */
export async function countLeftOut(db: DatabaseConnection['db'], collectionId: string): Promise<LeftOut | undefined> {
  return withinTime(db, countMsMax, async (trx: Db) => {
    const { rows } = await sql<{ reason: string; count: number }>`
      select reason, count(*)::float8 as count from (
        select ${whyLeftOut({ types: undefined, tlpMax: 'RED' })} as reason from collection_member m
        where m.collection_id = ${collectionId} and m.until_version is null and ${mayBeLeftOut('RED')}
      ) members where reason is not null group by reason`.execute(trx)
    return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]))
  })
}

/** Those members, in the order of their ids, with what a reader of up to this TLP is not given either. */
export async function leftOutPage(
  db: Db,
  { id, organization_id: organizationId }: Pick<CollectionRow, 'id' | 'organization_id'>,
  tlpMax: TlpLevel,
  after: string | undefined,
  rowsMax: number,
): Promise<LeftOutValue[]> {
  const page = await withinTime(db, pageMsMax, async (trx: Db) => {
    const { rows } = await sql<LeftOutValue>`
      select i.id as "indicatorId", i.type, i.value, member.reason,
        case when member.reason = 'excluded' then ${whatKeepsBack(organizationId)} end as detail
      from (
        select m.indicator_id, ${whyLeftOut({ types: undefined, tlpMax })} as reason from collection_member m
        where m.collection_id = ${id} and m.until_version is null and ${mayBeLeftOut(tlpMax)}
          and ${whyLeftOut({ types: undefined, tlpMax })} is not null
          ${after === undefined ? sql`` : sql`and m.indicator_id > ${after}::uuid`}
        order by m.indicator_id limit ${rowsMax}
      ) member join indicator i on i.id = member.indicator_id order by member.indicator_id`.execute(trx)
    return rows
  })
  if (page !== undefined) return page
  throw new Problem(
    'unavailable',
    `Looking for members above TLP:${tlpMax} took longer than ${pageMsMax / 1000} s. Ask for a higher TLP, or later.`,
  )
}
