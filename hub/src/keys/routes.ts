import { HubKeys, KeyId, KeySuccessions, paths, RotateKey } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, onlyFor } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import type { HubKeysFeature } from './hub-keys.ts'

const tags = ['settings']

export function keyRoutes(server: Server, hubKeys: HubKeysFeature): void {
  server.get(
    paths.hubKeys,
    {
      config: forPeople('settings:read'),
      schema: {
        operationId: 'listHubKeys',
        tags,
        summary: 'Keys that sign commands, packages and server files, and the servers that do not trust the newest yet',
        response: { 200: HubKeys },
      },
    },
    async ({ caller }) => await hubKeys.list(person(caller)),
  )
  server.post(
    paths.hubKeys,
    {
      config: forPeople('settings:write'),
      schema: {
        operationId: 'rotateHubKey',
        tags,
        summary: 'Make the key that follows the one in use, by its word; both count for 30 days',
        body: RotateKey,
        response: { 200: HubKeys },
      },
    },
    async ({ caller, body, ip }) => await hubKeys.rotate(person(caller), body, ip),
  )
  server.post(
    paths.hubKeyRevocation(':keyId'),
    {
      config: forPeople('settings:write'),
      schema: {
        operationId: 'revokeHubKey',
        tags,
        summary: 'End a key now, since others may have it; the one in use is followed by another',
        params: z.object({ keyId: KeyId }),
        response: { 200: HubKeys },
      },
    },
    async ({ caller, params: { keyId }, ip }) => await hubKeys.revoke(person(caller), keyId, ip),
  )
  server.get(
    paths.keySuccessions,
    {
      config: onlyFor('attempts:write', 'environment-server'),
      schema: {
        operationId: 'listKeySuccessions',
        tags: ['environments'],
        summary: 'What keys of the hub say of those that follow them and of themselves, for environment servers',
        response: { 200: KeySuccessions },
      },
    },
    async () => await hubKeys.successions(),
  )
}
