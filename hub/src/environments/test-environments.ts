import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Server } from '../http/server.ts'
import type { Environments, Member } from './environments.ts'
import { environmentRoutes } from './routes.ts'
import { environmentsOf, makeServerFiles } from './test-bundle.ts'
import { createTestHub, person, type TestHub } from './test-hub.ts'

export type TestEnvironments = {
  hub: TestHub
  server: Server
  environments: Environments
  /** An organization administrator. */
  caller: Member
  /** @returns its id */
  create(name: string): Promise<string>
  /** @param as whom, as `TestHub.server` reads it */
  request(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    as: string,
    payload?: object,
  ): Promise<Awaited<ReturnType<Server['inject']>>>
  close(): Promise<void>
}

/** Environments with their routes, and with what bundles are made of. */
export async function createTestEnvironments(): Promise<TestEnvironments> {
  const hub = await createTestHub()
  const folder = makeServerFiles()
  const environments = environmentsOf(hub, { serverFilesFolder: folder, runtimeFile: join(folder, 'bin/node') })
  const server = await hub.server((made) => environmentRoutes(made, environments))
  const caller = person('organization-administrator', hub.organizationId) as Member
  return {
    hub,
    server,
    environments,
    caller,
    create: async (name) => (await environments.create(caller, { name })).id,
    request: async (method, url, as, payload) =>
      await server.inject({ method, url, headers: { caller: as }, ...(payload && { payload }) }),
    async close() {
      rmSync(folder, { recursive: true })
      await hub.close()
    },
  }
}
