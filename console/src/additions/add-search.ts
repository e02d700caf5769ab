import * as z from 'zod/mini'

export const addViews = ['value', 'text', 'stix'] as const
export type AddView = (typeof addViews)[number]

/** What is added, as it stands in the address: `?as=text`. */
export interface AddSearch {
  as?: AddView
}

const View = z.enum(addViews)

/** Reads it from the address; what makes no sense is left out. */
export function readAddSearch(search: Record<string, unknown>): AddSearch {
  const view = z.safeParse(View, search['as']).data
  return view && view !== 'value' ? { as: view } : {}
}
