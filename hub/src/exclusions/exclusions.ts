import { readIndicatorTypeName } from '@postern/intel'
import type {
  ChangeExclusionList,
  CreateExclusionList,
  ExclusionEntry,
  ExclusionHit,
  ExclusionList,
  ExclusionTest,
  ImportedWarningList,
  RefusedEntry,
  TestExclusions,
} from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { collectionScope } from '../collections/collection-scope.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { requireMatch } from '../http/if-match.ts'
import { UploadPlaces } from '../http/upload-places.ts'
import { found, Problem } from '../lib/problem.ts'
import { countBroadHits } from './broad-hits.ts'
import { exclusionHitsPage } from './exclusion-hits.ts'
import { passExclusions } from './exclusion-pass.ts'
import {
  bumpRevision,
  deleteExclusionList,
  entriesPage,
  findExclusionList,
  insertExclusionList,
  type ExclusionListFacts,
  exclusionListsPage,
  lockExclusionList,
  replaceEntries,
  type StoredExclusionList,
  storedTypes,
  tagOfList,
  toApi,
  updateExclusionList,
} from './exclusion-store.ts'
import { testValues } from './exclusion-test.ts'
import { Matchers } from './matchers.ts'
import { whatIsLost } from './lost-entries.ts'
import { NeverExported, whitelistedAmong } from './never-exported.ts'
import type { ReadUpload } from './read-upload.ts'
import { uploadLimits } from './upload-limits.ts'
import { UploadReader } from './upload-reader.ts'

export { isKeptFromExports } from './never-exported.ts'

export type ExclusionsParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  log: Log
  /** Hears that indicators of the organization were touched: the data collections have something to do. */
  onTouched(organizationId: string): void
}

export type ExclusionLists = ReturnType<typeof createExclusions>

