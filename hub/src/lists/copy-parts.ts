import type { Pool } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

/** Signature, flags and the length of no header extension (PostgreSQL manual, COPY, binary format). */
const headerBytes = 19
/** Of a row with one field: how many fields it has, and the field's length. */
const rowHeadBytes = 6

/**
 * Parts of a text, one behind the other, as they are stored. By COPY in its binary format: the bytes come as they are, where a query's answer
 * would be made into text and back.
 * @param parts numbers of ours alone: COPY takes no parameters
 */
export async function copyParts(
  pool: Pool,
  column: 'body' | 'gzip',
  { textId, from, to }: { textId: bigint; from: number; to: number },
): Promise<Buffer> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    const query = `select ${column} from list_text_part where text_id = ${textId} and number >= ${from} and number < ${to} order by number`
    const chunks: Buffer[] = await client.query(copyTo(`copy (${query}) to stdout (format binary)`)).toArray()
    return fieldsOf(Buffer.concat(chunks))
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // A connection that broke off in the middle of a COPY is not used again.
    client.release(failure)
  }
}

/** Moves the fields together, over what stands between them. */
function fieldsOf(copied: Buffer): Buffer {
  let length = 0
  for (let at = headerBytes; copied.readInt16BE(at) === 1;) {
    const bytes = copied.readInt32BE(at + 2)
    copied.copyWithin(length, at + rowHeadBytes, at + rowHeadBytes + bytes)
    length += bytes
    at += rowHeadBytes + bytes
  }
  return copied.subarray(0, length)
}
