import type { ParsedLocation } from '@tanstack/react-router'
import { addressQueryLengthMax } from '../api/search-api.ts'
import type { IndicatorsSearch } from './indicators-search.ts'

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** A query that is too long for the address. */
    tql?: string
  }
}

/**
 * Where a query stands that is searched for: in the address, so that it can be shared; or, where it is too long for one, beside it in the
 * history of this tab, which keeps it when the page is loaded again and when somebody goes back.
 */
export function placeOf(query: string): { search: IndicatorsSearch; state?: { tql: string } } {
  if (query === '') return { search: {} }
  return query.length > addressQueryLengthMax ? { search: {}, state: { tql: query } } : { search: { tql: query } }
}

/** For the context of a route: the query that stands beside the address. Of the route, so that it changes when the address does. */
export function keptQuery({ location }: { location: ParsedLocation }): { keptTql: string | undefined } {
  const { tql } = location.state
  return { keptTql: typeof tql === 'string' ? tql : undefined }
}