/** Exclusion lists (LIB-4, D25): what they are, what they say of values, and that the library follows them. */
export function createExclusions({ db, clock, audit, log, onTouched }: ExclusionsParts) {
  const matchers = new Matchers(db)
  const reader = new UploadReader()
  const places = new UploadPlaces({
    what: 'lists',
    countMax: uploadLimits.uploadsMax,
    bytesMax: uploadLimits.uploadBytesMax,
    bodyBytesMax: uploadLimits.bodyBytesMax,
  })

  async function create(caller: PersonCaller, wanted: CreateExclusionList, address?: string): Promise<ExclusionList> {
    const kind = wanted.kind ?? 'own'
    const facts: ExclusionListFacts = {
      name: wanted.name.trim(),
      description: wanted.description ?? null,
      kind,
      matching: 'value',
      indicatorTypes: typeNames(wanted.indicatorTypes ?? null),
      mode: wanted.mode ?? 'block',
      atImport: wanted.atImport ?? true,
      atExport: wanted.atExport ?? true,
      isEnabled: true,
      mispVersion: null,
    }
    requireSense(facts)
    return await db.transaction().execute(async (trx) => {
      const id = (await insertExclusionList(trx, caller.organizationId, facts)) ?? nameTaken(facts.name)
      await audit.record(trx, caller, 'exclusion-list.create', `exclusion list ${id}`, { ...facts }, address)
      await bumpRevision(trx, caller.organizationId)
      return toApi(await stored(trx, caller, id))
    })
  }

  async function change(
    caller: PersonCaller,
    listId: string,
    wanted: ChangeExclusionList,
    address?: string,
  ): Promise<ExclusionList> {
    return await db.transaction().execute(async (trx) => {
      await lockExclusionList(trx, caller.organizationId, listId)
      const before = await stored(trx, caller, listId)
      const facts: ExclusionListFacts = {
        ...before,
        ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
        indicatorTypes: wanted.indicatorTypes === undefined ? before.indicatorTypes : typeNames(wanted.indicatorTypes),
      }
      requireSense(facts)
      if (!(await updateExclusionList(trx, caller.organizationId, listId, facts, clock.now()))) nameTaken(facts.name)
      await audit.record(trx, caller, 'exclusion-list.change', `exclusion list ${listId}`, { ...wanted }, address)
      await bumpRevision(trx, caller.organizationId)
      return toApi(await stored(trx, caller, listId))
    })
  }

  async function remove(caller: PersonCaller, listId: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const list = await stored(trx, caller, listId)
      await deleteExclusionList(trx, caller.organizationId, listId)
      await audit.record(trx, caller, 'exclusion-list.delete', `exclusion list ${listId}`, { name: list.name }, address)
      await bumpRevision(trx, caller.organizationId)
    })
    onTouched(caller.organizationId)
  }

  /**
   * All of them or, where the list does not take one, none.
   * @param ifMatch tag of the entries that the caller read
   */
  async function writeEntries(
    caller: PersonCaller,
    listId: string,
    json: Buffer,
    address?: string,
    ifMatch?: string,
  ): Promise<{ list: ExclusionList; tag: string }> {
    const list = await stored(db, caller, listId)
    if (list.kind === 'misp')
      throw new Problem('conflict', `The entries of ${list.name} are MISP's; import its next version instead.`)
    const read = await reader.read(json, { kind: 'entries', types: storedTypes(list.indicatorTypes) })
    if (read.refusedCount > 0) throw new Problem('invalid', refusalOf(read))
    await requireMeant(caller, list, read)
    return await db.transaction().execute(async (trx) => {
      await lockExclusionList(trx, caller.organizationId, listId)
      await requireEntriesMatch(trx, caller, listId, ifMatch)
      await replaceEntries(trx, listId, read, clock.now())
      const detail = {
        entries: read.entryCount,
        ...(read.broad.length > 0 && { broad: read.broad.slice(0, 10) }),
        ...(read.doubtful.length > 0 && { doubtful: read.doubtful.slice(0, 10).map(({ entry }) => entry) }),
      }
      await audit.record(trx, caller, 'exclusion-list.write', `exclusion list ${listId}`, detail, address)
      await bumpRevision(trx, caller.organizationId)
      return { list: toApi(await stored(trx, caller, listId)), tag: await tagOf(trx, caller, listId) }
    })
  }

  async function tagOf(trx: Db, caller: PersonCaller, listId: string): Promise<string> {
    return found(await tagOfList(trx, caller.organizationId, listId), 'exclusion list')
  }

  /** @throws Problem `not-found`; `outdated` where they are not what the caller read */
  async function requireEntriesMatch(trx: Db, caller: PersonCaller, listId: string, ifMatch?: string): Promise<void> {
    requireMatch(ifMatch, await tagOf(trx, caller, listId), 'the entries')
  }

  /**
   * An entry such as `*.com` empties what firewalls get, one such as `192.0.2.0/33` excludes nothing, and a file that was cut off takes
   * protection away: they are written only by somebody who was told so.
   */
  async function requireMeant(caller: PersonCaller, list: StoredExclusionList, read: ReadUpload): Promise<void> {
    if (read.isConfirmed) return
    const lost = await whatIsLost(db, list, read)
    const told = [
      ...(lost === undefined ? [] : [lost]),
      ...(read.broad.length > 0 ? [await whatBroadEntriesHit(caller, list, read.broad)] : []),
      ...(read.doubtful.length > 0
        ? [`${shownEntries(read.doubtful, read.doubtful.length)} Only a text of these very words would be hit.`]
        : []),
    ]
    if (told.length === 0) return
    throw new Problem('unconfirmed', `Nothing was changed. ${told.join(' ')} Confirm it if that is meant.`)
  }

  async function whatBroadEntriesHit(
    caller: PersonCaller,
    list: StoredExclusionList,
    broad: readonly string[],
  ): Promise<string> {
    const { hits, of, isExact } = await countBroadHits(
      db,
      caller.organizationId,
      broad,
      storedTypes(list.indicatorTypes),
    )
    const shown = broad.slice(0, 5).join(', ') + (broad.length > 5 ? ` and ${broad.length - 5} more` : '')
    return `${shown}: so broad, they hit ${isExact ? '' : 'about '}${hits} of the library's ${of} indicators.`
  }

  /** A list of the name that is there already keeps what was decided about it, and gets these entries. */
  async function importMisp(caller: PersonCaller, json: Buffer, address?: string): Promise<ImportedWarningList> {
    const read = await reader.read(json, { kind: 'misp' })
    const { facts } = read
    if (facts === undefined) throw new Error('a warning list was read without its name')
    return await db.transaction().execute(async (trx) => {
      const published = {
        name: facts.name,
        description: facts.description,
        kind: 'misp' as const,
        matching: facts.matching,
        indicatorTypes: facts.types,
        mispVersion: facts.version,
      }
      const asNew: ExclusionListFacts = {
        ...published,
        mode: 'inform',
        atImport: true,
        atExport: true,
        isEnabled: true,
      }
      const made = await insertExclusionList(trx, caller.organizationId, asNew)
      const listId = made ?? (await updateFromMisp(trx, caller, published, read.entryCount))
      await replaceEntries(trx, listId, read, clock.now())
      const detail = { name: facts.name, version: facts.version, entries: read.entryCount, refused: read.refusedCount }
      await audit.record(trx, caller, 'exclusion-list.import', `exclusion list ${listId}`, detail, address)
      await bumpRevision(trx, caller.organizationId)
      return { list: toApi(await stored(trx, caller, listId)), refused: read.refused, isNew: made !== undefined }
    })
  }

  async function updateFromMisp(
    trx: Db,
    caller: PersonCaller,
    published: Pick<ExclusionListFacts, 'name' | 'description' | 'matching' | 'indicatorTypes' | 'mispVersion'>,
    entryCount: number,
  ): Promise<string> {
    const before = found(
      await findExclusionList(trx, caller.organizationId, { name: published.name }),
      'exclusion list',
    )
    if (before.kind !== 'misp')
      throw new Problem('conflict', `There is a list ${published.name} already that is not MISP's; rename it first.`)
    if (entryCount === 0 && before.entryCount > 0)
      throw new Problem(
        'conflict',
        `Nothing was changed. The file holds no entry, and ${before.name} holds ${before.entryCount}. Switch the list off, or delete it, if that is meant.`,
      )
    await lockExclusionList(trx, caller.organizationId, before.id)
    await updateExclusionList(trx, caller.organizationId, before.id, { ...before, ...published }, clock.now())
    return before.id
  }

  async function stored(trx: Db, caller: PersonCaller, listId: string): Promise<StoredExclusionList> {
    return found(await findExclusionList(trx, caller.organizationId, { id: listId }), 'exclusion list')
  }

  return {
    places,
    matchers,
    create,
    change,
    remove,
    writeEntries,
    importMisp,

    get: async (caller: PersonCaller, listId: string): Promise<ExclusionList> =>
      toApi(await stored(db, caller, listId)),

    list: async (caller: PersonCaller, after: string | undefined, rowsMax: number): Promise<ExclusionList[]> =>
      (await exclusionListsPage(db, caller.organizationId, after, rowsMax)).map(toApi),

    requireEntriesMatch: async (caller: PersonCaller, listId: string, ifMatch: string | undefined): Promise<void> =>
      await requireEntriesMatch(db, caller, listId, ifMatch),

    async entries(
      caller: PersonCaller,
      listId: string,
      after: number,
      rowsMax: number,
    ): Promise<{ rows: (ExclusionEntry & { number: number })[]; tag: string }> {
      // Before the rows: what changes in between is newer than its tag, and never the other way round.
      const tag = await tagOf(db, caller, listId)
      return { rows: await entriesPage(db, listId, after, rowsMax), tag }
    },

    async hits(
      caller: PersonCaller,
      listId: string,
      after: string | undefined,
      rowsMax: number,
    ): Promise<ExclusionHit[]> {
      await tagOf(db, caller, listId)
      const { organizationId, maker } = collectionScope(caller)
      return await exclusionHitsPage(db, { organizationId, listId, maker }, after, rowsMax)
    },

    test: async (caller: PersonCaller, wanted: TestExclusions): Promise<ExclusionTest> =>
      testValues(await matchers.current(caller.organizationId), wanted),

    /** The check of what an export adds, by the lists and decisions of now (S1). */
    neverExported: async (trx: Db, organizationId: string): Promise<NeverExported> =>
      new NeverExported(
        await matchers.current(organizationId, trx),
        async (ids) => await whitelistedAmong(trx, organizationId, ids, clock.now()),
      ),

    /** What the hub's worker calls every second. */
    pass: (stepsMax?: number) => passExclusions({ db, matchers, clock, log, onTouched }, stepsMax),
  }
}

