import { sql } from 'kysely'
import type { Db } from './database.ts'
import { failedBy } from './sql-states.ts'

/** Runs statements that may take `msMax` each. @returns undefined where the time ran out */
export async function withinTime<T>(db: Db, msMax: number, run: (trx: Db) => Promise<T>): Promise<T | undefined> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('statement_timeout', ${String(msMax)}, true)`.execute(trx)
      return run(trx)
    })
  } catch (error) {
    if (failedBy(error, 'queryCanceled')) return undefined
    throw error
  }
}
