import type { FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'
import type { Member } from './environments.ts'

/** Rules of these routes let in people alone, so there is an organization. */
export function memberOf(request: FastifyRequest): Member {
  if (request.caller.kind === 'stranger') throw new Problem('unauthenticated', 'Sign in first.')
  return request.caller
}
