import { tcexPaths } from '@postern/protocol'
import * as z from 'zod'
import { forEveryone } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import type { ExecutionTokens } from './execution-tokens.ts'

/**
 * TcEx renews its token here, with the old one in the query and no Authorization header (T11). The query is a secret: request logs
 * hold paths alone (S4).
 */
export function tokenRoutes(server: Server, tokens: ExecutionTokens): void {
  server.get(
    `${tcexPaths.base}${tcexPaths.tokenRenewal}`,
    {
      config: { ...forEveryone, rateLimit: { max: 600, timeWindow: '1 minute' } },
      schema: { hide: true, querystring: z.object({ expiredToken: z.string().max(400) }) },
    },
    async (request, reply) => {
      const { token, expiresAt } = await tokens.renew(request.query.expiredToken)
      const answer = { success: true, apiToken: token, apiTokenExpires: Math.floor(expiresAt.getTime() / 1000) }
      // T3, D17: as a buffer, since Fastify appends a charset to the Content-Type of strings and objects.
      return await reply
        .header('content-type', 'application/json')
        .header('cache-control', 'no-store')
        .send(Buffer.from(JSON.stringify(answer)))
    },
  )
}
