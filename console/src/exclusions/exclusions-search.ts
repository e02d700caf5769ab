import * as z from 'zod/mini'

export const exclusionViews = ['lists', 'tester'] as const
export type ExclusionView = (typeof exclusionViews)[number]

/** Which part is open, as it stands in the address: `?view=tester`. */
export interface ExclusionsSearch {
  view?: ExclusionView
}

const View = z.enum(exclusionViews)

/** Reads it from the address; what makes no sense is left out. */
export function readExclusionsSearch(search: Record<string, unknown>): ExclusionsSearch {
  const view = z.safeParse(View, search['view']).data
  return view && view !== 'lists' ? { view } : {}
}
