import { join } from 'node:path'
import type { Log } from '../../lib/log.ts'
import { stopServer } from './cluster-process.ts'
import { keepRunning } from './keep-running.ts'
import { openPrivateCluster, privateClusterUrl } from './private-cluster.ts'

/** Where the database is, and what has to end with the hub. */
export type OpenedDatabase = { url: string; directUrl: string; stop(): Promise<void> }

/** An external database if one is named, else a private cluster in the data folder (D12). */
export async function openDatabase(
  config: { dataFolder: string; databaseUrl: string | undefined; databaseDirectUrl: string | undefined },
  log: Log,
): Promise<OpenedDatabase> {
  if (config.databaseUrl !== undefined) {
    return { url: config.databaseUrl, directUrl: config.databaseDirectUrl ?? config.databaseUrl, stop: async () => {} }
  }
  const cluster = await openPrivateCluster(join(config.dataFolder, 'cluster'))
  if (cluster.binaries.origin === 'bundled') {
    log.warn(
      { major: cluster.binaries.major },
      "this hub runs on the PostgreSQL that came with its packages: good for trials; for production install the system's, or set DATABASE_URL",
    )
  }
  const keeper = keepRunning(cluster, log)
  return {
    url: cluster.url,
    directUrl: cluster.url,
    async stop() {
      await keeper[Symbol.asyncDispose]()
      await cluster.stop()
    },
  }
}

/** Stops the private cluster of a hub that ended without doing so itself; there may be none. */
export async function stopDatabaseOf(dataFolder: string): Promise<void> {
  await stopServer(join(dataFolder, 'cluster/data'))
}

/** The same database for a process that does not run it, e.g. the broker's edge. */
export function databaseUrlOf(config: { dataFolder: string; databaseUrl: string | undefined }): string {
  return config.databaseUrl ?? privateClusterUrl(join(config.dataFolder, 'cluster'))
}
