import type { BatchConfig } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import { Audit } from '../audit/audit.ts'
import type { BatchRow } from '../batches/batch-store.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createExclusions, type ExclusionLists } from '../exclusions/exclusions.ts'
import type { Log } from '../lib/log.ts'
import { createLibrary, type LibraryParts } from './create-library.ts'

/** A library on a database of its own, with one organization, for tests. */
export type TestLibrary = LibraryParts & {
  exclusions: ExclusionLists
  database: DatabaseConnection
  databaseUrl: string
  organizationId: string
  person: Caller & { kind: 'user' }
  clock: { now(): Date; set(time: Date): void }
  /** Errors of idle connections. */
  errors: unknown[]
  /** Organizations whose indicators batches touched, once a batch. */
  touched: string[]
  owner(name: string): Promise<string>
  send(ownerName: string, content: object, config?: Partial<BatchConfig>): Promise<BatchRow>
  close(): Promise<void>
}

const silent = () => {}
const silentLog: Log = { error: silent, warn: silent, info: silent, debug: silent }

export async function createTestLibrary(): Promise<TestLibrary> {
  const test = await createTestDatabase()
  const errors: unknown[] = []
  const database = connectDatabase(test.url, (error) => errors.push(error))
  const touched: string[] = []
  let held: Date | undefined
  const clock = { now: () => held ?? new Date(), set: (time: Date) => (held = time) }
  const onTouched = (id: string) => void touched.push(id)
  const audit = new Audit()
  const exclusions = createExclusions({ ...database, clock, audit, log: silentLog, onTouched })
  const parts = createLibrary({ ...database, clock, audit, matchers: exclusions.matchers, onTouched })
  const organization = await database.db
    .insertInto('organization')
    .values({ name: 'Test' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const organizationId = organization.id
  const person = { kind: 'user', userId: '1', name: 'pat', role: 'administrator', organizationId } as const

  async function owner(name: string): Promise<string> {
    const known = await database.db.selectFrom('owner').select('id').where('name', '=', name).executeTakeFirst()
    return known?.id ?? (await parts.owners.create(person, { name })).id
  }
  async function send(ownerName: string, content: object, config: Partial<BatchConfig> = {}): Promise<BatchRow> {
    const ownerId = await owner(ownerName)
    const { statusDefault } = await parts.owners.writable(person, ownerName)
    const sender = { organizationId, ownerId, executionId: null, attempt: null, sentBy: 'test', statusDefault }
    return parts.batches.submit(
      sender,
      { action: 'Create', owner: ownerName, ...config },
      Buffer.from(JSON.stringify(content)),
    )
  }
  async function close(): Promise<void> {
    await parts.batches.close()
    await database.close()
    await test.drop()
  }
  return {
    ...parts,
    exclusions,
    database,
    databaseUrl: test.url,
    organizationId,
    person,
    clock,
    errors,
    touched,
    owner,
    send,
    close,
  }
}
