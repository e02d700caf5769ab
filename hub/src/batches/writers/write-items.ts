import type { PoolClient } from 'pg'
import type { BatchModes } from '../batch-modes.ts'
import type { BatchSender } from '../batches.ts'
import type { CopyLines } from '../../database/copy/copy-lines.ts'
import { sentLifecycle } from '../../lifecycle/settle-sent.ts'
import { planFilesOf, refuseWithheld, withheldRows, writeFiles } from './file-writer.ts'
import { deleteAssertions, deleteGroups } from './delete-writer.ts'
import { writeGroups } from './group-writer.ts'
import { writeIndicators } from './indicator-writer.ts'
import type { ItemOutcomes } from '../ledger/item-outcomes.ts'
import { writeLinks } from './link-writer.ts'
import type { PreparedBatch, PreparedRows, ReadMessage, WholeBatch } from '../content/prepared-batch.ts'
import { noteTouched } from './sent-tables.ts'

/** A batch on its way into the library: what was read of it at first, and what is still being read. */
export type BatchOnItsWay = { id: string; batch: PreparedBatch; messages: AsyncIterable<ReadMessage>; now: Date }

/**
 * Writes the items of a batch: its groups, its indicators part by part as they are prepared, and their associations last, since these
 * refer to any of them. In the batch's transaction and its turn (batch-turn.ts).
 */
export async function writeItems(
  client: PoolClient,
  sender: BatchSender,
  { id, batch, messages, now }: BatchOnItsWay,
  modes: BatchModes,
  outcomes: ItemOutcomes,
): Promise<{ whole: WholeBatch; associations: number }> {
  const isDelete = modes.action === 'Delete'
  const lifecycle = await sentLifecycle(client, sender.ownerId, now)
  if (isDelete) await deleteGroups(client, sender, batch.groups, id, outcomes)
  else await writeGroups(client, sender, batch, modes, outcomes)
  const files = isDelete ? undefined : await planFilesOf(client, sender.ownerId, batch, modes)
  if (files !== undefined) refuseWithheld(batch, files, outcomes)
  const indicators: PreparedRows[] = []
  let ledger: CopyLines | undefined
  for await (const message of messages) {
    if (message.kind === 'ledger') ledger = message.ledger
    if (message.kind !== 'indicators') continue
    if (isDelete) await deleteAssertions(client, sender, message.rows, id, outcomes)
    else {
      const withheld = withheldRows(message.rows, files)
      await writeIndicators(client, sender, message.rows, modes, lifecycle, outcomes, withheld)
    }
    await noteTouched(client, sender.organizationId)
    indicators.push(message.rows)
  }
  if (ledger === undefined) throw new Error('a batch was read without its ledger')
  const whole = { ...batch, indicators, ledger }
  if (isDelete) return { whole, associations: 0 }
  const ofFiles = await writeFiles(client, sender.ownerId, whole, modes, files, outcomes)
  return { whole, associations: ofFiles + (await writeLinks(client, sender, whole, outcomes, now)) }
}
