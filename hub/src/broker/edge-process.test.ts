import { fork } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { topics } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { createEnvironments, type Member } from '../environments/environments.ts'
import { emptyServerFiles, enrolNewServer } from '../environments/test-enrolment.ts'
import { person } from '../environments/test-hub.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { systemClock } from '../lib/clock.ts'
import { writeHubFile } from '../machine/hub-file.ts'
import { Authority } from '../pki/authority.ts'
import { connectBroker } from './broker-link.ts'
import { connectServer, granted } from './test-server-link.ts'

let testDatabase: TestDatabase
let database: DatabaseConnection
let folder: string
const secret = randomBytes(32)
const log = { error() {}, warn() {}, info() {}, debug() {} }

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = connectDatabase(testDatabase.url, () => {}, 4)
  folder = mkdtempSync(join(tmpdir(), 'edge-process-'))
  // As the hub leaves them before it starts the edge; port 0 takes any free one.
  writeHubFile(folder, {
    url: 'https://localhost:1',
    httpsPort: 1,
    brokerPort: 0,
    pid: process.pid,
    dataFolder: folder,
    version: '0',
  })
  writeFileSync(join(folder, 'secret.key'), `${secret.toString('base64')}\n`, { mode: 0o600 })
})

afterAll(async () => {
  await database.close()
  await testDatabase.drop()
  rmSync(folder, { recursive: true })
})

test('D15: the edge is a process of its own, carries a command with the same keys, and ends with the hub that started it', async () => {
  const { db } = database
  const keys = new Keys(db, new SecretBox(secret))
  const authority = new Authority(keys)
  const publicNames = async () => ({
    apiURL: 'https://localhost:1',
    brokerHost: 'localhost',
    brokerPort: 1,
    onlyLocalNames: true,
  })
  const parts = {
    db,
    audit: new Audit(),
    keys,
    authority,
    settings: { publicNames },
    clock: systemClock,
    serverFilesFolder: emptyServerFiles(),
    runtimeFile: '',
  }
  const environments = createEnvironments(parts)
  const { id: organizationId } = await db
    .insertInto('organization')
    .values({ name: 'Ours' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const caller = person('administrator', organizationId) as Member
  const server = await enrolNewServer(environments, caller, (await environments.create(caller, { name: 'There' })).id)

  const edge = fork(fileURLToPath(new URL('../edge/main.ts', import.meta.url)), {
    env: {
      PATH: process.env['PATH'],
      POSTERN_DATA_DIR: folder,
      POSTERN_LISTEN_HOST: '127.0.0.1',
      DATABASE_URL: testDatabase.url,
      POSTERN_SECRET_KEY_FILE: join(folder, 'secret.key'),
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const link = connectBroker({ socketPath: join(folder, 'broker.sock'), log })
  try {
    const [{ ready: port }] = (await once(edge, 'message')) as [{ ready: number }]
    const client = await connectServer({ port, caPem: await authority.certificatePem(), now: () => new Date() }, server)
    await expect.poll(() => link.isConnected()).toBe(true)
    expect(await granted(client, topics.commands(server.serverXid))).toBe(1)
    const arrived = new Promise<string>((resolve) =>
      client.once('message', (_topic, payload) => resolve(payload.toString())),
    )
    await link.publish(topics.commands(server.serverXid), 'a command')
    expect(await arrived).toBe('a command')
    const exited = once(edge, 'exit')
    // What a hub that is killed leaves behind: a closed channel.
    edge.disconnect()
    expect(await exited).toEqual([0, null])
  } finally {
    await link.close()
    edge.kill('SIGKILL')
  }
})
