import type { Group, GroupDetail, QueryHint } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { pageOf } from '../lib/page.ts'
import { libraryScope } from '../library/library-scope.ts'
import { hintsOnQuery } from '../library/query-hints.ts'
import { compileGroupTql } from '../library/tql-to-sql.ts'
import { readGroupDetail, toGroup } from './group-detail.ts'
import { GroupStore } from './group-store.ts'

type Search = { tql?: string | undefined; cursor?: string | undefined; limit: number }

/** What readers see of groups: events, reports, threat actors and the rest, each one owner's word. */
export class Groups {
  readonly #db: Db
  readonly #store: GroupStore
  readonly #clock: Clock

  constructor({ db, clock }: { db: Db; clock: Clock }) {
    this.#db = db
    this.#store = new GroupStore(db)
    this.#clock = clock
  }

  /** Groups in the caller's scope that the query finds, newest first. */
  async search(
    caller: Caller,
    { tql, cursor, limit }: Search,
  ): Promise<{ data: Group[]; next?: string; hints?: QueryHint[] }> {
    const condition = tql === undefined || tql.trim() === '' ? undefined : compileGroupTql(tql, this.#clock.now())
    const scope = libraryScope(caller)
    const rows = await this.#store.page(scope, condition, cursor, limit + 1)
    const { data, ...next } = pageOf(rows, limit)
    const hints = cursor === undefined ? await hintsOnQuery(this.#db, scope, tql, 'group') : []
    return { data: data.map(toGroup), ...next, ...(hints.length === 0 ? {} : { hints }) }
  }

  async detail(caller: Caller, groupId: string): Promise<GroupDetail> {
    return readGroupDetail(this.#db, libraryScope(caller), groupId)
  }
}
