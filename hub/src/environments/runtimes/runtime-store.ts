import type { Platform, Runtime } from '@postern/protocol'
import { chunksOf, readChunks } from '../../database/chunks.ts'
import type { Db } from '../../database/database.ts'
import type { ReadRuntime } from './runtime-archive.ts'

export type AddedRuntime = Runtime & { sha256: string }

/** Runtimes that were added by file. */
export async function listRuntimeRows(db: Db): Promise<AddedRuntime[]> {
  const rows = await db
    .selectFrom('runtime')
    .select(['platform', 'version', 'sha256', 'added_by', 'added_at'])
    .orderBy('platform')
    .execute()
  return rows.map(({ platform, version, sha256, added_by, added_at }) => ({
    // The table's check has the same words.
    platform: platform as Platform,
    version,
    sha256,
    addedBy: added_by,
    addedAt: added_at.toISOString(),
  }))
}

/** In the place of the one that was there for the same platform. */
export async function putRuntime(
  trx: Db,
  { platform, version, executableBytes, licence }: ReadRuntime,
  { archive, sha256, addedBy, addedAt }: { archive: Buffer; sha256: string; addedBy: string; addedAt: Date },
): Promise<void> {
  const values = {
    version,
    sha256,
    bytes: archive.length,
    executable_bytes: executableBytes,
    licence,
    added_by: addedBy,
    added_at: addedAt,
  }
  // Who adds one for the same platform meanwhile waits here.
  await trx
    .insertInto('runtime')
    .values({ platform, ...values })
    .onConflict((conflict) => conflict.column('platform').doUpdateSet(values))
    .execute()
  await trx.deleteFrom('runtime_chunk').where('platform', '=', platform).execute()
  for (const chunk of chunksOf(archive)) {
    await trx
      .insertInto('runtime_chunk')
      .values({ platform, ...chunk })
      .execute()
  }
}

/** @returns what there was */
export async function deleteRuntime(trx: Db, platform: Platform) {
  return await trx
    .deleteFrom('runtime')
    .where('platform', '=', platform)
    .returning(['version', 'sha256'])
    .executeTakeFirst()
}

/** What a bundle needs to know of one that was added. */
export async function findRuntime(db: Db, platform: Platform) {
  return await db
    .selectFrom('runtime')
    .select(['version', 'sha256', 'bytes', 'executable_bytes', 'licence'])
    .where('platform', '=', platform)
    .executeTakeFirst()
}

/** The archive, one chunk in memory at a time. It fails where another one takes its place meanwhile. */
export function runtimeContent(db: Db, sha256: string, bytes: number): AsyncGenerator<Buffer> {
  return readChunks(bytes, (number) =>
    db
      .selectFrom('runtime_chunk')
      .innerJoin('runtime', 'runtime.platform', 'runtime_chunk.platform')
      .select('content')
      .where('sha256', '=', sha256)
      .where('number', '=', number)
      .executeTakeFirstOrThrow(),
  )
}
