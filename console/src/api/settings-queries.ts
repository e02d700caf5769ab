import { Settings } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paths } from './paths.ts'

export const settingsKeys = { all: ['settings'] } as const

export const settingsQueries = {
  settings: () =>
    queryOptions({
      queryKey: settingsKeys.all,
      queryFn: ({ signal }) => api(paths.settings, { reply: Settings, signal }),
    }),
} as const
