import { Environment } from '@postern/protocol'
import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../api/api.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { paths } from '../api/paths.ts'
import { useSpaced } from '../api/use-spaced.ts'
import { isNotFound } from '../elements/missing.tsx'
import { withEnvironment, withoutEnvironment } from './environment-pages.ts'

/** Least time between two refreshes, however much happens, in milliseconds. */
const refreshGapMs = 1000
/** How often what is not told is read again: the time of the last heartbeat, and the counts of executions. */
export const coarseMs = 10_000
/** Environments that one refresh reads one by one; beyond, all that is shown is read again. */
const readAnewMax = 10

/** Keeps the list of environments fresh: each changed one by itself, and all of it where that cannot be. */
export function useLiveEnvironments(): void {
  const queryClient = useQueryClient()
  const changedIds = useRef(new Set<string>())
  const everythingChanged = useRef(false)
  const { queryKey } = environmentQueries.list()

  async function refresh() {
    const ids = [...changedIds.current]
    const all = everythingChanged.current || ids.length > readAnewMax
    changedIds.current.clear()
    everythingChanged.current = false
    const known = queryClient.getQueryData(queryKey)
    const shown = new Set(known?.pages.flatMap((page) => page.data.map(({ id }) => id)))
    // One that is not shown may be new, and stands at the list's end.
    if (all || ids.some((id) => !shown.has(id))) return queryClient.invalidateQueries({ queryKey })
    for (const id of ids) {
      const changed = await readOne(id)
      queryClient.setQueryData(queryKey, (data) => data && withPages(data, id, changed))
    }
  }

  const refreshSoon = useSpaced(() => {
    // The query itself reads again and shows what is wrong: a failed refresh must not go unseen.
    refresh().catch(() => queryClient.invalidateQueries({ queryKey }))
  }, refreshGapMs)
  const refreshCoarsely = useSpaced(() => {
    const pages = queryClient.getQueryData(queryKey)?.pages.length ?? 0
    // Of a very long list only what is told is read anew: reading all of it for each count would never end.
    if (pages <= 1) void queryClient.invalidateQueries({ queryKey })
  }, coarseMs)

  useLiveChanges({ subscribe: 'environments' }, (change) => {
    if (change?.id) changedIds.current.add(change.id)
    else everythingChanged.current = true
    refreshSoon()
  })
  useLiveChanges({ subscribe: 'executions' }, (change) => {
    if (change) refreshCoarsely()
  })
}

/** Keeps one environment fresh. */
export function useLiveEnvironment(environmentId: string): void {
  const queryClient = useQueryClient()
  const { queryKey } = environmentQueries.one(environmentId)
  const refreshSoon = useSpaced(() => void queryClient.invalidateQueries({ queryKey }), refreshGapMs)
  useLiveChanges({ subscribe: 'environments' }, (change) => {
    if (!change?.id || change.id === environmentId) refreshSoon()
  })
  useLiveChanges({ subscribe: 'executions' }, (change) => {
    if (change) refreshSoon()
  })
}

/** The environment as it is now; nothing when it is gone. */
async function readOne(environmentId: string): Promise<Environment | undefined> {
  try {
    return await api(paths.environment(environmentId), { reply: Environment })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function withPages<Page extends { data: Environment[] }>(
  data: InfiniteData<Page>,
  id: string,
  changed: Environment | undefined,
): InfiniteData<Page> {
  return { ...data, pages: changed ? withEnvironment(data.pages, changed) : withoutEnvironment(data.pages, id) }
}
