/**
 * A process that takes one batch in and then waits to be killed: `node test-batch-process.ts DATABASE_URL ORGANIZATION OWNER BATCH
 * COUNT`. The batch was made before; it brings so many hosts and a group. Says `written` after the commit.
 */
import { Audit } from '../audit/audit.ts'
import { connectDatabase } from '../database/database.ts'
import { createExclusions } from '../exclusions/exclusions.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { createLibrary } from '../library/create-library.ts'

const [databaseUrl = '', organizationId = '', ownerId = '', batchId = '', count = ''] = process.argv.slice(2)
const silent = () => {}
const log = { error: silent, warn: silent, info: silent, debug: silent }
const database = connectDatabase(databaseUrl, silent)
const audit = new Audit()
const { matchers } = createExclusions({ ...database, clock, audit, log, onTouched: silent })
const { batches } = createLibrary({ ...database, clock, audit, matchers, onTouched: silent })
const content = {
  group: [{ type: 'Report', name: 'Crash', xid: 'crash' }],
  indicator: Array.from({ length: Number(count) }, (_, number) => ({
    type: 'Host',
    summary: `${number}.crash.example`,
    tag: [{ name: 'crash' }],
    attribute: [{ type: 'Description', value: 'long '.repeat(40) }],
    associatedGroups: [{ groupXid: 'crash' }],
  })),
}
await batches.upload(
  { organizationId, ownerId, executionId: null, attempt: null, sentBy: 'test', statusDefault: 'Active' },
  batchId,
  Buffer.from(JSON.stringify(content)),
)
process.stdout.write('written\n')
setInterval(silent, 60_000)
