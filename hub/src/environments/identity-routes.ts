import {
  EnrolmentRequest,
  EnrolmentResponse,
  MoveRequest,
  MoveResponse,
  paths,
  RenewalRequest,
  RenewalResponse,
} from '@postern/protocol'
import { forOwnTokens, onlyFor } from '../access/permissions.ts'
import { bearerOf } from '../http/bearer.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Environments } from './environments.ts'

const tags = ['environments']
/** Enrolments that one address may try in a minute; tokens of 256 bits need no more, the audit does. */
const enrolmentsPerMinuteMax = 20
/** Certificates that one address may ask for in a minute: hundreds of servers behind it. */
const renewalsPerMinuteMax = 600

/** What servers ask about who they are: to enrol, to move, to renew. */
export function identityRoutes(server: Server, environments: Environments): void {
  enrolmentRoute(server, environments)
  moveRoute(server, environments)
  renewalRoute(server, environments)
}

function enrolmentRoute(server: Server, environments: Environments): void {
  server.post(
    paths.enrolments,
    {
      config: { ...forOwnTokens, rateLimit: { max: enrolmentsPerMinuteMax, timeWindow: '1 minute' } },
      schema: {
        operationId: 'enrol',
        tags,
        summary: "An environment server's one enrolment, by the token of its bundle",
        body: EnrolmentRequest,
        response: { 201: EnrolmentResponse },
      },
    },
    async (request, reply) => {
      const token = bearerOf(request, 'Send the enrolment token of the bundle as a bearer token.')
      return reply.code(201).send(await environments.enrol(token, request.body, request.ip))
    },
  )
}

function moveRoute(server: Server, environments: Environments): void {
  server.post(
    paths.moves,
    {
      config: { ...forOwnTokens, rateLimit: { max: enrolmentsPerMinuteMax, timeWindow: '1 minute' } },
      schema: {
        operationId: 'move',
        tags,
        summary:
          "An environment server's move to another environment, by the token of its .env and the key that it has",
        body: MoveRequest,
        response: { 200: MoveResponse },
      },
    },
    async (request) =>
      await environments.move(
        bearerOf(request, 'Send the move token of the .env as a bearer token.'),
        request.body,
        request.ip,
      ),
  )
}

function renewalRoute(server: Server, environments: Environments): void {
  server.post(
    paths.renewals,
    {
      config: {
        ...onlyFor('attempts:write', 'environment-server'),
        rateLimit: { max: renewalsPerMinuteMax, timeWindow: '1 minute' },
      },
      schema: {
        operationId: 'renewCertificate',
        tags,
        summary: "An environment server's next client certificate, by its token and the key that it has",
        body: RenewalRequest,
        response: { 200: RenewalResponse },
      },
    },
    async ({ caller, body, ip }) => {
      if (caller.kind !== 'environment-server') throw new Problem('forbidden', 'This is for environment servers.')
      return await environments.renew(caller, body, ip)
    },
  )
}
