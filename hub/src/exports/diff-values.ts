import { DiffValue, type PlanValue, type ReceiptValue } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { type BlobPlace, readBlobValues } from './value-blob.ts'

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
  for await (const sent of readBlobValues<PlanValue | ReceiptValue>(db, place)) {
    number += 1
    if (number <= from) continue
    if (number > linesReadMax) break
    const value = toDiffValue(sent)
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

function toDiffValue([change, type, value, reason]: [...PlanValue] | [...ReceiptValue]): DiffValue {
  return { change, type, value, reason: reason ?? null }
}
