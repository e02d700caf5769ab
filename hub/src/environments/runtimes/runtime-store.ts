import type { Platform, Runtime } from '@postern/protocol'
import { sql } from 'kysely'
import { chunksOf, readChunks } from '../../database/chunks.ts'
import type { Db } from '../../database/database.ts'
import type { ReadRuntime } from './runtime-archive.ts'

export type AddedRuntime = Runtime & { sha256: string }

/** Runtimes that were added by file; by whom, is told to their organization alone. */
export async function listRuntimeRows(db: Db, organizationId?: string): Promise<AddedRuntime[]> {
  const rows = await db
    .selectFrom('runtime')
    .select(['platform', 'version', 'sha256', 'organization_id', 'added_by', 'added_at'])
    .orderBy('platform')
    .execute()
  return rows.map(({ platform, version, sha256, organization_id, added_by, added_at }) => ({
    // The table's check has the same words.
    platform: platform as Platform,
    version,
    sha256,
    addedBy: organization_id !== null && organization_id === organizationId ? added_by : null,
    addedAt: added_at.toISOString(),
  }))
}

type RuntimeAddition = {
  archive: Buffer
  sha256: string
  /** Of who adds it. */
  organizationId: string | null
  addedBy: string
  addedAt: Date
}

/** Until the transaction's end nobody else adds one or removes one. Bundles are made meanwhile. */
export async function lockRuntimes(trx: Db): Promise<void> {
  await sql`lock table runtime in share row exclusive mode`.execute(trx)
}

/** In the place of the one that was there for the same platform. */
export async function putRuntime(
  trx: Db,
  { platform, version, executableBytes, licence }: ReadRuntime,
  { archive, sha256, organizationId, addedBy, addedAt }: RuntimeAddition,
): Promise<void> {
  const values = {
    version,
    sha256,
    bytes: archive.length,
    executable_bytes: executableBytes,
    licence,
    organization_id: organizationId,
    added_by: addedBy,
    added_at: addedAt,
  }
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
