import { Explanation, paths } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { explainLimits } from '../library/explain-limits.ts'
import type { Explain } from './explain.ts'

export function explainRoutes(server: Server, { explain }: Explain): void {
  server.get(
    paths.explanation,
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'explainValue',
        tags: ['library'],
        summary:
          'Why a value is on controls, lists and TAXII collections, and why it is not: from assertion to receipt',
        querystring: z.object({
          value: z.string().min(1).max(explainLimits.valueCharactersMax).describe('In any spelling, defanged too'),
          type: z.string().max(50).optional().describe('Every type that the value can be, where it is left out'),
        }),
        response: { 200: Explanation },
      },
    },
    async (request) => explain(person(request.caller), request.query),
  )
}
