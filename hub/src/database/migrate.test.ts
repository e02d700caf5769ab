import { chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceUser } from '../lib/service-user.ts'
import { describeSchema, describeTables } from './describe-schema.ts'
import { migrate } from './migrate.ts'
import { findBinaries } from './provider/binaries.ts'
import { openPrivateCluster, privateClusterUrl } from './provider/private-cluster.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await database.drop()
})

describe('migrations', () => {
  test('the committed schema and table types are what the migrations make', async () => {
    const client = await connect(database.url)
    const here = new URL('./', import.meta.url)
    expect(await describeSchema(client)).toBe(readFileSync(new URL('schema.sql', here), 'utf8'))
    expect(await describeTables(client)).toBe(readFileSync(new URL('tables.ts', here), 'utf8'))
    await client.end()
  })

  test('several hubs may migrate at once, and a migrated database is left alone', async () => {
    const empty = await createEmptyDatabase()
    await Promise.all([migrate(empty), migrate(empty), migrate(empty)])
    const client = await connect(empty)
    const before = await client.query('select number, applied_at from schema_migration order by number')
    await migrate(empty)
    const after = await client.query('select number, applied_at from schema_migration order by number')
    expect(after.rows).toEqual(before.rows)
    await client.end()
  })

  test('a migration that was changed after it ran is refused by name', async () => {
    const client = await connect(database.url)
    await client.query(`update schema_migration set sha256 = 'edited' where number = 1`)
    await expect(migrate(database.url)).rejects.toThrow('0001-access.sql')
    await client.end()
  })
})

describe('private cluster', () => {
  const origins = ['system', 'bundled'] as const

  test.each(origins)(
    'D12: %s PostgreSQL starts in a folder, keeps its data over a restart, listens on no port',
    async (origin) => {
      const runAs = process.getuid?.() === 0 ? serviceUser() : undefined
      const folder = mkdtempSync(join(tmpdir(), 'postern-cluster-'))
      if (runAs !== undefined) chownSync(folder, runAs.uid, runAs.gid)
      const wanted = majorOf(origin, folder)
      const first = await openPrivateCluster(folder, runAs, wanted)
      const client = await connect(first.url)
      await client.query(`create extension pg_trgm; create table kept (n int); insert into kept values (7)`)
      expect((await client.query('show listen_addresses')).rows[0].listen_addresses).toBe('')
      await client.end()
      await first.stop()
      await using stack = new AsyncDisposableStack()
      stack.defer(() => rmSync(folder, { recursive: true, force: true }))
      const second = await openPrivateCluster(folder, runAs)
      stack.defer(second.stop)
      expect([second.binaries.major, second.binaries.origin]).toEqual([wanted, origin])
      const again = await connect(second.url)
      expect((await again.query('select n from kept')).rows).toEqual([{ n: 7 }])
      await again.end()
      expect(statSync(join(folder, 'data')).mode & 0o077).toBe(0)
    },
  )

  test('D12: a folder whose path is too long for a socket gets one elsewhere', () => {
    expect(privateClusterUrl(`/srv/${'long/'.repeat(30)}cluster`)).toContain(encodeURIComponent('/tmp/postern-'))
  })
})

/** The major version that distinguishes the two origins on this machine. */
function majorOf(origin: 'system' | 'bundled', folder: string): number {
  const bundled = 18
  if (origin === 'bundled') return bundled
  const system = findBinaries(folder)
  if (system?.origin !== 'system')
    throw new Error('this machine has no PostgreSQL of its own: install postgresql for this test')
  return system.major
}

async function createEmptyDatabase(): Promise<string> {
  const client = await connect(database.url)
  const name = `empty_${Date.now()}`
  await client.query(`create database ${name}`)
  await client.end()
  return database.url.replace(/\/\/\/[^?]+/, `///${name}`)
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}
