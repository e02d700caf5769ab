import type { Db } from '../database/database.ts'

/** Packages lie in the database in chunks, so that every hub has them (D14). */
const chunkBytes = 1024 * 1024

/** Writes the bytes once, however many versions or hubs bring them. Call it in the transaction that refers to them. */
export async function storePackage(db: Db, sha256: string, content: Buffer): Promise<void> {
  const inserted = await db
    .insertInto('package')
    .values({ sha256, bytes: content.length })
    // Waits for another transaction that is writing the same content, and leaves it alone once that is there.
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .returning('sha256')
    .executeTakeFirst()
  if (inserted === undefined) return
  for (let number = 0; number * chunkBytes < content.length; number += 1) {
    const chunk = content.subarray(number * chunkBytes, (number + 1) * chunkBytes)
    await db.insertInto('package_chunk').values({ sha256, number, content: chunk }).execute()
  }
}

export async function packageBytes(db: Db, sha256: string): Promise<number | undefined> {
  const row = await db.selectFrom('package').select('bytes').where('sha256', '=', sha256).executeTakeFirst()
  return row === undefined ? undefined : Number(row.bytes)
}

/** The bytes, one chunk in memory at a time. */
export async function* packageContent(db: Db, sha256: string, bytes: number): AsyncGenerator<Buffer> {
  for (let number = 0; number * chunkBytes < bytes; number += 1) {
    const { content } = await db
      .selectFrom('package_chunk')
      .select('content')
      .where('sha256', '=', sha256)
      .where('number', '=', number)
      .executeTakeFirstOrThrow()
    yield content
  }
}
