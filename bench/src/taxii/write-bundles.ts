import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Psql } from '../ingest/psql.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { openClient } from './taxii-client.ts'
import { envelope, type TaxiiUnderTest } from './taxii-under-test.ts'

/** What a bundle leaves, and where. */
const tables = ['indicator', 'assertion', 'indicator_view', 'stix_object', 'taxii_object'] as const
const made = tables.map((table) => `create table peer.${table} (like public.${table} including all);`).join('\n')
/** Objects of one round. */
const objectsARound = { 100: 3000, 1000: 10_000 }

export async function measureWriting(
  rounds: number,
  say: (line: string) => void,
  taxii: TaxiiUnderTest,
): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-taxii-'))
  try {
    await taxii.database.query(`create schema peer; ${made}`)
    const rows: Measurement[] = []
    for (const size of [100, 1000] as const) rows.push(await measureSize(rounds, say, taxii, size, folder))
    await taxii.database.query('drop schema peer cascade')
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureSize(
  rounds: number,
  say: (line: string) => void,
  taxii: TaxiiUnderTest,
  size: 100 | 1000,
  folder: string,
): Promise<Measurement> {
  const bundles = objectsARound[size] / size
  const rateOf = (seconds: number) => Math.round(objectsARound[size] / seconds)
  // The other side COPYs what ours wrote, bundle by bundle, so that it has the very same rows.
  await post(taxii, size, bundles)
  const files = await writeFiles(taxii, bundles, folder)
  await empty(taxii)
  const { ours, peer } = await runAlternating(
    rounds,
    async () => {
      const seconds = await post(taxii, size, bundles)
      say(`ours, bundles of ${size}: ${rateOf(seconds)}/s`)
      await empty(taxii)
      return rateOf(seconds)
    },
    async () => {
      const seconds = await copy(taxii, files)
      say(`COPY, bundles of ${size}: ${rateOf(seconds)}/s`)
      await empty(taxii)
      return rateOf(seconds)
    },
  )
  return comparison({
    work: `objects sent in bundles of ${size}, with name and password, validated and mapped`,
    unit: '/s',
    goal: '≥ 0.4',
    ours,
    peer,
    peerIs:
      'psql, 1 connection, COPY of the rows that a bundle leaves into tables of the same definition, a transaction a bundle',
  })
}

async function post({ hub, written }: TaxiiUnderTest, size: number, bundles: number): Promise<number> {
  using client = openClient(hub)
  const bodies = Array.from({ length: bundles }, () => envelope(size))
  // Signed in and connected.
  await client.ask(written.path)
  const start = performance.now()
  for (const body of bodies) {
    await client.ask(`${written.path}objects/`, { body, type: 'application/taxii+json;version=2.1' })
  }
  // Until a reader finds them.
  await client.ask(`${written.path}objects/?limit=1`)
  return (performance.now() - start) / 1000
}

/** A set of files a bundle, by the batch that a bundle is. */
async function writeFiles(
  { database, databaseUrl, written }: TaxiiUnderTest,
  bundles: number,
  folder: string,
): Promise<string[][]> {
  await numbered(database, written.id)
  const { rows } = await database.query<{ added: string }>(
    'select distinct added_at::text as added from stix_object where owner_id = $1 order by 1',
    [written.ownerId],
  )
  if (rows.length !== bundles) throw new Error(`${bundles} bundles left ${rows.length} moments.`)
  await using psql = await Psql.connect(databaseUrl)
  const files: string[][] = []
  for (const [number, { added }] of rows.entries()) {
    const stix = `select s.* from stix_object s where s.owner_id = ${written.ownerId} and s.added_at = '${added}'`
    const ids = `select unnest(indicator_ids) from (${stix}) s`
    const selects = [
      `select * from indicator where id in (${ids})`,
      `select * from assertion where owner_id = ${written.ownerId} and indicator_id in (${ids})`,
      `select * from indicator_view where indicator_id in (${ids})`,
      stix,
      `select * from taxii_object where taxii_collection_id = '${written.id}' and object_id in (select object_id from (${stix}) s)`,
    ]
    const own = tables.map((table) => join(folder, `${table}-${number}.copy`))
    for (const [place, select] of selects.entries()) {
      await psql.run(`\\copy (${select}) to '${own[place]}'`)
    }
    files.push(own)
  }
  return files
}

/** Waits until the background has numbered what was sent. */
async function numbered(database: TaxiiUnderTest['database'], taxiiCollectionId: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const { rows } = await database.query<{ missing: boolean }>(
      `select exists (select from stix_object s join taxii_collection c on c.owner_id = s.owner_id
         where c.id = $1 and s.number > c.stix_number) as missing`,
      [taxiiCollectionId],
    )
    if (rows[0]?.missing === false) return
    if (Date.now() > deadline) throw new Error('what was sent was not numbered within a minute')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function copy({ databaseUrl }: TaxiiUnderTest, files: string[][]): Promise<number> {
  await using psql = await Psql.connect(databaseUrl)
  const start = performance.now()
  for (const own of files) {
    const copies = tables.map((table, place) => `\\copy peer.${table} from '${own[place]}'`)
    await psql.run(`begin;\n${copies.join('\n')}\ncommit;`)
  }
  return (performance.now() - start) / 1000
}

/** Fresh tables for both sides, and nobody pays for a checkpoint of the last. */
async function empty({ database, written }: TaxiiUnderTest): Promise<void> {
  await numbered(database, written.id)
  const peers = tables.map((table) => `peer.${table}`).join(', ')
  await database.query(`truncate ${peers}`)
  // What the hub does in the background takes locks in an order of its own.
  for (let tries = 1; ; tries++) {
    try {
      await database.query(emptyTables)
      break
    } catch (error) {
      if ((error as { code?: string }).code !== deadlockDetected || tries === 10) throw error
    }
  }
  await database.query('checkpoint')
}

const emptyTables =
  'truncate indicator, assertion, assertion_attribute, indicator_view, batch, batch_item_block, stix_object, taxii_object, taxii_pending, collection_pending cascade'
const deadlockDetected = '40P01'
