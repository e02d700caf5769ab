import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callHub, ensureOwner, type HubTarget } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { Collection, CreatedReader, paths, TaxiiCollectionSettings, TaxiiRoot } from '@postern/protocol'
import pg from 'pg'
import { SpokenLines } from '../spoken-lines.ts'
import type { PageSource } from './taxii-client.ts'

/** A hub of its own processes whose TAXII server readers with name and password use, and the bare server beside it. */
export type TaxiiUnderTest = AsyncDisposable & {
  /** The hub, over HTTPS with Basic. */
  hub: PageSource
  /** Addresses of the collection that is read and of the one that is written to. */
  read: { id: string; path: string }
  written: { id: string; path: string; ownerId: string }
  database: pg.Client
  databaseUrl: string
  /** The bare server's, once the objects are there. */
  startBareServer(): Promise<PageSource & AsyncDisposable>
}

const bareServer = fileURLToPath(new URL('bare-server.ts', import.meta.url))
const taxii = 'application/taxii+json;version=2.1'
const readerCount = 12

export async function startTaxiiUnderTest(): Promise<TaxiiUnderTest> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem())
  const door = system.hub.target
  const databaseUrl = `postgresql:///postern?host=${encodeURIComponent(join(system.dataFolder, 'cluster/socket'))}&user=postern`
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  stack.defer(() => database.end())
  const { id: ownerId } = await ensureOwner(door, 'Bench')
  const { read, written, credentials } = await setUp(door)
  let clients = 0
  const started = stack.move()
  return {
    hub: {
      url: `https://localhost:${new URL(system.hub.file.url).port}`,
      // Each client has the next reader's: the requests of one in a minute are limited.
      get headers() {
        clients += 1
        return { accept: taxii, authorization: credentials[clients % credentials.length] ?? '' }
      },
      caPem: readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'),
    },
    read: { id: read.id, path: new URL(read.url).pathname },
    written: { id: written.id, path: new URL(written.url).pathname, ownerId },
    database,
    databaseUrl,
    startBareServer: () => startBareServer(databaseUrl, read.id),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** A data collection to read, an owner to write to, and the one reader who may. */
async function setUp(door: HubTarget) {
  const query = { name: 'bench', tql: 'ownerName = "Bench"', freshnessSeconds: 86_400 }
  await callHub(door, paths.collections, Collection, { json: query })
  await callHub(door, paths.taxiiRoots, TaxiiRoot, { json: { name: 'bench', title: 'Bench' } })
  const read = await callHub(door, paths.taxiiCollections, TaxiiCollectionSettings, {
    json: { root: 'bench', title: 'Read', collection: 'bench' },
  })
  const written = await callHub(door, paths.taxiiCollections, TaxiiCollectionSettings, {
    json: { root: 'bench', title: 'Written', owner: 'Bench', canWrite: true },
  })
  const taxiiCollections = [
    { id: read.id, canRead: true, canWrite: false },
    { id: written.id, canRead: true, canWrite: true },
  ]
  const credentials: string[] = []
  for (let reader = 1; reader <= readerCount; reader++) {
    const { username, password } = await callHub(door, paths.readers, CreatedReader, {
      json: { name: `bench ${reader}`, credential: 'basic', taxiiCollections },
    })
    credentials.push(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
  }
  return { read, written, credentials }
}

async function startBareServer(databaseUrl: string, collectionId: string): Promise<PageSource & AsyncDisposable> {
  const server = spawn(process.execPath, [bareServer, databaseUrl, collectionId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new SpokenLines(server).next('port ')
  return {
    url: `http://127.0.0.1:${line.split(' ')[1]}`,
    headers: {},
    caPem: undefined,
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    },
  }
}

/** Objects of 460 bytes, as our writer leaves them: numbered, a microsecond apart. */
export async function fillCollection(database: pg.Client, collectionId: string, count: number): Promise<void> {
  await database.query(
    `insert into taxii_object (taxii_collection_id, number, object_id, type, spec_version, version, added_at, is_last, indicator_id, body)
     select $1, n, object_id, 'indicator', '2.1', '2026-01-01', timestamptz '2026-01-01' + n * interval '1 microsecond', true,
       md5(n::text)::uuid,
       format('{"type":"indicator","spec_version":"2.1","id":"%s","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","labels":["botnet","c2"],"confidence":75,"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"name":"host-%s.example.com","pattern":"[domain-name:value = ''host-%s.example.com'']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00.000Z","x_postern_rating":3}',
         object_id, n, n)
     from (select n, 'indicator--' || md5('object ' || n)::uuid as object_id from generate_series(1, $2::bigint) n) s`,
    [collectionId, count],
  )
  await database.query(
    'update taxii_collection set number_last = $2, live_count = $2, added_last = now(), body_bytes_max = 600 where id = $1',
    [collectionId, count],
  )
  await database.query('vacuum (analyze) taxii_object')
  await database.query('checkpoint')
}

/** A bundle's envelope, and each of its values new. */
export function envelope(count: number): Buffer {
  const objects = Array.from({ length: count }, () => {
    const name = `${randomUUID()}.example.com`
    return {
      type: 'indicator',
      spec_version: '2.1',
      id: `indicator--${randomUUID()}`,
      created: '2026-01-01T00:00:00.000Z',
      modified: '2026-01-01T00:00:00.000Z',
      labels: ['botnet', 'c2'],
      confidence: 75,
      name,
      pattern: `[domain-name:value = '${name}']`,
      pattern_type: 'stix',
      valid_from: '2026-01-01T00:00:00.000Z',
    }
  })
  return Buffer.from(JSON.stringify({ objects }))
}
