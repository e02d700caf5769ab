import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { ValuesEnd } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import { Audit } from '../audit/audit.ts'
import type { Log } from '../lib/log.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { type Collections, createCollections } from './collections.ts'

/** Data collections over a real library, for tests. */
export type TestCollections = {
  library: TestLibrary
  collections: Collections
  /** Level and message of what was logged at warn and error. */
  complaints: string[]
  /** Asserts hosts in an owner's name. */
  hosts(owner: string, names: readonly string[], fields?: object): Promise<void>
  deleteHosts(owner: string, names: readonly string[]): Promise<void>
  /** A collection that was refreshed once. @returns its id */
  refreshed(tql: string): Promise<string>
  /** What the hub would send, read to its checked end. */
  values(collectionId: string, version?: string, filter?: { tlpMax?: 'AMBER' | 'RED' }): Promise<ReadLines>
  changes(collectionId: string, since: number, filter?: { tlpMax?: 'AMBER' | 'RED' }): Promise<ReadLines>
  close(): Promise<void>
}

export type ReadLines = { version: number; lines: string[][]; end: ValuesEnd }

export async function createTestCollections(): Promise<TestCollections> {
  const library = await createTestLibrary()
  const complaints: string[] = []
  const silent = () => {}
  const complain = (level: string) => (_: object, message: string) => void complaints.push(`${level}: ${message}`)
  const log: Log = { error: complain('error'), warn: complain('warn'), info: silent, debug: silent }
  const collections = createCollections({ ...library.database, clock: library.clock, audit: new Audit(), log })
  const person: PersonCaller = library.person
  let made = 0
  const filterOf = ({ tlpMax = 'AMBER' }: { tlpMax?: 'AMBER' | 'RED' }) => ({ types: undefined, tlpMax })
  return {
    library,
    collections,
    complaints,
    async hosts(owner, names, fields = {}) {
      const batch = await library.send(owner, {
        indicator: names.map((summary) => ({ type: 'Host', summary, ...fields })),
      })
      if (batch.refused > 0) throw new Error(`${batch.refused} of ${names.join(', ')} were refused`)
    },
    async deleteHosts(owner, names) {
      await library.send(
        owner,
        { indicator: names.map((summary) => ({ type: 'Host', summary })) },
        { action: 'Delete' },
      )
    },
    async refreshed(tql) {
      made += 1
      const { id } = await collections.create(person, { name: `Collection ${made}`, tql })
      await collections.refresh(person, id)
      return id
    },
    async values(collectionId, version = 'latest', filter = {}) {
      const stream = await collections.values(person, collectionId, version, filterOf(filter))
      return { version: stream.version, ...readWhole(Buffer.concat(await stream.body.toArray())) }
    },
    async changes(collectionId, since, filter = {}) {
      const stream = await collections.changes(person, collectionId, String(since), filterOf(filter))
      return { version: stream.version, ...readWhole(Buffer.concat(await stream.body.toArray())) }
    },
    close: () => library.close(),
  }
}

/** Reads gzip NDJSON and holds it to D4: order, count, SHA-256, an end. */
export function readWhole(gzip: Buffer): Omit<ReadLines, 'version'> {
  const plain = gunzipSync(gzip)
  const endAt = plain.lastIndexOf(10, plain.length - 2) + 1
  const end = ValuesEnd.parse(JSON.parse(plain.subarray(endAt).toString()))
  const texts = plain.subarray(0, endAt).toString().split('\n').slice(0, -1)
  const lines = texts.map((text) => JSON.parse(text) as string[])
  const sha256 = createHash('sha256').update(plain.subarray(0, endAt)).digest('hex')
  if (end.sha256 !== sha256 || end.count !== lines.length) throw new Error('the end does not agree with the lines')
  const keys = lines.map((line) => Buffer.from(line.slice(-2).join('\t')))
  for (let index = 1; index < keys.length; index += 1) {
    // Both are there: index runs inside the list.
    if (Buffer.compare(keys[index - 1]!, keys[index]!) >= 0) throw new Error(`line ${index + 1} is out of order`)
  }
  return { lines, end }
}
