import { ChangeOwnMailAddress, OwnMailAddress, paths } from '@postern/protocol'
import type { Server } from '../http/server.ts'
import type { OwnMailAddressFeature } from './own-mail-address.ts'
import { onlyFor } from './permissions.ts'

const tags = ['mail']

export function ownMailAddressRoutes(server: Server, { read, change }: OwnMailAddressFeature): void {
  server.get(
    paths.ownMailAddress,
    {
      config: onlyFor('self:read', 'user'),
      schema: {
        operationId: 'getOwnMailAddress',
        tags,
        summary: "Where the caller's own mail goes",
        response: { 200: OwnMailAddress },
      },
    },
    async ({ caller }) => ({ mailAddress: await read(caller) }),
  )
  server.put(
    paths.ownMailAddress,
    {
      config: onlyFor('self:read', 'user'),
      schema: {
        operationId: 'changeOwnMailAddress',
        tags,
        summary: "Say where the caller's own mail goes; null: nowhere",
        body: ChangeOwnMailAddress,
        response: { 200: OwnMailAddress },
      },
    },
    async ({ caller, body, ip }) => ({ mailAddress: await change(caller, body, ip) }),
  )
}
