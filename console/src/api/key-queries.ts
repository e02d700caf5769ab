import { HubKeys } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paths } from './paths.ts'

export const hubKeyKeys = { all: ['hub-keys'] } as const

/** How often the keys are read anew while servers have still to learn of one, in milliseconds. */
const learningMs = 10_000

export const hubKeyQueries = {
  keys: () =>
    queryOptions({
      queryKey: hubKeyKeys.all,
      queryFn: ({ signal }) => api(paths.hubKeys, { reply: HubKeys, signal }),
      refetchInterval: ({ state: { data } }) =>
        data !== undefined && (data.serversWithoutCount > 0 || data.packagesToSign > 0) ? learningMs : false,
    }),
} as const
