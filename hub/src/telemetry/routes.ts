import { paths, ServerTelemetry } from '@postern/protocol'
import * as z from 'zod'
import { forPeople } from '../access/permissions.ts'
import { person } from '../access/caller.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { Telemetries } from './telemetry.ts'

const instant = z.iso.datetime({ offset: true }).optional()
const query = z.object({
  from: instant,
  to: instant,
  /** Seconds; the answer says which step it has, since older rows are coarser. */
  step: z.coerce.number().int().min(10).max(604_800).optional(),
})

export function telemetryRoutes(server: Server, telemetry: Telemetries): void {
  server.get(
    paths.environmentServerTelemetry(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'getServerTelemetry',
        tags: ['environments'],
        summary: "An environment server's figures: now, and over a time; the last hour where none is named",
        params: z.object({ environmentId: rowId, serverXid: rowId }),
        querystring: query,
        response: { 200: ServerTelemetry },
      },
    },
    async (request) => {
      const { environmentId, serverXid } = request.params
      const { from, to, step } = request.query
      return await telemetry.read(person(request.caller), environmentId, serverXid, {
        from: dateOf(from),
        to: dateOf(to),
        stepSeconds: step,
      })
    },
  )
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}
