import { randomBytes } from 'node:crypto'
import { mkdirSync, rmdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { serviceUser } from '../lib/service-user.ts'
import { soleLocks } from './advisory-locks.ts'
import { migrate, migrationsDigest } from './migrate.ts'
import { openPrivateCluster } from './provider/private-cluster.ts'
import { failedBy } from './sql-states.ts'

/** A migrated database of its own for one test file. */
export type TestDatabase = { url: string; drop(): Promise<void> }

/**
 * Clones a template that was migrated once: no truncation, no shared state. The cluster is a private one, shared by all test
 * files of this machine and left running for the next; it lies below the temporary folder.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const runAs = process.getuid?.() === 0 ? serviceUser() : undefined
  const uid = runAs?.uid ?? process.getuid?.() ?? 0
  const folder = join(tmpdir(), `postern-test-cluster-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const admin = await connectToCluster(folder, runAs)
  try {
    const template = await ensureTemplate(admin)
    const name = `test_${randomBytes(8).toString('hex')}`
    await admin.query(`create database ${name} template ${template}`)
    const url = databaseUrl(admin, name)
    return { url, drop: () => dropDatabase(databaseUrl(admin, 'postgres'), name) }
  } finally {
    await admin.end()
  }
}

/** Test files start at once in several processes: whoever makes the folder first starts the cluster, the others find it. */
async function connectToCluster(folder: string, runAs: { uid: number; gid: number } | undefined): Promise<pg.Client> {
  const lock = join(folder, 'starting')
  const deadline = Date.now() + 60_000
  for (;;) {
    const client = new pg.Client({ host: join(folder, 'cluster/socket'), user: 'postern', database: 'postgres' })
    try {
      await client.connect()
      return client
    } catch (error) {
      if (Date.now() > deadline) throw error
      // A full server is no missing one: other test files will leave it soon.
      if (failedBy(error, 'tooManyConnections')) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
    }
    if (takeLock(lock)) {
      try {
        await openPrivateCluster(join(folder, 'cluster'), runAs)
      } finally {
        releaseLock(lock)
      }
    } else {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** A folder is made by one process only. One that was left by a killed process is too old to be in use. */
function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > 60_000) releaseLock(lock)
    return false
  }
}

function releaseLock(lock: string): void {
  rmdirSync(lock)
}

async function ensureTemplate(admin: pg.Client): Promise<string> {
  const name = `template_${migrationsDigest()}`
  await admin.query('select pg_advisory_lock($1)', [soleLocks.testTemplate])
  try {
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) {
      await admin.query(`create database ${name}_making`)
      await migrate(databaseUrl(admin, `${name}_making`))
      await admin.query(`alter database ${name}_making rename to ${name}`)
    }
    return name
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [soleLocks.testTemplate])
  }
}

function databaseUrl(admin: pg.Client, name: string): string {
  return `postgresql:///${name}?host=${encodeURIComponent(admin.host)}&user=postern`
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  await client.query(`drop database if exists ${name} with (force)`)
  await client.end()
}
