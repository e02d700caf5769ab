import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'
import type { Server } from './server.ts'

/** Routes whose body is gzip NDJSON, handed to them as the stream that comes in. The routes bound it themselves. */
export function ndjsonScope(server: Server, routes: (scope: Server) => void): void {
  void server.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, bodyCoding: 'gzip' }
    })
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-ndjson',
      { bodyLimit: Number.MAX_SAFE_INTEGER },
      (_request, payload, done) => {
        done(null, payload)
      },
    )
    routes(scope as unknown as Server)
  })
}

/** The body of a route of `ndjsonScope`. */
export function ndjsonBody({ body }: FastifyRequest): Readable {
  // The scope's one parser hands on the stream; without a body there is none.
  if (!(body instanceof Readable)) throw new Problem('invalid', 'Send lines of JSON as the body, compressed with gzip.')
  return body
}
