import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { serviceUser } from '../lib/service-user.ts'
import { soleLocks } from './advisory-locks.ts'
import { migrate, migrationsDigest } from './migrate.ts'
import type { RunAs } from './provider/cluster-process.ts'
import { openPrivateCluster } from './provider/private-cluster.ts'
import { failedBy } from './sql-states.ts'
import { roomyMemory } from './test-roomy-memory.ts'

/** A migrated database of its own for one test file. */
export type TestDatabase = { url: string; drop(): Promise<void> }

/** A slow machine makes a cluster, starts it twice and ends it once within this time. */
const makingMsMax = 120_000
/** Whoever waits for it may have met the lock of one that was killed before. */
const waitMsMax = 2 * makingMsMax

/** To ask for it takes three programs, and every test file asks. */
let knownUser: RunAs | undefined

/**
 * Clones a template that was migrated once: no truncation, no shared state. The cluster is a private one, shared by all test
 * files of this machine and left running for the next; it is found below the temporary folder.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const runAs = process.getuid?.() === 0 ? (knownUser ??= serviceUser()) : undefined
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
async function connectToCluster(folder: string, runAs: RunAs | undefined): Promise<pg.Client> {
  const lock = join(folder, 'starting')
  const deadline = Date.now() + waitMsMax
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
        await openCluster(folder, runAs)
      } finally {
        releaseLock(lock)
      }
    } else {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** One that is new gets its settings before anybody can find it: some of them count from a start on. */
async function openCluster(folder: string, runAs: RunAs | undefined): Promise<void> {
  const link = join(folder, 'cluster')
  if (!existsSync(link)) {
    // A database is nine hundred files: to make one of them on a busy disk takes 0.3 s of processor time, in memory 0.02 s.
    const made = mkdtempSync(join(roomyMemory() ?? folder, 'postern-test-cluster-'))
    const cluster = await openPrivateCluster(made, runAs)
    await setForTests(cluster.url)
    await cluster.stop()
    // What lay in memory before the machine was started anew has left its link behind.
    rmSync(link, { force: true })
    symlinkSync(made, link)
  }
  await openPrivateCluster(link, runAs)
}

/**
 * What must outlive a crash of the machine waits for its disk at every turn; what tests write need not. And several hubs of several
 * files have their pools here, where a hub of production has the server for itself.
 */
async function setForTests(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await client.query(`alter system set ${setting} = off`)
    await client.query('alter system set max_connections = 300')
    await client.query("alter system set max_wal_size = '256MB'")
    // It would come in the middle of a test that takes long, as on a slow machine, and change what the planner knows.
    await client.query('alter system set autovacuum = off')
  } finally {
    await client.end()
  }
}

/** A folder is made by one process only. One that was left by a killed process is too old to be in use. */
function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > makingMsMax) releaseLock(lock)
    return false
  }
}

function releaseLock(lock: string): void {
  rmSync(lock, { recursive: true, force: true })
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
