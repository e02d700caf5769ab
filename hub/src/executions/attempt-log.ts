import type { Readable } from 'node:stream'
import { limits, LogLine } from '@postern/protocol'
import type { DatabaseConnection } from '../database/database.ts'
import { readGzipLines } from '../http/ndjson-body.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { tellChange } from '../live/changes.ts'
import { countLogBytes, dayOf, ensureLogPartition, insertLogLines } from './log-store.ts'

const bodyBounds = {
  compressedMax: 4 * 1024 * 1024,
  bytesMax: limits.logChunkLinesMax * (limits.logLineCharactersMax * 4 + 512),
  lineMax: limits.logLineCharactersMax * 6 + 512,
}
/** S15: what one environment server may send in a day; more waits in its own spool. */
const serverBytesADayMax = 2 * 1024 * 1024 * 1024
const partitionsKnownMax = 1000

export type AttemptLogParts = { db: DatabaseConnection['db']; clock: Clock }

/** Takes log chunks of attempts, each line once. */
export function createAttemptLog({ db, clock }: AttemptLogParts) {
  const partitionsKnown = new Set<string>()

  /** @throws `conflict` for an attempt that was lost without a word, so that its server gives the chunk up */
  async function receive(serverXid: string, executionId: string, number: number, body: Readable): Promise<void> {
    const attempt = found(await findAttempt(executionId, number), 'attempt')
    if (attempt.server_xid !== serverXid) throw new Problem('not-found', 'There is no such attempt on this server.')
    const { lines, bytes } = await readChunk(body)
    if (lines.length === 0) return
    const day = dayOf(attempt.created_at)
    await partitionOf(day)
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('attempt')
        .select(['state', 'log_seq_last'])
        .where('execution_id', '=', executionId)
        .where('number', '=', number)
        .forShare()
        .executeTakeFirstOrThrow()
      refuseFenced(executionId, number, row)
      // What comes after the result belongs to the attempt only as far as the result itself said.
      const last = row.log_seq_last
      const wanted = last === null ? lines : lines.filter(({ seq }) => seq <= last)
      const inserted = await insertLogLines(trx, day, executionId, number, wanted)
      if (inserted === 0) return
      const total = await countLogBytes(trx, serverXid, dayOf(clock.now()), bytes)
      if (total > serverBytesADayMax) {
        throw new Problem(
          'too-many',
          `This environment server has sent its ${serverBytesADayMax} bytes of log for today; send the rest tomorrow.`,
        )
      }
      await tellChange(trx, { changed: 'execution', id: executionId, part: 'log' })
    })
  }

  async function findAttempt(executionId: string, number: number) {
    if (!isRowId(executionId)) return undefined
    return await db
      .selectFrom('attempt')
      .innerJoin('execution', 'execution.id', 'attempt.execution_id')
      .select(['attempt.server_xid', 'execution.created_at'])
      .where('attempt.execution_id', '=', executionId)
      .where('attempt.number', '=', number)
      .executeTakeFirst()
  }

  async function partitionOf(day: string): Promise<void> {
    if (partitionsKnown.has(day)) return
    await ensureLogPartition(db, day)
    if (partitionsKnown.size >= partitionsKnownMax) partitionsKnown.clear()
    partitionsKnown.add(day)
  }

  return { receive }
}

/** One that was lost without a word. Where its server said afterwards how it ended, its last lines belong to that. */
function refuseFenced(
  executionId: string,
  number: number,
  { state, log_seq_last: last }: { state: string; log_seq_last: number | null },
): void {
  if (last !== null || (state !== 'lost' && state !== 'refused')) return
  throw new Problem(
    'conflict',
    `Attempt ${number} of execution ${executionId} has ended as ${state}; its log is not taken any more.`,
  )
}

async function readChunk(body: Readable): Promise<{ lines: LogLine[]; bytes: number }> {
  const lines: LogLine[] = []
  let bytes = 0
  for await (const text of readGzipLines(body, bodyBounds)) {
    if (text === '') continue
    if (lines.length >= limits.logChunkLinesMax) {
      throw new Problem('too-large', `A chunk of log holds at most ${limits.logChunkLinesMax} lines.`)
    }
    bytes += text.length
    lines.push(readLine(text, lines.length + 1))
  }
  return { lines, bytes }
}

function readLine(text: string, number: number): LogLine {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Problem('invalid', `Line ${number} of the chunk is not JSON.`)
  }
  const line = LogLine.safeParse(json)
  if (!line.success) throw new Problem('invalid', `Line ${number} of the chunk is not a log line.`)
  // PostgreSQL's text holds no NUL; the mark for it is its picture.
  const shown = line.data.text.replaceAll('\0', '\u2400')
  const cut = shown.length > limits.logLineCharactersMax ? `${shown.slice(0, limits.logLineCharactersMax)}…` : shown
  return { ...line.data, text: cut }
}
