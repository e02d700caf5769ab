import { DiffValue, type PlanValue, type ReceiptValue } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { readGzipLines } from '../http/ndjson-body.ts'
import { Problem } from '../lib/problem.ts'
import { type BlobPlace, readBlob, valuesBounds } from './value-blob.ts'

export type DiffPage = { data: DiffValue[]; next?: string }

/** Lines that one page reads over at most; further on, people take the whole list. */
const linesReadMax = 5_000_000

/**
 * A page of a plan's or receipt's values for people, read from the compressed list. The cursor is the number of lines before the
 * page: a page far in costs the reading of all before it, which is a second for some millions.
 */
export async function readDiffPage(
  db: Db,
  place: BlobPlace,
  filter: { change?: DiffValue['change'] | undefined; contains?: string | undefined },
  cursor: string | undefined,
  rowsMax: number,
): Promise<DiffPage> {
  const from = readCursor(cursor)
  const data: DiffValue[] = []
  let number = 0
  for await (const line of readGzipLines(readBlob(db, place), valuesBounds)) {
    number += 1
    if (number <= from || line === '') continue
    if (number > linesReadMax) break
    const value = toDiffValue(JSON.parse(line) as PlanValue | ReceiptValue)
    if (filter.change !== undefined && value.change !== filter.change) continue
    if (filter.contains !== undefined && !value.value.includes(filter.contains)) continue
    if (data.length === rowsMax) return { data, next: String(number - 1) }
    data.push(value)
  }
  return { data }
}

function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,9}$/.test(cursor))
    throw new Problem('invalid', '"cursor" is not one of this list; pass back "next" of a page, or leave it out.')
  return Number(cursor)
}

/** Lines were checked when they came in. */
function toDiffValue([change, type, value, reason]: [...PlanValue] | [...ReceiptValue]): DiffValue {
  return { change, type, value, reason: reason ?? null }
}
