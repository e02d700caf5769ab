import type { LeftOut } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { withinTime } from '../database/within-time.ts'
import { whyLeftOut } from './version-queries.ts'

/** How long counting may take, in milliseconds: a person waits for what else the page says. */
const countMsMax = 1000

/** How many members of the newest version no reader is given, whatever TLP it may have, by why. @returns undefined where the time ran out */
export async function countLeftOut(db: DatabaseConnection['db'], collectionId: string): Promise<LeftOut | undefined> {
  return withinTime(db, countMsMax, async (trx: Db) => {
    const { rows } = await sql<{ reason: string; count: number }>`
      select reason, count(*)::float8 as count from (
        select ${whyLeftOut({ types: undefined, tlpMax: 'RED' })} as reason from collection_member m
        where m.collection_id = ${collectionId} and m.until_version is null
      ) members where reason is not null group by reason`.execute(trx)
    return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]))
  })
}
