import { paths, Settings } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

export const settingsQueries = {
  settings: () =>
    queryOptions({
      queryKey: ['settings'],
      queryFn: ({ signal }) => api(paths.settings, { reply: Settings, signal }),
    }),
} as const
