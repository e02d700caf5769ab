import { paths } from '@postern/protocol'
import * as z from 'zod'
import { forEveryone } from '../access/permissions.ts'
import type { ApiDocument } from '../http/api-breaks.ts'
import type { Server } from '../http/server.ts'
import { docsPage, styleHash } from './docs-page.ts'

const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src '${styleHash}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The API's documentation for people: one page without scripts, made of the same description as `/v1/openapi.json`. */
export function docsRoutes(server: Server): void {
  let page: string | undefined
  server.get(
    paths.docs,
    { config: forEveryone, schema: { hide: true, response: { 200: z.string() } } },
    async (_, reply) => {
      page ??= docsPage(server.swagger() as unknown as ApiDocument)
      return reply
        .header('content-security-policy', contentSecurityPolicy)
        .type('text/html; charset=utf-8')
        .serializer((text: string) => text)
        .send(page)
    },
  )
}
