import { sql } from 'kysely'
import { chunksOf, readChunks } from '../database/chunks.ts'
import type { Db } from '../database/database.ts'

/**
 * Writes the bytes once, however many versions or hubs bring them, and once more where what lies there is damaged. Call it in the
 * transaction that refers to them.
 */
export async function storePackage(db: Db, sha256: string, content: Buffer): Promise<'new' | 'sound' | 'mended'> {
  const inserted = await db
    .insertInto('package')
    .values({ sha256, bytes: content.length })
    // Waits for another transaction that is writing the same content, and leaves it alone once that is there.
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .returning('sha256')
    .executeTakeFirst()
  if (inserted === undefined) {
    if (await isSound(db, sha256)) return 'sound'
    await db.deleteFrom('package_chunk').where('sha256', '=', sha256).execute()
  }
  for (const chunk of chunksOf(content)) {
    await db
      .insertInto('package_chunk')
      .values({ sha256, ...chunk })
      .execute()
  }
  return inserted === undefined ? 'mended' : 'new'
}

async function isSound(db: Db, sha256: string): Promise<boolean> {
  const { rows } = await sql<{ stored: string | null }>`
    select encode(sha256(string_agg(content, ''::bytea order by number)), 'hex') as stored
    from package_chunk where package_chunk.sha256 = ${sha256}`.execute(db)
  return rows[0]?.stored === sha256
}

export async function packageBytes(db: Db, sha256: string): Promise<number | undefined> {
  const row = await db.selectFrom('package').select('bytes').where('sha256', '=', sha256).executeTakeFirst()
  return row === undefined ? undefined : Number(row.bytes)
}

/** The bytes, one chunk in memory at a time. */
export function packageContent(db: Db, sha256: string, bytes: number): AsyncGenerator<Buffer> {
  return readChunks(bytes, (number) =>
    db
      .selectFrom('package_chunk')
      .select('content')
      .where('sha256', '=', sha256)
      .where('number', '=', number)
      .executeTakeFirstOrThrow(),
  )
}
