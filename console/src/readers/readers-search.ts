import * as z from 'zod/mini'

export const readerViews = ['readers', 'lists', 'taxii'] as const
export type ReaderView = (typeof readerViews)[number]

/** Which part is open, as it stands in the address: `?view=lists`. */
export interface ReadersSearch {
  view?: ReaderView
}

const View = z.enum(readerViews)

/** Reads it from the address; what makes no sense is left out. */
export function readReadersSearch(search: Record<string, unknown>): ReadersSearch {
  const view = z.safeParse(View, search['view']).data
  return view && view !== 'readers' ? { view } : {}
}
