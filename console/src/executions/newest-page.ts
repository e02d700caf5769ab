import type { Execution } from '@postern/protocol'

export interface ExecutionsPage {
  data: Execution[]
  next?: string | undefined
}

/**
 * Lays a freshly read first page over the pages at hand: new executions come to the top, changed ones change in place, and
 * older pages stay without being read again. If the two have nothing in common, more came than one page holds: then only the
 * new page stays, since between it and the old ones there would be a hole.
 */
export function withNewestPage(pages: readonly ExecutionsPage[], newest: ExecutionsPage): ExecutionsPage[] {
  const fresh = new Set(newest.data.map((execution) => execution.id))
  const [first, ...older] = pages
  const overlaps = pages.some((page) => page.data.some((execution) => fresh.has(execution.id)))
  if (!first || !overlaps) return [newest]
  const isOld = (execution: Execution) => !fresh.has(execution.id)
  return [
    { ...first, data: [...newest.data, ...first.data.filter(isOld)] },
    ...older.map((page) => ({ ...page, data: page.data.filter(isOld) })),
  ]
}

/** The pages with one execution replaced by what it has become. */
export function withExecution(pages: readonly ExecutionsPage[], changed: Execution): ExecutionsPage[] {
  return pages.map((page) => ({
    ...page,
    data: page.data.map((execution) => (execution.id === changed.id ? changed : execution)),
  }))
}
