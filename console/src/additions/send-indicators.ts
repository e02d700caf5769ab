import { addingBatch, BatchAnswer, BatchError, type BatchIndicator, tcexPaths } from '@postern/protocol'
import * as z from 'zod/mini'
import { api } from '../api/api.ts'

/** Indicators in one batch: small enough for its answer to come soon. */
const batchItems = 10_000

/** What became of indicators that were sent. */
export interface Addition {
  owner: string
  taken: number
  refused: number
  /** Why something was refused, or taken without a part of it; of the first batches at least. */
  reasons: readonly string[]
}

/** Sends them in an owner's name, one batch after the other; what one batch refuses does not stop the next. */
export async function sendIndicators(owner: string, indicators: readonly BatchIndicator[]): Promise<Addition> {
  const reasons: string[] = []
  let [taken, refused] = [0, 0]
  for (let from = 0; from < indicators.length; from += batchItems) {
    const { batchStatus, batchId } = await sendBatch(owner, indicators.slice(from, from + batchItems))
    taken += batchStatus.successIndicatorCount ?? 0
    refused += batchStatus.errorIndicatorCount ?? 0
    if ((batchStatus.errorCount ?? 0) > 0 && batchId !== undefined) reasons.push(...(await reasonsOf(batchId)))
  }
  return { owner, taken, refused, reasons }
}

async function sendBatch(owner: string, indicator: readonly BatchIndicator[]) {
  const upload = new FormData()
  for (const [name, part] of Object.entries({ config: addingBatch(owner), content: { indicator } }))
    upload.append(name, new Blob([JSON.stringify(part)]), name)
  const reply = BatchAnswer
  return (await api(tcexPaths.base + tcexPaths.createAndUpload, { method: 'POST', upload, reply })).data
}

async function reasonsOf(batchId: number): Promise<string[]> {
  const errors = await api(tcexPaths.base + tcexPaths.batchErrors(batchId), { reply: z.array(BatchError) })
  return errors.map(({ errorReason }) => errorReason)
}
