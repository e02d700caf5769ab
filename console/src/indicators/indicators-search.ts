import * as z from 'zod/mini'

/** Which indicators are shown, as it stands in the address: `?tql=typeName+%3D+"Host"`; all where it says nothing. */
export interface IndicatorsSearch {
  tql?: string
}

const Tql = z.string().check(z.minLength(1))

/** Reads it from the address; what makes no sense is left out. */
export function readIndicatorsSearch(search: Record<string, unknown>): IndicatorsSearch {
  const tql = z.safeParse(Tql, search['tql']).data
  return tql === undefined || tql.trim() === '' ? {} : { tql }
}
