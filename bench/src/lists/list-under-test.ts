import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { callHub } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { Collection, CreatedReader, FirewallList, paths } from '@postern/protocol'
import pg from 'pg'
import { residentMegabytes } from './watch-memory.ts'

/** A hub of its own processes that serves a list to a reader with name and password. */
export type ListUnderTest = AsyncDisposable & {
  url: string
  headers: Record<string, string>
  caPem: string
  databaseUrl: string
  /** Of the process that serves it. */
  hubPid: number
  /** Its resident memory before there was a list, in 1,000,000 bytes. */
  idleMegabytes: number
  /** Where the list's text lies. */
  textId: string
  bytes: number
  /** Puts the same text under another number in its place, which nobody has fetched yet. */
  renew(): Promise<void>
}

const writtenWithinMs = 300_000

/** @param count values of the list, hosts of about 22 characters */
export async function startListUnderTest(count: number): Promise<ListUnderTest> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem())
  const door = system.hub.target
  const databaseUrl = `postgresql:///postern?host=${encodeURIComponent(join(system.dataFolder, 'cluster/socket'))}&user=postern`
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  stack.defer(() => database.end())
  const query = { name: 'bench', tql: 'ownerName = "Bench"', freshnessSeconds: 86_400 }
  const { id: collectionId } = await callHub(door, paths.collections, Collection, { json: query })
  await callHub(door, paths.collectionRefresh(collectionId), Collection, { method: 'POST' })
  const idleMegabytes = residentMegabytes(system.hub.file.pid)
  const words = { name: 'bench', collection: 'bench', format: 'panos-domain' }
  const { id } = await callHub(door, paths.firewallLists, FirewallList, { json: words })
  await fill(database, collectionId, count)
  const list = await written(() => callHub(door, paths.firewallList(id), FirewallList), count)
  const { username, password } = await callHub(door, paths.readers, CreatedReader, {
    json: { name: 'bench', credential: 'basic', lists: [id] },
  })
  const { rows } = await database.query<{ id: string; bytes: string }>(
    'select id, byte_count as bytes from list_text where collection_version = $1 and replaced_at is null',
    [list.servedVersion],
  )
  await database.query('vacuum (analyze) list_text_part')
  await database.query('checkpoint')
  const started = stack.move()
  return {
    url: `https://localhost:${new URL(system.hub.file.url).port}${paths.list(list.name)}`,
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    caPem: readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'),
    databaseUrl,
    hubPid: system.hub.file.pid,
    idleMegabytes,
    textId: rows[0]?.id ?? '',
    bytes: Number(rows[0]?.bytes),
    renew: async () => await renew(database, id),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** A version of the collection with so many members, as a refresh leaves it. */
async function fill(database: pg.Client, collectionId: string, count: number): Promise<void> {
  await database.query(
    `insert into indicator (id, type, value, canonical_version)
     select md5('list ' || n)::uuid, 'Host', 'host-' || n || '.example.com', 1 from generate_series(1, $1::int) n`,
    [count],
  )
  await database.query(
    `insert into collection_member (collection_id, indicator_id, from_version, active, excluded)
     select c.id, md5('list ' || n)::uuid, c.version + 1, true, false
     from collection c, generate_series(1, $2::int) n where c.id = $1`,
    [collectionId, count],
  )
  await database.query('vacuum (analyze) indicator, collection_member')
  await database.query(
    `insert into collection_version (collection_id, version, member_count, entered, departed, changed, made_at)
     select id, version + 1, $2::bigint, $2::bigint, 0, 0, now() from collection where id = $1`,
    [collectionId, count],
  )
  await database.query('update collection set version = version + 1, member_count = $2 where id = $1', [
    collectionId,
    count,
  ])
}

/** Only a text's number tells the hub whether it sent it lately. PostgreSQL has the new one in its buffers, as it has for psql. */
async function renew(database: pg.Client, listId: string): Promise<void> {
  await database.query(
    `with copied as (
       insert into list_text (list_id, collection_version, value_count, left_out, byte_count, gzip_byte_count, sha256, made_at)
       select t.list_id, t.collection_version, t.value_count, t.left_out, t.byte_count, t.gzip_byte_count, t.sha256, t.made_at
       from list_text t join firewall_list l on l.served_text_id = t.id where l.id = $1
       returning id
     ), parts as (
       insert into list_text_part (text_id, number, body, gzip)
       select copied.id, p.number, p.body, p.gzip
       from copied, firewall_list l join list_text_part p on p.text_id = l.served_text_id where l.id = $1
     )
     update firewall_list set served_text_id = copied.id from copied where firewall_list.id = $1`,
    [listId],
  )
}

/** The hub finds the version and writes the list by itself. */
async function written(ask: () => Promise<FirewallList>, count: number): Promise<FirewallList> {
  const deadline = Date.now() + writtenWithinMs
  for (;;) {
    const list = await ask()
    if (list.servedCount === count) return list
    if (Date.now() > deadline) throw new Error(`The list serves ${list.servedCount} values instead of ${count}.`)
    await wait(100)
  }
}
