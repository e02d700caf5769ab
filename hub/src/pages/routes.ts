import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import * as z from 'zod'
import { forEveryone } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Settings } from '../settings/settings.ts'

const noncePlaceholder = '__CSP_NONCE__'

/** Paths that belong to machines: an unknown one below them is a problem document, never a page. */
const machinePaths = /^\/(v1|api|taxii2|lists|metrics|healthz|readyz|live|assets)(\/|$)/

/**
 * Serves the console: its assets, and for every address of a page the same document, whose styles carry a nonce of their own
 * (S13). App packages and other files of strangers are never below a static root.
 */
export async function pageRoutes(
  server: Server,
  consoleFolder: string,
  settings: Pick<Settings, 'publicNames'>,
): Promise<void> {
  const built = existsSync(join(consoleFolder, 'index.html'))
  if (built) {
    await server.register(async (scope) => {
      scope.addHook('onRoute', (route) => void (route.config = { ...route.config, ...forEveryone }))
      await scope.register(fastifyStatic, {
        root: join(consoleFolder, 'assets'),
        prefix: '/assets/',
        immutable: true,
        maxAge: '365d',
        index: false,
      })
    })
  }
  server.get(
    '/*',
    { config: forEveryone, schema: { hide: true, response: { 200: z.any() } } },
    async (request, reply) => {
      if (machinePaths.test(request.url)) throw new Problem('not-found', 'There is nothing at this address.')
      if (!built) throw new Problem('unavailable', 'The console is not built. Run: npm run -w console build')
      const nonce = randomBytes(16).toString('base64')
      // Without the database the page still comes, and says itself what is wrong.
      const brokerPort = await settings.publicNames().then(
        (names) => names.brokerPort,
        () => undefined,
      )
      const document = readFileSync(join(consoleFolder, 'index.html'), 'utf8').replaceAll(noncePlaceholder, nonce)
      return reply
        .header('content-security-policy', contentSecurityPolicy(nonce, request.headers.host ?? '', brokerPort))
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .serializer((page: string) => page)
        .send(document)
    },
  )
}

/** Live pages are served on the broker's port too (D18), of the same name: the session's cookie goes to no other. */
function contentSecurityPolicy(nonce: string, host: string, brokerPort: number | undefined): string {
  const name = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/.exec(host)?.[1]
  const edge = name === undefined || brokerPort === undefined ? '' : ` wss://${name}:${brokerPort}`
  const live = name === undefined ? '' : ` wss://${host}${edge}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self'${live}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
