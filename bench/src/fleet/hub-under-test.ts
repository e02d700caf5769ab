import { join } from 'node:path'
import { callHub, type HubTarget } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { EnvironmentPage, paths } from '@postern/protocol'
import pg from 'pg'
import type { HubStore } from './enrol-fleet.ts'

/** A hub with its edge and its PostgreSQL, each a process as in production. */
export type HubUnderTest = AsyncDisposable & {
  target: HubTarget
  store: HubStore
  brokerPort: number
  hubPid(): number
  edgePid(): number
  /** Ends the hub and its edge, and starts both: a restart as of an upgrade, but for the database, which is another's. */
  restart(): Promise<void>
  /** What the console's page of environments asks for. @returns how long it took, in milliseconds */
  readEnvironments(): Promise<number>
}

export async function startHubUnderTest(): Promise<HubUnderTest> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem({ POSTERN_LOG_LEVEL: 'warn' }))
  const { target, file, processes } = system.hub
  const { dataFolder } = system
  const databaseUrl = `postgresql:///postern?host=${encodeURIComponent(join(dataFolder, 'cluster/socket'))}&user=postern`
  const store: HubStore = {
    database: await connectTo(databaseUrl),
    databaseUrl,
    secretKeyFile: join(dataFolder, 'secret.key'),
  }
  stack.defer(() => store.database.end())
  const started = stack.move()
  return {
    target,
    store,
    brokerPort: file.brokerPort,
    hubPid: () => pidOf('hub', processes.hub.pid),
    edgePid: () => pidOf('edge', processes.edge?.pid),
    async restart() {
      await processes.edge?.stop()
      // The hub's own PostgreSQL ends with it.
      await store.database.end()
      await processes.hub.stop()
      await processes.hub.start()
      await processes.edge?.start()
      store.database = await connectTo(databaseUrl)
    },
    async readEnvironments() {
      const before = performance.now()
      await callHub(target, paths.environments, EnvironmentPage)
      return performance.now() - before
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function connectTo(connectionString: string): Promise<pg.Client> {
  const database = new pg.Client({ connectionString })
  await database.connect()
  return database
}

function pidOf(name: string, pid: number | undefined): number {
  if (pid === undefined) throw new Error(`The ${name} has no process.`)
  return pid
}
