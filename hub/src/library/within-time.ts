import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** SQLSTATE of a statement that ran longer than `statement_timeout`. */
const queryCanceled = '57014'

/** Runs statements that may take `msMax` each. @returns undefined where the time ran out */
export async function withinTime<T>(db: Db, msMax: number, run: (trx: Db) => Promise<T>): Promise<T | undefined> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('statement_timeout', ${String(msMax)}, true)`.execute(trx)
      return run(trx)
    })
  } catch (error) {
    if ((error as { code?: unknown }).code === queryCanceled) return undefined
    throw error
  }
}
