import { type CompiledExclusions, ExclusionMatcher, ExclusionsCompiler, type JudgingList } from '@postern/intel'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { entriesPage, storedTypes } from './exclusion-store.ts'

/** An organization's lists of one revision, ready to judge. */
export type ReadyExclusions = {
  organizationId: string
  /** Counts the changes of the organization's lists; 0 where it never had any. */
  revision: string
  /** Undefined where no list is enabled. */
  matcher: ExclusionMatcher | undefined
  /** The same for another thread: in memory that threads share. */
  compiled: CompiledExclusions | undefined
}

/** Organizations whose lists a hub keeps ready, and the memory of all of them. */
export const organizationsMax = 16
const bytesMax = 512 * 1024 * 1024
/** Entries read at a time: between two readings others have their turn. */
const entriesAtOnce = 2_000
/** How often lists are read that change while they are read. */
const triesMax = 5

/** The newest lists of organizations, ready to judge. */
export class Matchers {
  readonly #db: DatabaseConnection['db']
  /** The least recently used first. */
  readonly #known = new Map<string, ReadyExclusions>()
  readonly #loading = new Map<string, Promise<ReadyExclusions>>()
  readonly #loadingWithin = new Map<string, Promise<ReadyExclusions>>()

  constructor(db: DatabaseConnection['db']) {
    this.#db = db
  }

  /**
   * Lists as they were last changed before this call.
   * @param trx the transaction that somebody is in, which changes no list: it may hold the pool's last connection, and wait for no other
   */
  async current(organizationId: string, trx?: Db): Promise<ReadyExclusions> {
    const revision = await wantedRevision(trx ?? this.#db, organizationId)
    if (revision === undefined) return { organizationId, revision: '0', matcher: undefined, compiled: undefined }
    const known = this.#known.get(organizationId)
    if (known?.revision === revision) {
      this.#known.delete(organizationId)
      this.#known.set(organizationId, known)
      return known
    }
    return await (trx === undefined
      ? this.#load(organizationId, revision)
      : this.#loadWithin(trx, organizationId, revision))
  }

  /** Callers that come at the same time share one loading; it reads that revision or a newer one. */
  #load(organizationId: string, revision: string): Promise<ReadyExclusions> {
    const key = `${organizationId}:${revision}`
    const running = this.#loading.get(key)
    if (running !== undefined) return running
    const loading = loadExclusions(this.#db, organizationId)
      .then((loaded) => this.#keep(loaded))
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, loading)
    return loading
  }

  /** The same over the transaction of whoever comes first, which waits for nobody. Where that one breaks, the next comes first. */
  async #loadWithin(trx: Db, organizationId: string, revision: string): Promise<ReadyExclusions> {
    const key = `${organizationId}:${revision}`
    for (let running = this.#loadingWithin.get(key); running !== undefined; running = this.#loadingWithin.get(key)) {
      const loaded = await running.catch(() => undefined)
      if (loaded !== undefined) return loaded
    }
    const loading = loadWithin(trx, organizationId)
      .then((loaded) => this.#keep(loaded))
      .finally(() => this.#loadingWithin.delete(key))
    this.#loadingWithin.set(key, loading)
    return await loading
  }

  #keep(loaded: ReadyExclusions): ReadyExclusions {
    const { organizationId, revision } = loaded
    const known = this.#known.get(organizationId)
    if (known !== undefined && BigInt(known.revision) > BigInt(revision)) return loaded
    this.#known.delete(organizationId)
    this.#known.set(organizationId, loaded)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= organizationsMax && this.#bytes() <= bytesMax) break
      if (oldest !== organizationId) this.#known.delete(oldest)
    }
    return loaded
  }

  #bytes(): number {
    return this.#known.values().reduce((sum, { compiled }) => sum + (compiled?.bytes ?? 0), 0)
  }
}

async function wantedRevision(db: Db, organizationId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('exclusion_pass')
    .select('wanted_revision')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  return row?.wanted_revision
}

/** From one snapshot of the database, so that lists and revision belong together. */
async function loadExclusions(db: DatabaseConnection['db'], organizationId: string): Promise<ReadyExclusions> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => await readExclusions(trx, organizationId))
}

/** Each statement of another's transaction sees its own state of the database: it is read again where lists changed in between. */
async function loadWithin(trx: Db, organizationId: string): Promise<ReadyExclusions> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const loaded = await readExclusions(trx, organizationId)
    if (((await wantedRevision(trx, organizationId)) ?? '0') === loaded.revision) return loaded
  }
  throw new Problem('unavailable', 'The exclusion lists are being changed all the time. Try again in a minute.')
}

async function readExclusions(trx: Db, organizationId: string): Promise<ReadyExclusions> {
  const revision = (await wantedRevision(trx, organizationId)) ?? '0'
  const { rows: lists } = await sql<JudgingList & { types: string[] | null }>`
        select id, name, kind, matching, indicator_types as types, mode, at_import as "atImport", at_export as "atExport"
        from exclusion_list where organization_id = ${organizationId} and is_enabled order by id`.execute(trx)
  if (lists.length === 0) return { organizationId, revision, matcher: undefined, compiled: undefined }
  const compiler = new ExclusionsCompiler()
  for (const list of lists) {
    compiler.addList({ ...list, types: storedTypes(list.types) })
    let after = 0
    for (let more = true; more;) {
      const entries = await entriesPage(trx, list.id, after, entriesAtOnce)
      for (const { entry } of entries) compiler.addEntry(entry)
      after = entries.at(-1)?.number ?? after
      more = entries.length === entriesAtOnce
    }
  }
  const compiled = compiler.finish()
  return { organizationId, revision, matcher: new ExclusionMatcher(compiled), compiled }
}
