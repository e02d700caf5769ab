import { AppUsageList, paths } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { AppUsages } from './app-usage.ts'

export function appUsageRoutes(server: Server, appUsages: AppUsages): void {
  server.get(
    paths.environmentAppUsage(':environmentId'),
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'listAppUsage',
        tags: ['environments'],
        summary: 'What apps need on the servers of an environment: how often they run, processors and memory',
        params: z.object({ environmentId: rowId }),
        response: { 200: AppUsageList },
      },
    },
    async ({ caller, params }) => ({ apps: await appUsages.list(person(caller), params.environmentId) }),
  )
}
