import { createHash, type Hash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { PlanValue, ReceiptValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { readGzipLines } from '../http/ndjson-body.ts'
import { Problem } from '../lib/problem.ts'
import { linesHolding } from './lines-holding.ts'

/** Where compressed values of a plan or a receipt lie, in chunks. */
export type BlobPlace = { kind: 'plan' | 'receipt'; id: string }

const chunkBytes = 1024 * 1024

/** Bounds of a list of values: 3 M values in all is what the largest known control takes (AED-6). */
export const valuesBounds = { compressedMax: 256 * 1024 * 1024, bytesMax: 2 * 1024 * 1024 * 1024, lineMax: 16 * 1024 }

/** Writes a compressed list as it comes in; memory stays at one chunk. Use it in the transaction that makes the list count. */
export class BlobWriter {
  readonly #db: Db
  readonly #place: BlobPlace
  readonly #hash: Hash = createHash('sha256')
  #parts: Buffer[] = []
  #bytes = 0
  #number = 0

  constructor(db: Db, place: BlobPlace) {
    this.#db = db
    this.#place = place
  }

  async write(part: Buffer): Promise<void> {
    this.#hash.update(part)
    this.#parts.push(part)
    this.#bytes += part.length
    while (this.#bytes >= chunkBytes) {
      const whole = Buffer.concat(this.#parts)
      await this.#insert(whole.subarray(0, chunkBytes))
      this.#parts = [whole.subarray(chunkBytes)]
      this.#bytes = whole.length - chunkBytes
    }
  }

  /** @returns SHA-256 of the bytes as they came */
  async end(): Promise<Buffer> {
    if (this.#bytes > 0) await this.#insert(Buffer.concat(this.#parts))
    return this.#hash.digest()
  }

  async #insert(content: Buffer): Promise<void> {
    const { table, column } = namesOf(this.#place)
    await sql`insert into ${sql.table(table)} (${sql.ref(column)}, number, content)
      values (${this.#place.id}, ${this.#number}, ${content})`.execute(this.#db)
    this.#number += 1
  }
}

/** The compressed bytes, chunk by chunk, as they were sent. */
export function readBlob(db: Db, place: BlobPlace): Readable {
  const { table, column } = namesOf(place)
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let number = 0; ; number += 1) {
      const { rows } = await sql<{ content: Buffer }>`
        select content from ${sql.table(table)} where ${sql.ref(column)} = ${place.id} and number = ${number}`.execute(
        db,
      )
      const content = rows[0]?.content
      if (content === undefined) return
      yield content
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** The values of a plan or a receipt, as they were sent. Lines were checked when they came in. */
export async function* readBlobValues<Value extends PlanValue | ReceiptValue>(
  db: Db,
  place: BlobPlace,
): AsyncGenerator<Value> {
  for await (const line of readGzipLines(readBlob(db, place), valuesBounds))
    if (line !== '') yield JSON.parse(line) as Value
}

/** Bytes that are searched between two waits. */
const searchedBytes = 256 * 1024

/**
 * Those of a plan's or receipt's values whose line holds a value, found in the bytes: as `JSON.stringify` writes it, with which apps write.
 * @param budget bytes that may still be searched; at 0 the search ended early
 */
export async function* findBlobValues<Value extends PlanValue | ReceiptValue>(
  db: Db,
  place: BlobPlace,
  value: string,
  budget: { bytes: number },
): AsyncGenerator<Value> {
  const text = pipeline(readBlob(db, place), createGunzip({ chunkSize: searchedBytes }), () => {
    // The error reaches whoever reads the text.
  })
  async function* affordable(): AsyncGenerator<Buffer> {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      if (budget.bytes === 0) return
      budget.bytes = Math.max(0, budget.bytes - chunk.length)
      yield chunk
    }
  }
  for await (const line of linesHolding(affordable(), JSON.stringify(value))) yield JSON.parse(line) as Value
}

function namesOf({ kind }: BlobPlace): { table: string; column: string } {
  return kind === 'plan'
    ? { table: 'plan_values', column: 'plan_id' }
    : { table: 'receipt_values', column: 'receipt_id' }
}

/** A line of NDJSON as JSON. @throws Problem that names the line */
export function readJsonLine(text: string, number: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('invalid', `Line ${number} is not JSON.`)
  }
}
