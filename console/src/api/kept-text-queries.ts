import { type KeptText, KeptTextDetail, KeptTextPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

/** Which kept texts are shown; all of them where it says nothing. */
export interface KeptTextFilter {
  /** Stands somewhere in them. */
  text?: string
  type?: string
  /** Its id. */
  owner?: string
  outcome?: KeptText['outcome']
}

const keptTextKeys = { all: ['kept-texts'] } as const

export const keptTextQueries = {
  list: (filter: KeptTextFilter) =>
    paged([...keptTextKeys.all, 'list', filter], paths.keptTexts, KeptTextPage, { ...filter }),

  one: (id: string) =>
    queryOptions({
      queryKey: [...keptTextKeys.all, id],
      queryFn: ({ signal }) => api(paths.keptText(id), { reply: KeptTextDetail, signal }),
    }),
} as const
