import { type FileItem, type FilePlan, planFiles } from '@postern/intel'
import type { PoolClient } from 'pg'
import type { BatchModes } from '../batch-modes.ts'
import type { ItemOutcomes } from '../ledger/item-outcomes.ts'
import { ledgerEntry } from '../ledger/ledger-blocks.ts'
import { sameFile } from '../content/link-rows.ts'
import type { PreparedBatch, PreparedRows, WholeBatch } from '../content/prepared-batch.ts'
import { notValid, refusalCodes } from '../content/refusal-codes.ts'
import { linkHashes, readFilesOf } from './file-links.ts'

/**
 * Plans what the items that name several hashes do to the owner's files (D2), before anything is written: by the mode, some of
 * their hashes are not to be written at all. The batch runs alone (batch-turn.ts), so that the links stay as they were found.
 */
export async function planFilesOf(
  client: PoolClient,
  ownerId: string,
  { files }: PreparedBatch,
  { files: modes }: BatchModes,
): Promise<FilePlan | undefined> {
  if (files.length === 0 || !withholds(modes.collision)) return undefined
  return plan(client, ownerId, files, modes)
}

/** The other modes look only at items that are new or say something new, when these are known. */
function withholds(collision: BatchModes['files']['collision']): boolean {
  return collision === 'IgnoreIncoming' || collision === 'IgnoreExisting'
}

async function plan(
  client: PoolClient,
  ownerId: string,
  files: readonly FileItem[],
  modes: BatchModes['files'],
): Promise<FilePlan> {
  const ids = [...new Set(files.flatMap(({ hashes }) => hashes.map(({ id }) => id)))]
  const links = await readFilesOf(client, ownerId, ids)
  const known = modes.merge === 'Distribute' ? await readKnown(client, ownerId, ids) : undefined
  return planFiles(files, links, (id) => known?.has(id) === true, modes)
}

/** Those that the owner asserted before this transaction. */
async function readKnown(client: PoolClient, ownerId: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(
    `select replace(a.indicator_id::text, '-', '') as id from unnest($2::uuid[]) s (id)
     cross join lateral (
       select indicator_id from assertion where indicator_id = s.id and owner_id = $1 and added_at < now() limit 1
     ) a`,
    [ownerId, ids],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Refuses items of which nothing is to be written. */
export function refuseWithheld({ files }: PreparedBatch, { withheld }: FilePlan, outcomes: ItemOutcomes): void {
  for (const { position, hashes } of files) {
    if (withheld.get(position)?.size === hashes.length) outcomes.refuse(position, refusalCodes.fileMerge, '')
  }
}

/** Rows that no item of the batch wants to be written. */
export function withheldRows(rows: PreparedRows, plan: FilePlan | undefined): ReadonlySet<number> {
  if (plan === undefined || plan.withheld.size === 0 || typeof rows.keys === 'string') return noRows
  const withheld = new Set<number>()
  const wanted = new Set<number>()
  for (const [index, position] of rows.itemPositions.entries()) {
    // The two arrays have one length.
    const row = rows.itemRows[index]!
    const ids = plan.withheld.get(position)
    if (ids?.has(idAt(rows.keys, row)) === true) withheld.add(row)
    else wanted.add(row)
  }
  return new Set([...withheld].filter((row) => !wanted.has(row)))
}

const noRows: ReadonlySet<number> = new Set()

/** A binary uuid[] is a head of 20 bytes, and of each element its length in 4 bytes and its 16 bytes (uuid-array.ts). */
function idAt(keys: Uint8Array, row: number): string {
  const start = 20 + row * 20 + 4
  return Buffer.from(keys.buffer, keys.byteOffset + start, 16).toString('hex')
}

/**
 * Writes the links between hashes of the same file, after the indicators. What a person took back stays so.
 * @returns how many links were written
 */
export async function writeFiles(
  client: PoolClient,
  ownerId: string,
  batch: WholeBatch,
  { files: modes }: BatchModes,
  planned: FilePlan | undefined,
  outcomes: ItemOutcomes,
): Promise<number> {
  const due = batch.files.filter(({ position }) => isDue(outcomes.of(position)))
  if (due.length === 0 && planned === undefined) return 0
  const { linked, unlinked, withheld, apart } = planned ?? (await plan(client, ownerId, due, modes))
  if (unlinked.length > 0) await unlink(client, ownerId, unlinked)
  for (const position of withheld.keys()) noteFile(batch, position, outcomes, ignored(modes.collision))
  for (const position of apart) noteFile(batch, position, outcomes, keptApart)
  return linked.length === 0 ? 0 : linkHashes(client, ownerId, linked)
}

function isDue(outcome: string | undefined): boolean {
  return outcome === 'created' || outcome === 'updated'
}

async function unlink(client: PoolClient, ownerId: string, pairs: FilePlan['unlinked']): Promise<void> {
  await client.query(
    `delete from indicator_link l using unnest($2::uuid[], $3::uuid[]) p (one, other)
     where l.indicator_id = p.one and l.owner_id = $1 and l.linked_id = p.other and l.kind = $4 and l.taken_back_at is null`,
    [ownerId, pairs.map(([one]) => one), pairs.map(([, other]) => other), sameFile],
  )
}

const keptApart =
  'This owner has one of its hashes in another file; they were not linked (hashCollisionMode FavorExisting).'

function ignored(collision: string): string {
  return `This owner has one of its hashes in another file; what collides was not written (hashCollisionMode ${collision}).`
}

function noteFile(batch: WholeBatch, position: number, outcomes: ItemOutcomes, why: string): void {
  const [, , type, summary] = ledgerEntry(batch.ledger, position)
  const reason = notValid(type, summary, why)
  if (outcomes.of(position) === 'refused') outcomes.refuse(position, refusalCodes.fileMerge, reason)
  else outcomes.notePart(position, refusalCodes.filePartly, reason)
}
