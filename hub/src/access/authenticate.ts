import type { FastifyRequest } from 'fastify'
import type { Authenticate } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import { type ReaderCredentials, readerTokenPrefix } from '../readers/readers.ts'
import type { Access } from './access.ts'
import type { Caller } from './caller.ts'

export const sessionCookie = '__Host-postern_session'

/** Reads one kind of token: whose it is, or nothing when it is no such token or a dead one. */
export type ReadToken = (token: string) => Promise<Caller | undefined>

const stranger: Caller = { kind: 'stranger', name: 'stranger' }

/**
 * Who sent a request over HTTPS: an API token, an environment server's delivery token, an execution's token (TcEx's scheme),
 * a reader's password or token (D27), or a session's cookie. A credential that is no good is refused, even on public routes, so that
 * nobody mistakes it for one that works.
 */
export function authenticateHttps(
  access: Access,
  environmentServers: ReadToken,
  executions: ReadToken,
  readers: ReaderCredentials,
): Authenticate {
  return async (request) => {
    const header = request.headers.authorization
    // Enrolling (S9), moving and being locked (D37) have tokens that no other route knows.
    if (request.routeOptions.config.rule?.ownTokens && header?.startsWith('Bearer ')) return stranger
    if (header !== undefined) return await callerOfHeader(header, request.ip)
    const cookie = request.cookies[sessionCookie]
    if (cookie === undefined) return stranger
    const caller = await access.callerOfSession(cookie)
    // A dead session is no mistake of the sender's: the console then shows the sign-in page.
    if (caller === undefined) return stranger
    refuseForgery(request)
    return caller
  }

  async function callerOfHeader(header: string, address: string): Promise<Caller> {
    const [scheme, token] = header.split(' ', 2)
    // TcEx knows one scheme only, whoever's token it was given.
    if (scheme === 'TC-Token' && token !== undefined) {
      return known((await executions(token)) ?? (await access.callerOfToken(token)))
    }
    if (scheme === 'Bearer' && token !== undefined) {
      if (token.startsWith(readerTokenPrefix)) return await readers.token(token, address)
      return known((await access.callerOfToken(token)) ?? (await environmentServers(token)))
    }
    if (scheme === 'Basic' && token !== undefined) return await readers.basic(...readBasic(token), address)
    throw new Problem(
      'unauthenticated',
      'The Authorization header is none of "Bearer <token>", "Basic <name and password>" and "TC-Token <token>".',
    )
  }
}

/** RFC 7617: base64 of `name:password`; a password may hold colons, a name may not. */
function readBasic(token: string): [username: string, password: string] {
  const text = Buffer.from(token, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** The hub's local socket (D16): the socket's mode says who may open it. */
export function authenticateMachine(organizationId: string): Authenticate {
  const machine: Caller = { kind: 'machine', name: "the hub's local socket", role: 'administrator', organizationId }
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
