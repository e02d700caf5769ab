import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

import type { StixRow } from '../stix/judge-object.ts'
import type { Collection } from './collection-store.ts'

export interface StoredObject {
  readonly stixId: string
  readonly type: string
  readonly modified: string
  readonly revoked: boolean
  /** `ipv4-addr`, `domain-name` or `url`; only of indicators. */
  readonly kind: string | null
  readonly value: string | null
  readonly addedAt: string
  readonly json: string
}

/** Which objects a reader asks for; absent fields ask for all. */
export interface ObjectQuery {
  readonly withRevoked: boolean
  readonly ids?: readonly string[]
  readonly types?: readonly string[]
  readonly modified?: readonly string[]
  /** Sortable timestamp; only what was added later. */
  readonly addedAfter?: string
  /** Every word stands somewhere in the id or the value, ignoring case. */
  readonly words?: readonly string[]
  readonly sort?: 'added' | 'stixId' | 'type' | 'modified'
  readonly descending?: boolean
}

const sortColumns = { added: 'seq', stixId: 'stix_id', type: 'type', modified: 'modified' }
const columns = `stix_id as "stixId", type, modified, revoked, kind, value, added_at as "addedAt", json`

/** The objects of all collections, one row for each STIX id in a collection. */
export class ObjectStore {
  #database: DatabaseSync
  #find
  #insert
  #update
  #deleteOne

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#find = database.prepare(
      'select seq, modified, revoked, type from object where collection = ? and stix_id = ?',
    )
    this.#insert = database.prepare(
      'insert into object (collection, stix_id, type, modified, revoked, kind, value, added_at, json) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = database.prepare(
      'update object set modified = ?, revoked = ?, kind = ?, value = ?, json = ? where seq = ?',
    )
    this.#deleteOne = database.prepare('delete from object where collection = ? and stix_id = ?')
  }

  find(collection: Collection, stixId: string): { seq: number; modified: string; revoked: boolean } | undefined {
    const row = this.#find.get(collection.number, stixId)
    if (row === undefined) return undefined
    return { seq: Number(row['seq']), modified: String(row['modified']), revoked: row['revoked'] === 1 }
  }

  insert(collection: Collection, row: StixRow, addedAt: string): void {
    this.#insert.run(
      collection.number,
      row.stixId,
      row.type,
      row.modified,
      Number(row.revoked),
      row.kind,
      row.value,
      addedAt,
      row.json,
    )
  }

  /** Keeps the row's place and the date it was added: TAXII 2.0 (3.3) sorts by an object's first appearance. */
  replace(seq: number, row: StixRow): void {
    this.#update.run(row.modified, Number(row.revoked), row.kind, row.value, row.json, seq)
  }

  deleteByIds(collection: Collection, stixIds: readonly string[]): void {
    for (const stixId of stixIds) this.#deleteOne.run(collection.number, stixId)
  }

  /** STIX ids of all objects, in the order they were added. */
  ids(collection: Collection): string[] {
    return this.#database
      .prepare('select stix_id as "stixId" from object where collection = ? order by seq')
      .all(collection.number)
      .map((row) => String(row['stixId']))
  }

  clear(collection: Collection): void {
    this.#database.prepare('delete from object where collection = ?').run(collection.number)
  }

  /** Remembers what every collection holds now, in place of what was remembered before; for as long as this process lives. */
  keep(): void {
    this.#database.exec('drop table if exists temp.kept; create temp table kept as select * from main.object')
  }

  /** Puts back what was kept. */
  recall(): void {
    this.#database.exec('delete from main.object; insert into main.object select * from temp.kept')
  }

  /** Forgets the oldest revoked objects above `keptMax`. */
  forgetRevoked(collection: Collection, keptMax: number): void {
    this.#database
      .prepare(
        `delete from object where seq in (
           select seq from object where collection = ?1 and revoked = 1 order by seq
           limit max(0, (select count(*) from object where collection = ?1 and revoked = 1) - ?2))`,
      )
      .run(collection.number, keptMax)
  }

  /** Objects in use: indicators, and all others. */
  counts(collection: Collection): { indicators: number; others: number } {
    const row = this.#database
      .prepare(
        `select count(*) filter (where type = 'indicator') as indicators, count(*) filter (where type <> 'indicator') as others
         from object where collection = ? and revoked = 0`,
      )
      .get(collection.number)
    return { indicators: Number(row?.['indicators'] ?? 0), others: Number(row?.['others'] ?? 0) }
  }

  count(collection: Collection, query: ObjectQuery): number {
    const { where, values } = conditions(collection, query)
    return Number(this.#database.prepare(`select count(*) as n from object where ${where}`).get(...values)?.['n'] ?? 0)
  }

  page(collection: Collection, query: ObjectQuery, offset: number, limit: number): StoredObject[] {
    const { where, values } = conditions(collection, query)
    const order = `${sortColumns[query.sort ?? 'added']} ${query.descending === true ? 'desc' : 'asc'}, seq`
    const rows = this.#database
      .prepare(`select ${columns} from object where ${where} order by ${order} limit ? offset ?`)
      .all(...values, limit, offset)
    // The columns are those named above; revoked is the one that needs turning.
    return rows.map((row) => ({ ...row, revoked: row['revoked'] === 1 })) as unknown as StoredObject[]
  }

  /** What the appliance would act on: distinct values of the indicators in use, sorted. */
  heldValues(collection: Collection, kind: string): string[] {
    return this.#database
      .prepare(
        `select distinct value from object
         where collection = ? and revoked = 0 and type = 'indicator' and kind = ? order by value`,
      )
      .all(collection.number, kind)
      .map((row) => String(row['value']))
  }
}

function conditions(collection: Collection, query: ObjectQuery): { where: string; values: SQLInputValue[] } {
  const parts = ['collection = ?']
  const values: SQLInputValue[] = [collection.number]
  if (!query.withRevoked) parts.push('revoked = 0')
  for (const [column, wanted] of [
    ['stix_id', query.ids],
    ['type', query.types],
    ['modified', query.modified],
  ] as const) {
    if (wanted === undefined) continue
    parts.push(`${column} in (select value from json_each(?))`)
    values.push(JSON.stringify(wanted))
  }
  if (query.addedAfter !== undefined) {
    parts.push('added_at > ?')
    values.push(query.addedAfter)
  }
  for (const word of query.words ?? []) {
    parts.push(`instr(lower(stix_id || ' ' || coalesce(value, '')), ?) > 0`)
    values.push(word.toLowerCase())
  }
  return { where: parts.join(' and '), values }
}
