import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeSchema, describeTables } from '../../hub/src/database/describe-schema.ts'
import { createTestDatabase, type TestDatabase } from '../../hub/src/database/test-database.ts'

const folder = new URL('../../hub/src/database/', import.meta.url)
let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

test('schema.sql is what the migrations make', async () => {
  expect(await describeSchema(client)).toBe(readFileSync(new URL('schema.sql', folder), 'utf8'))
})

test('tables.ts is what the migrations make', async () => {
  expect(await describeTables(client)).toBe(readFileSync(new URL('tables.ts', folder), 'utf8'))
})

test('canary: a column that no file names changes both', async () => {
  const before = [await describeSchema(client), await describeTables(client)]
  await client.query('begin')
  await client.query('alter table setting add column unheard_of text')
  const after = [await describeSchema(client), await describeTables(client)]
  await client.query('rollback')
  expect(after[0]).toContain('unheard_of text')
  expect(after[1]).toContain('unheard_of: string | null')
  expect(after).not.toEqual(before)
})
