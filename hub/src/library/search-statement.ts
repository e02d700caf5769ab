import { Kysely, PostgresAdapter, DummyDriver, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { Database } from '../database/tables.ts'
import { pageOfIndicators } from './search-queries.ts'
import { compileSearch } from './search-condition.ts'

const compiler = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** What the hub asks PostgreSQL for a page of a search by a person: for comparing the hub with PostgreSQL alone. */
export function searchStatement(
  organizationId: string,
  tql: string,
  limit: number,
  now: Date,
): { text: string; values: unknown[] } {
  const page = pageOfIndicators({ organizationId, ownerIds: undefined }, compileSearch(tql, now), undefined, limit + 1)
  const { sql, parameters } = page.compile(compiler)
  return { text: sql, values: [...parameters] }
}
