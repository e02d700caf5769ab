import type { Caller } from '../access/caller.ts'
import type { DiffValue } from '@postern/protocol'
import type { Readable } from 'node:stream'
import { type DiffPage, readDiffPage } from './diff-values.ts'
import { createPlans, type ExportsParts } from './plans.ts'
import { createReceipts } from './receipts.ts'
import { type BlobPlace, readBlob } from './value-blob.ts'

export type Exports = ReturnType<typeof createExports>

/** Plans and receipts of exports, and what each control holds (D5). */
export function createExports(parts: ExportsParts) {
  const { db } = parts
  const plans = createPlans(parts)
  const receipts = createReceipts(parts)

  /** Checks that the caller may see it, then hands out its values. */
  async function place(caller: Caller, kind: BlobPlace['kind'], id: string): Promise<BlobPlace> {
    await (kind === 'plan' ? plans.get(caller, id) : receipts.get(caller, id))
    return { kind, id }
  }

  return {
    plans,
    receipts,

    /** The whole list, compressed as it came. */
    async values(caller: Caller, kind: BlobPlace['kind'], id: string): Promise<Readable> {
      return readBlob(db, await place(caller, kind, id))
    },

    async valuesPage(
      caller: Caller,
      kind: BlobPlace['kind'],
      id: string,
      filter: { change?: DiffValue['change'] | undefined; contains?: string | undefined },
      cursor: string | undefined,
      rowsMax: number,
    ): Promise<DiffPage> {
      return await readDiffPage(db, await place(caller, kind, id), filter, cursor, rowsMax)
    },

    /** Every few seconds, on every hub. */
    async tick(): Promise<void> {
      await plans.settleAbandoned()
      await receipts.settlePending()
    },
  }
}
