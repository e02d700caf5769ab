import { TqlSuggestions } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paths } from './paths.ts'

/** Names of the library that a field offers, as queries ask for them. */
const asked = {
  tag: { object: 'indicator', keyword: 'tag' },
  securityLabel: { object: 'indicator', keyword: 'securityLabel' },
  attributeType: { object: 'attribute', keyword: 'typeName' },
} as const

export type NameKind = keyof typeof asked

export const nameQueries = {
  /** Names that begin so, at most as many as a list below a field shows. */
  beginning: (kind: NameKind, start: string) =>
    queryOptions({
      queryKey: ['names', kind, start],
      queryFn: async ({ signal }) =>
        (await api(paths.tqlSuggestions, { query: { ...asked[kind], start }, reply: TqlSuggestions, signal })).names,
      staleTime: 60_000,
      // What is offered helps; nothing is missing without it.
      retry: false,
      placeholderData: (before) => before,
    }),
} as const
