/** Writes hub/src/database/schema.sql and tables.ts from the migrations, on a database of its own. */
import { writeFileSync } from 'node:fs'
import pg from 'pg'
import { describeSchema, describeTables } from '../hub/src/database/describe-schema.ts'
import { createTestDatabase } from '../hub/src/database/test-database.ts'

const database = await createTestDatabase()
const client = new pg.Client({ connectionString: database.url })
await client.connect()
const folder = new URL('../hub/src/database/', import.meta.url)
writeFileSync(new URL('schema.sql', folder), await describeSchema(client))
writeFileSync(new URL('tables.ts', folder), await describeTables(client))
await client.end()
await database.drop()
