import type { FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'

/** The bearer token of a request that is nobody's yet: of a bundle, a `.env` or a locked server. @param otherwise what to send */
export function bearerOf({ headers }: FastifyRequest, otherwise: string): string {
  const [scheme, token] = (headers.authorization ?? '').split(' ', 2)
  if (scheme === 'Bearer' && token !== undefined && token !== '') return token
  throw new Problem('unauthenticated', otherwise)
}
