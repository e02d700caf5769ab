import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { soleLocks } from './advisory-locks.ts'
import { namingIssuer } from './database-issuer.ts'
import { postgresMajorMin } from './provider/binaries.ts'

const migrationsFolder = new URL('../../migrations/', import.meta.url)

type Migration = { number: number; name: string; sql: string; sha256: string }

/**
 * Brings the schema up to this hub's newest migration. Forward only; each migration is one transaction that first records
 * itself. Several hubs may start at once.
 * @param last number of the last one to run: the schema of an earlier release, for tests
 */
export async function migrate(url: string, last = Number.POSITIVE_INFINITY): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  const named = namingIssuer(client)
  await client.connect().catch((error: unknown) => {
    throw new Error('The database cannot be reached. Check DATABASE_URL, and that the server runs.', {
      cause: named(error),
    })
  })
  try {
    await checkServer(client)
    // Several hubs may start at once: one migrates, the others wait.
    await client.query('select pg_advisory_lock($1)', [soleLocks.migration])
    await client.query(`create table if not exists schema_migration (
      number int primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`)
    const { rows } = await client.query<{ number: number; sha256: string }>(
      'select number, sha256 from schema_migration',
    )
    const applied = new Map(rows.map((row) => [row.number, row.sha256]))
    for (const migration of readMigrations())
      if (migration.number <= last) await apply(client, migration, applied.get(migration.number))
  } finally {
    await client.end()
  }
}

async function apply(client: pg.Client, migration: Migration, appliedSha256: string | undefined): Promise<void> {
  if (appliedSha256 === migration.sha256) return
  if (appliedSha256 !== undefined) {
    throw new Error(
      `Migration ${migration.name} was changed after it ran on this database. Run the release that wrote it, or restore the file.`,
    )
  }
  await client.query('begin')
  try {
    await client.query('insert into schema_migration (number, name, sha256) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.sha256,
    ])
    await client.query(migration.sql)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`Migration ${migration.name} failed and was undone.`, { cause: error })
  }
}

function readMigrations(): Migration[] {
  return readdirSync(migrationsFolder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, migrationsFolder), 'utf8')
      return { number: Number(name.slice(0, 4)), name, sql, sha256: createHash('sha256').update(sql).digest('hex') }
    })
}

/** Names what a database has after all of them. */
export function migrationsDigest(): string {
  const hash = createHash('sha256')
  for (const { sha256 } of readMigrations()) hash.update(sha256)
  return hash.digest('hex').slice(0, 16)
}

/** D12: a server that is too old or lacks pg_trgm is told with the sentence that mends it. */
async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; trgm: boolean }>(
    `select current_setting('server_version_num') as version,
            exists (select 1 from pg_available_extensions where name = 'pg_trgm') as trgm`,
  )
  const major = Math.floor(Number(rows[0]?.version) / 10_000)
  if (major < postgresMajorMin) {
    throw new Error(
      `PostgreSQL ${major} is too old: Postern needs ${postgresMajorMin} or newer. Upgrade the server or point DATABASE_URL elsewhere.`,
    )
  }
  if (rows[0]?.trgm !== true) {
    throw new Error(
      "This PostgreSQL lacks the extension pg_trgm. Install the distribution's package postgresql-contrib.",
    )
  }
}
