import { ExecutionPage, limits } from '@postern/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../api/api.ts'
import { type ExecutionFilter, filterQuery, hubQueries } from '../api/hub-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { paths } from '../api/paths.ts'
import { useSpaced } from '../api/use-spaced.ts'
import { withExecution, withNewestPage } from './newest-page.ts'

/** Least time between two refreshes of the list, however much happens, in milliseconds. */
const refreshGapMs = 1000
/** Executions beyond the first page that one refresh reads anew. */
const readAnewMax = 20

/** Keeps the list of executions fresh: the first page as a whole, those further down one by one as they change. */
export function useLiveExecutions(filter: ExecutionFilter): void {
  const queryClient = useQueryClient()
  const changedIds = useRef(new Set<string>())
  const { queryKey } = hubQueries.executions(filter)

  async function refresh() {
    const ids = [...changedIds.current].slice(0, readAnewMax)
    changedIds.current.clear()
    if (!queryClient.getQueryData(queryKey)) return
    // An execution that left the state must leave the list, wherever it stands: then all of it is read again.
    if (filter.state) return queryClient.invalidateQueries({ queryKey })
    const newest = await api(paths.executions, {
      query: { ...filterQuery(filter), limit: limits.pageRowsDefault },
      reply: ExecutionPage,
    })
    queryClient.setQueryData(queryKey, (known) => {
      if (!known) return known
      const pages = withNewestPage(known.pages, newest)
      return { pages, pageParams: known.pageParams.slice(0, pages.length) }
    })
    await readAnew(ids.filter((id) => !newest.data.some((execution) => execution.id === id)))
  }

  async function readAnew(ids: readonly string[]) {
    const shown = new Set(queryClient.getQueryData(queryKey)?.pages.flatMap((page) => page.data.map(({ id }) => id)))
    for (const id of ids) {
      if (!shown.has(id)) continue
      const changed = await queryClient.fetchQuery({ ...hubQueries.execution(id), staleTime: 0 })
      queryClient.setQueryData(queryKey, (known) => known && { ...known, pages: withExecution(known.pages, changed) })
    }
  }

  const refreshSoon = useSpaced(() => {
    // The query itself reads again and shows what is wrong: a failed refresh must not go unseen.
    refresh().catch(() => queryClient.invalidateQueries({ queryKey }))
  }, refreshGapMs)

  useLiveChanges({ subscribe: 'executions' }, (change) => {
    if (change?.id) changedIds.current.add(change.id)
    refreshSoon()
  })
}
