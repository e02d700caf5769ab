import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** The SQL of failures to sign in, by what they are counted under. */
export class FailedTryStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async count(subject: string, since: Date): Promise<number> {
    const { rows } = await sql<{ count: string }>`
      select count(*) as count from sign_in_failure where subject = ${subject} and at > ${since}`.execute(this.#db)
    return Number(rows[0]?.count)
  }

  async insert(subjects: readonly string[], at: Date): Promise<void> {
    await this.#db
      .insertInto('sign_in_failure')
      .values(subjects.map((subject) => ({ subject, at })))
      .execute()
  }

  /** Of a name, from wherever. */
  async forget(name: string): Promise<void> {
    await sql`delete from sign_in_failure where subject = ${name} or starts_with(subject, ${`${name} from `})`.execute(
      this.#db,
    )
  }

  async removeBefore(time: Date): Promise<void> {
    await this.#db.deleteFrom('sign_in_failure').where('at', '<=', time).execute()
  }
}
