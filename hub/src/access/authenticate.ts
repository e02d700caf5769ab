import type { FastifyRequest } from 'fastify'
import type { Authenticate } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Access } from './access.ts'
import type { Caller } from './caller.ts'

export const sessionCookie = '__Host-postern_session'

/** Reads one kind of token: whose it is, or nothing when it is no such token or a dead one. */
export type ReadToken = (token: string) => Promise<Caller | undefined>

const stranger: Caller = { kind: 'stranger', name: 'stranger' }

/**
 * Who sent a request over HTTPS: an API token, an environment server's delivery token, an execution's token (TcEx's scheme),
 * or a session's cookie. A credential that is no good is refused, even on public routes, so that nobody mistakes it for one
 * that works.
 */
export function authenticateHttps(access: Access, environmentServers: ReadToken, executions: ReadToken): Authenticate {
  return async (request) => {
    const header = request.headers.authorization
    if (header !== undefined) return await callerOfHeader(header)
    const cookie = request.cookies[sessionCookie]
    if (cookie === undefined) return stranger
    const caller = await access.callerOfSession(cookie)
    // A dead session is no mistake of the sender's: the console then shows the sign-in page.
    if (caller === undefined) return stranger
    refuseForgery(request)
    return caller
  }

  async function callerOfHeader(header: string): Promise<Caller> {
    const [scheme, token] = header.split(' ', 2)
    // TcEx knows one scheme only, whoever's token it was given.
    if (scheme === 'TC-Token' && token !== undefined) {
      return known((await executions(token)) ?? (await access.callerOfToken(token)))
    }
    if (scheme === 'Bearer' && token !== undefined) {
      // An enrolment token is a bearer token too; its one route checks it (S9).
      if (token.startsWith('pse_')) return stranger
      return known((await access.callerOfToken(token)) ?? (await environmentServers(token)))
    }
    throw new Problem('unauthenticated', 'The Authorization header is neither "Bearer <token>" nor "TC-Token <token>".')
  }
}

/** The machine's own door (D16): the socket's mode says who may open it. */
export function authenticateMachine(organizationId: string): Authenticate {
  const machine: Caller = { kind: 'machine', name: "the machine's own door", role: 'administrator', organizationId }
  return async () => machine
}

function known(caller: Caller | undefined): Caller {
  if (caller === undefined) throw new Problem('unauthenticated', 'This token is wrong, expired or revoked.')
  return caller
}

/** A browser sends its cookie with any site's request; only one from our own page may change something (CSRF). */
function refuseForgery(request: FastifyRequest): void {
  const upgrading = request.headers.upgrade !== undefined
  if (!upgrading && (request.method === 'GET' || request.method === 'HEAD')) return
  if (request.headers.origin === `https://${request.headers.host}`) return
  throw new Problem('forbidden', 'This request does not come from a page of this hub.')
}
