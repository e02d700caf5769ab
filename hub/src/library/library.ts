import type { NamedIndicator, TqlObject } from '@postern/intel'
import type {
  Indicator,
  IndicatorDetail,
  IndicatorExports,
  IndicatorTotal,
  QueryHint,
  TqlSuggestions,
} from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { collectionScope } from '../collections/collection-scope.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { runPrepared } from '../database/prepared.ts'
import type { Clock } from '../lib/clock.ts'
import { pageOf } from '../lib/page.ts'
import { Problem, found } from '../lib/problem.ts'
import { saidOf } from '../lifecycle/said-beside.ts'
import { type AssertionRow, AssertionStore } from './assertion-store.ts'
import { readExports, whereItIs } from './indicator-exports.ts'
import { readDecision, readExclusions } from './indicator-judgements.ts'
import { type IndicatorStanding, readStanding } from './indicator-standing.ts'
import { libraryScope } from './library-scope.ts'
import { LibraryStore } from './library-store.ts'
import { compileSearchOf } from './search-condition.ts'
import { type IndicatorRow, pageOfIndicators, type PageStart } from './search-queries.ts'
import { hintsOnQuery } from './query-hints.ts'
import { countMax, countMsMax } from './query-preview.ts'
import { toIndicator } from './to-indicator.ts'
import { namesOfKeyword, suggestNames } from './tql-suggestions.ts'

/** Groups that an indicator's detail names; the rest is found by TQL. */
const groupsShownMax = 1000

type Search = { tql?: string | undefined; cursor?: string | undefined; limit: number; count?: boolean | undefined }

/** What readers see of the library: the merged indicators, and who says what of one. */
export class Library {
  readonly #db: Db
  readonly #store: LibraryStore
  readonly #assertions: AssertionStore
  readonly #connection: Pick<DatabaseConnection, 'db' | 'pool'>
  readonly #clock: Clock

  constructor({ db, pool, clock }: Pick<DatabaseConnection, 'db' | 'pool'> & { clock: Clock }) {
    this.#db = db
    this.#connection = { db, pool }
    this.#store = new LibraryStore(db)
    this.#assertions = new AssertionStore(db)
    this.#clock = clock
  }

  /** Indicators that an assertion in the caller's scope satisfies the query for, newest first. */
  async search(
    caller: Caller,
    { tql, cursor, limit, count = false }: Search,
  ): Promise<{ data: Indicator[]; next?: string; total?: IndicatorTotal; hints?: QueryHint[] }> {
    const scope = libraryScope(caller)
    const condition =
      tql === undefined || tql.trim() === ''
        ? undefined
        : await compileSearchOf(this.#db, scope, tql, this.#clock.now())
    const start = cursor === undefined ? undefined : readCursor(cursor)
    const [rows, hints] = await Promise.all([
      condition === undefined || condition.isSteady
        ? runPrepared(this.#connection, pageOfIndicators(scope, condition, start, limit + 1))
        : this.#store.page(scope, condition, start, limit + 1),
      start === undefined ? hintsOnQuery(this.#db, scope, tql, 'indicator') : [],
    ])
    const { data, ...next } = pageOf(rows, limit, writeCursor)
    const isAll = start === undefined && rows.length <= limit
    const counted = isAll ? { count: rows.length, isExact: true } : undefined
    const total = count ? (counted ?? (await this.#store.count(scope, condition, countMax, countMsMax))) : undefined
    return {
      data: data.map(toIndicator),
      ...next,
      ...(total === undefined ? {} : { total }),
      ...(hints.length === 0 ? {} : { hints }),
    }
  }

  async detail(caller: Caller, indicatorId: string): Promise<IndicatorDetail> {
    const scope = libraryScope(caller)
    const row = found(await this.#store.find(scope, indicatorId), 'indicator')
    const assertions = await this.#assertions.list(scope, indicatorId)
    const attributes = await this.#assertions.attributes(scope, indicatorId)
    const { groups, groupsMore } = await this.#store.groups(scope, indicatorId, groupsShownMax)
    return {
      ...toIndicator(row),
      assertions: assertions.map((assertion) => ({
        ...assertion,
        attributes: attributes.get(assertion.ownerId) ?? [],
        firstSeen: assertion.firstSeen?.toISOString() ?? null,
        lastSeen: assertion.lastSeen?.toISOString() ?? null,
        ...inForceAndSaid(assertion),
        addedAt: assertion.addedAt.toISOString(),
        modifiedAt: assertion.modifiedAt.toISOString(),
      })),
      groups: groups.map((group) => ({ ...group, eventDate: group.eventDate?.toISOString() ?? null })),
      groupsMore,
      links: await this.#assertions.links(scope, indicatorId),
      separations: (await this.#assertions.separations(scope, indicatorId)).map((separation) => ({
        ...separation,
        separatedAt: separation.separatedAt.toISOString(),
      })),
      exclusions: await readExclusions(this.#db, scope.organizationId, indicatorId),
      decision: await readDecision(this.#db, scope, indicatorId, this.#clock.now()),
    }
  }

  /** Names that begin with `start`, for a query that is being written. */
  async suggest(caller: Caller, object: TqlObject, keyword: string, start: string): Promise<TqlSuggestions> {
    const names = namesOfKeyword(object, keyword)
    return { names: await suggestNames(this.#db, libraryScope(caller), names, start) }
  }

  /** Where it is exported, and where it is not and why. For people: an execution learns nothing of other exports. */
  async exports(caller: PersonCaller, indicatorId: string): Promise<IndicatorExports> {
    const scope = libraryScope(caller)
    const indicator = found(await this.#store.find(scope, indicatorId), 'indicator')
    return this.#exportsOf(caller, indicator)
  }

  /** Of these indicators, which are asserted, and which a control has. */
  async standing(caller: PersonCaller, indicatorIds: readonly string[]): Promise<IndicatorStanding[]> {
    return readStanding(this.#db, caller.organizationId, indicatorIds)
  }

  /** Where an indicator is that no owner asserts. */
  async exportsOfUnasserted(
    caller: PersonCaller,
    indicator: NamedIndicator & { id: string },
  ): Promise<IndicatorExports> {
    return whereItIs(await this.#exportsOf(caller, indicator))
  }

  #exportsOf(caller: PersonCaller, indicator: { id: string; type: string; value: string }): Promise<IndicatorExports> {
    const { organizationId } = caller
    return readExports(this.#db, organizationId, indicator, this.#clock.now(), collectionScope(caller).maker)
  }
}

/** What time, sightings and decisions left of an owner's word, and the word itself. */
function inForceAndSaid({ rating, confidence, active, status, expiresAt, said }: AssertionRow) {
  const inForce = { rating, confidence, active, status, expiresAt: expiresAt?.toISOString() ?? null }
  return { ...inForce, said: saidOf(inForce, said, (instant) => new Date(instant).toISOString()) }
}

function writeCursor(row: IndicatorRow): string {
  return Buffer.from(`${row.addedAtExact}|${row.id}`).toString('base64url')
}

function readCursor(cursor: string): PageStart {
  const [addedAt, indicatorId] = Buffer.from(cursor, 'base64url').toString().split('|')
  if (
    addedAt === undefined ||
    indicatorId === undefined ||
    !/^[0-9:. +-]{10,40}$/.test(addedAt) ||
    !/^[0-9a-f-]{36}$/.test(indicatorId)
  ) {
    throw new Problem('invalid', 'The cursor is not one that this list gave; begin again without it.')
  }
  return { addedAt, indicatorId }
}
