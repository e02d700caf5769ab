import { UserPage } from '@postern/protocol'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

export const userKeys = { all: ['users'] } as const

export const userQueries = {
  users: () => paged(userKeys.all, paths.users, UserPage),
} as const