function typeNames(types: readonly string[] | null): string[] | null {
  if (types === null) return null
  if (types.length === 0) throw new Problem('invalid', 'indicatorTypes: name a type, or leave it out for all of them.')
  return types.map((name) => {
    const type = readIndicatorTypeName(name)
    if (type === undefined)
      throw new Problem('invalid', `indicatorTypes: there is no indicator type of the name ${name}.`)
    return type
  })
}

function requireSense({ name, kind, mode, atExport }: ExclusionListFacts): void {
  if (name.trim() === '') throw new Problem('invalid', 'name: it is empty.')
  if (kind === 'protected' && (mode !== 'block' || !atExport))
    throw new Problem('invalid', "A protected list always blocks at export; make a list of one's own to inform only.")
}

function nameTaken(name: string): never {
  throw new Problem('conflict', `There is an exclusion list ${name} already; choose another name.`)
}

function refusalOf({ refused, refusedCount }: ReadUpload): string {
  return `Nothing was changed. ${shownEntries(refused, refusedCount)}`
}

function shownEntries(entries: readonly RefusedEntry[], count: number): string {
  const shown = entries
    .slice(0, 10)
    .map(({ position, entry, reason }) => `Entry ${position + 1} (${entry.slice(0, 100)}): ${reason}`)
  const more = count > shown.length ? ` And ${count - shown.length} more.` : ''
  return `${shown.join(' ')}${more}`
}
