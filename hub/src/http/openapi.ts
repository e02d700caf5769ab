import swagger from '@fastify/swagger'
import { jsonSchemaTransform } from '@fastify/type-provider-zod'
import { paths } from '@postern/protocol'
import * as z from 'zod'
import type { CallerKind } from '../access/caller.ts'
import { forEveryone } from '../access/permissions.ts'
import { describeOperations } from './operation-words.ts'
import { describeProblems } from './problem-answers.ts'
import type { Server } from './server.ts'
import { describeStreams } from './streamed-answers.ts'
import { describeTags } from './tagged-answers.ts'

/** OpenAPI 3.1 of every `/v1` route, from the schemas of the routes themselves. */
export async function registerOpenapi(server: Server): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Postern',
        version: '1',
        description: 'Carries threat intelligence to the products that enforce it, and proves that it arrived.',
        license: { name: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'postern_session' },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
    hideUntagged: true,
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      return { schema: { ...schema, ...openToAll(route.route.config?.rule?.callers) }, url }
    },
    // The document is OpenAPI's type there and what we compare of it here; neither knows the other.
    transformObject: (document) =>
      'openapiObject' in document
        ? describeProblems(describeTags(describeStreams(describeOperations(document.openapiObject as object))))
        : document.swaggerObject,
  })
}

/** Where strangers are let in, nothing has to be sent; everywhere else one of the schemes of the whole document. */
function openToAll(callers: readonly CallerKind[] = []): { security?: [] } {
  return callers.includes('stranger') ? { security: [] } : {}
}

export function openapiRoutes(server: Server): void {
  server.get(paths.openapi, { config: forEveryone, schema: { hide: true, response: { 200: z.any() } } }, async () =>
    server.swagger(),
  )
}
