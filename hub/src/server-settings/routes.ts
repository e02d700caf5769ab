import {
  ChangeServerSettings,
  LockedNotice,
  NarrowServerPolicy,
  paths,
  PolicyNarrowingRequests,
  ServerSettings,
  ServerSettingsReport,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forOwnTokens, forPeople, onlyFor } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import { bearerOf } from '../http/bearer.ts'
import { rowId } from '../lib/row-id.ts'
import type { PolicyNarrowings } from './policy-narrowings.ts'
import type { ServerSettingsFeature } from './server-settings.ts'

const tags = ['environments']
/** Notices that one address may send in a minute: hundreds of servers behind it, each twice. */
const lockedNoticesPerMinuteMax = 600

const params = z.object({ environmentId: rowId, serverXid: rowId })

export function serverSettingsRoutes(
  server: Server,
  settings: ServerSettingsFeature,
  narrowings: PolicyNarrowings,
): void {
  server.get(
    paths.environmentServerSettings(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'getServerSettings',
        tags,
        summary: "An environment server's settings as it reported them last, secrets masked",
        params,
        response: { 200: ServerSettings },
      },
    },
    async ({ caller, params: { environmentId, serverXid } }) =>
      await settings.read(person(caller), environmentId, serverXid),
  )
  server.put(
    paths.environmentServerSettings(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'changeServerSettings',
        tags,
        summary: 'Ask an environment server to set what its local policy lets the hub set',
        params,
        body: ChangeServerSettings,
        response: { 200: ServerSettings },
      },
    },
    async ({ caller, params: { environmentId, serverXid }, body, ip }) =>
      await settings.change(person(caller), environmentId, serverXid, body.settings, ip),
  )
  server.get(
    paths.environmentServerNarrowings(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'listPolicyNarrowings',
        tags,
        summary: "What people narrowed of an environment server's local policy from here, newest first",
        params,
        response: { 200: PolicyNarrowingRequests },
      },
    },
    async ({ caller, params: { environmentId, serverXid } }) =>
      await narrowings.list(person(caller), environmentId, serverXid),
  )
  server.post(
    paths.environmentServerNarrowings(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'narrowPolicy',
        tags,
        summary: "Make an environment server's local policy narrower; only a person on the server takes it back",
        params,
        body: NarrowServerPolicy,
        response: { 200: PolicyNarrowingRequests },
      },
    },
    async ({ caller, params: { environmentId, serverXid }, body, ip }) =>
      await narrowings.narrow(person(caller), environmentId, serverXid, body.narrowing, ip),
  )
  server.put(
    paths.ownSettings,
    {
      config: onlyFor('attempts:write', 'environment-server'),
      schema: {
        operationId: 'reportSettings',
        tags,
        summary: "An environment server's own settings, and its answers to what it was asked to set",
        body: ServerSettingsReport,
        response: { 204: done },
      },
    },
    async ({ caller, body }, reply) => {
      if (caller.kind !== 'environment-server') throw new Problem('forbidden', 'This is for environment servers.')
      await settings.report(caller, body)
      return reply.code(204).send(null)
    },
  )
  server.post(
    paths.lockedNotices,
    {
      config: { ...forOwnTokens, rateLimit: { max: lockedNoticesPerMinuteMax, timeWindow: '1 minute' } },
      schema: {
        operationId: 'noteLocked',
        tags,
        summary: 'An environment server says that its keychain is locked, by the token that it may say that with',
        body: LockedNotice,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      const token = bearerOf(request, 'Send the token of the locked environment server as a bearer token.')
      await settings.noteLocked(request.body.serverXid, token)
      return reply.code(204).send(null)
    },
  )
}
