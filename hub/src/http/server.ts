import { randomUUID } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from '@fastify/type-provider-zod'
import websocket from '@fastify/websocket'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerBase,
  type RouteOptions,
} from 'fastify'
import { limits, paths } from '@postern/protocol'
import * as z from 'zod'
import type { Logger } from 'pino'
import type { Caller } from '../access/caller.ts'
import { mayCall, type RouteRule } from '../access/permissions.ts'
import { Problem } from '../lib/problem.ts'
import { refuseOtherCodings } from './body-coding.ts'
import { admit, refuseByEdge } from './edge-door.ts'
import { hasBody } from './has-body.ts'
import { httpLimits } from './http-limits.ts'
import { registerOpenapi } from './openapi.ts'
import { createBodyPasser } from './pass-over-body.ts'
import { replyWithProblem } from './problem-reply.ts'
import { refuseBadText } from './refuse-bad-text.ts'
import { refuseBytes } from './refuse-bytes.ts'

/** The server as features see it: routes typed by their zod schemas. */
export type Server = FastifyInstance<
  RawServerBase,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    rule?: RouteRule
  }
}

/** Finds out who sent a request, or says why its credential is no good. */
export type Authenticate = (request: FastifyRequest) => Promise<Caller>

export type ServerOptions = {
  authenticate: Authenticate
  logger: Logger | false
  /** Absent for the local socket. */
  https?: TlsOptions
}

/** The HTTP server with everything that holds for all routes; features add theirs. */
export async function createServer({ authenticate, logger, https }: ServerOptions): Promise<Server> {
  const base = {
    ...(logger === false ? { logger: false } : { loggerInstance: logger }),
    bodyLimit: httpLimits.bodyBytesMax,
    genReqId: () => randomUUID(),
    // Proxies in front are not trusted until an administrator names them: addresses go into the audit.
    trustProxy: false,
    // S4: a query may hold a token, so request logs hold the path alone.
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 300 },
    // What never comes as far as a route: an address that is no address, bytes that are no HTTP.
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseBytes,
  }
  const server = (https === undefined
    ? Fastify(base)
    : Fastify({
        ...base,
        https: { ...https, minVersion: 'TLSv1.2' },
      })) as unknown as Server
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  server.setErrorHandler((error, request, reply) => replyWithProblem(error, request, reply))
  server.setNotFoundHandler((request, reply) =>
    replyWithProblem(new Problem('not-found', 'There is nothing at this address.'), request, reply),
  )
  server.decorateRequest('caller')
  // TcEx sends long queries as the JSON body of a GET (D17).
  server.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  server.addHook('onRequest', async ({ raw: { method, headers } }) => {
    // Some clients say for a whole session what they send. Where nothing is sent it means nothing.
    if (method === 'GET' && !hasBody(headers)) delete headers['content-type']
  })
  await server.register(cookie)
  await server.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: true,
  })
  await server.register(rateLimit, { global: false })
  await server.register(multipart, {
    limits: { fileSize: limits.batchBytesMax, files: 4, parts: 8, fieldSize: 1_000_000 },
  })
  await server.register(websocket, { options: { maxPayload: 4096 } })
  await registerOpenapi(server)
  // RFC 9110, 10.1.1: an expectation that nobody knows may be passed over; Node would answer it by itself, without a word.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response))
  refuseUnknownQueries(server)
  requireRules(server)
  logRequests(server)
  server.addHook('onRequest', async (request) => {
    // A Unix socket has no address, which neither Fastify's type nor its counting of requests knows.
    if (request.socket.remoteAddress === undefined) Object.defineProperty(request, 'ip', { value: '' })
    refuseByEdge(request.raw, request.routeOptions.url, request.routeOptions.config.rule)
    request.caller = await authenticate(request)
    checkRule(request)
    checkUpgrade(request)
    admit(request.raw, request.caller.kind !== 'stranger')
  })
  server.addHook('preParsing', refuseOtherCodings)
  server.addHook('preValidation', refuseBadText)
  server.addHook('onSend', createBodyPasser())
  return server
}

/** A misspelt filter must not answer with everything. ThreatConnect's own paths take what its clients send. */
function refuseUnknownQueries(server: Server): void {
  server.addHook('onRoute', ({ url, schema }) => {
    if (url.startsWith('/v1/') && schema?.querystring instanceof z.ZodObject) {
      schema.querystring = schema.querystring.strict()
    }
  })
}

/** D22: a server with a route without a rule does not start. Checked last, since a plugin's routes get theirs from a hook. */
function requireRules(server: Server): void {
  const routes: RouteOptions[] = []
  server.addHook('onRoute', (route) => void routes.push(route))
  server.addHook('onReady', async () => {
    const bare = routes.filter((route) => route.config?.rule === undefined && route.method !== 'OPTIONS')
    if (bare.length === 0) return
    const names = bare.map((route) => `${String(route.method)} ${route.url}`).join(', ')
    throw new Error(`these routes name no rule, see access/permissions.ts: ${names}`)
  })
}

function checkRule(request: FastifyRequest): void {
  const rule = request.routeOptions.config.rule
  if (rule === undefined || mayCall(request.caller, rule)) return
  if (request.caller.kind === 'stranger') {
    throw new Problem('unauthenticated', 'This needs a signed-in user or a valid token.')
  }
  throw new Problem('forbidden', `${request.caller.name} may not do this: it needs the right ${rule.permission}.`)
}

/** No hook of ours has seen the request; one that asked for a WebSocket would keep its connection for good. */
function refuseAddress(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroySoon())
  replyWithProblem(error, request, reply)
}

/** A WebSocket where there is none would be opened and cut; /live without one would be answered with nothing. */
function checkUpgrade({ ws, routeOptions }: FastifyRequest): void {
  const isLive = routeOptions.url === paths.live
  if (ws === isLive) return
  const told = isLive ? 'Only a WebSocket is served at this address.' : 'There is no WebSocket at this address.'
  throw new Problem('invalid', told)
}

function logRequests(server: Server): void {
  server.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    request.log.debug(
      {
        method: request.method,
        path: pathOf(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url
}
