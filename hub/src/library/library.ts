import { tlpLevels } from '@postern/intel'
import type { Indicator, IndicatorDetail } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem, found } from '../lib/problem.ts'
import { libraryScope } from './library-scope.ts'
import { type IndicatorRow, LibraryStore, type PageStart } from './library-store.ts'
import { compileTql } from './tql-to-sql.ts'

/** Groups that an indicator's detail names; the rest is found by TQL. */
const groupsShownMax = 1000

/** What readers see of the library: the merged indicators, and who says what of one. */
export class Library {
  readonly #store: LibraryStore
  readonly #clock: Clock

  constructor({ db, clock }: { db: Db; clock: Clock }) {
    this.#store = new LibraryStore(db)
    this.#clock = clock
  }

  /** Indicators that an assertion in the caller's scope satisfies the query for, newest first. */
  async search(
    caller: Caller,
    { tql, cursor, limit }: { tql?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<{ data: Indicator[]; next?: string }> {
    const scope = libraryScope(caller)
    const condition = tql === undefined || tql.trim() === '' ? undefined : compileTql(tql, this.#clock.now())
    const rows = await this.#store.page(
      scope,
      condition,
      cursor === undefined ? undefined : readCursor(cursor),
      limit + 1,
    )
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    return {
      data: shown.map(toIndicator),
      ...(rows.length > limit && last !== undefined ? { next: writeCursor(last) } : {}),
    }
  }

  async detail(caller: Caller, indicatorId: string): Promise<IndicatorDetail> {
    const scope = libraryScope(caller)
    const row = found(await this.#store.find(scope, indicatorId), 'indicator')
    const assertions = await this.#store.assertions(scope, indicatorId)
    const groups = await this.#store.groups(scope, indicatorId, groupsShownMax)
    return {
      ...toIndicator(row),
      assertions: assertions.map((assertion) => ({
        ...assertion,
        firstSeen: assertion.firstSeen?.toISOString() ?? null,
        lastSeen: assertion.lastSeen?.toISOString() ?? null,
        addedAt: assertion.addedAt.toISOString(),
        modifiedAt: assertion.modifiedAt.toISOString(),
      })),
      groups,
    }
  }
}

function toIndicator(row: IndicatorRow): Indicator {
  return {
    id: row.id,
    type: row.type,
    value: row.value,
    rating: row.rating,
    confidence: row.confidence,
    active: row.active,
    tlp: row.tlp === null ? null : (tlpLevels[row.tlp] ?? null),
    owners: row.owners,
    tags: row.tags,
    addedAt: row.addedAt.toISOString(),
    modifiedAt: row.modifiedAt.toISOString(),
  }
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
