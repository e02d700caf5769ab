import { CreatedToken, CreateToken, paths, TokenPage } from '@postern/protocol'
import * as z from 'zod'
import { done } from '../http/done.ts'
import type { Server } from '../http/server.ts'
import { person } from './caller.ts'
import { forPeople } from './permissions.ts'
import type { ApiTokens } from './api-tokens.ts'

const tags = ['access']

export function apiTokenRoutes(server: Server, tokens: ApiTokens): void {
  server.get(
    paths.tokens,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'listTokens',
        tags,
        summary: 'API tokens in force',
        response: { 200: TokenPage },
      },
    },
    async ({ caller }) => ({
      data: (await tokens.list(person(caller).organizationId)).map((row) => ({
        id: row.id,
        name: row.name,
        role: row.role as CreateToken['role'],
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
      })),
    }),
  )
  server.post(
    paths.tokens,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'createToken',
        tags,
        summary: 'Make an API token; it is shown here and never again',
        body: CreateToken,
        response: { 201: CreatedToken },
      },
    },
    async ({ caller, body, ip }, reply) => reply.code(201).send(await tokens.create(person(caller), body, ip)),
  )
  server.delete(
    paths.token(':tokenId'),
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'revokeToken',
        tags,
        summary: 'Revoke an API token at once',
        params: z.object({ tokenId: z.string().regex(/^\d{1,18}$/) }),
        response: { 204: done },
      },
    },
    async ({ caller, params, ip }, reply) => {
      await tokens.revoke(person(caller), params.tokenId, ip)
      return reply.code(204).send(null)
    },
  )
}
