import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkoutFolder,
  installBuiltInApps,
  type LocalEnvironmentServer,
  type LocalHub,
  prepareServiceHome,
  startLocalEnvironmentServer,
  startLocalHub,
} from '@postern/cli'
import { compileCache } from './compile-cache.ts'
import { placePreparedCluster } from './prepared-cluster.ts'

/** Packages of the built-in apps, each named by the digest of its sources: bundled once for all systems of a run. */
const packagesFolder = join(checkoutFolder, '.cache/packages-of-tests')

/** A whole system in a folder of its own, each part a process as in production, for tests. */
export type TestSystem = AsyncDisposable & {
  hub: LocalHub
  /** Folder of hub.json, hub.sock and pki/ca.pem. */
  dataFolder: string
  checkout: string
  /** Installs the repository's apps and brings a local environment server online. */
  startServer(egressAllowed?: readonly string[]): Promise<LocalEnvironmentServer>
}

export type TestSystemOptions = {
  /** The folder that the system's own is made in. */
  below?: string | undefined
  /** The longest wait before a process that died is started again, if not that of production. */
  restartDelayMsMax?: number | undefined
}

/** @param settings environment variables of the hub beside the usual ones of a test: any free ports, loopback only */
export async function startTestSystem(
  settings: Record<string, string> = {},
  { below = '/tmp', restartDelayMsMax }: TestSystemOptions = {},
): Promise<TestSystem> {
  await using stack = new AsyncDisposableStack()
  const asked = mkdtempSync(join(below, 'postern-system-'))
  // Passable, so that a test of root's needs no copy of the runtime.
  chmodSync(asked, 0o711)
  stack.defer(() => rmSync(asked, { recursive: true, force: true }))
  const { checkout, dataFolder, user } = prepareServiceHome(checkoutFolder, join(asked, 'data'))
  await placePreparedCluster(dataFolder, user)
  const hub = await startLocalHub({
    checkout,
    dataFolder,
    user,
    settings: {
      POSTERN_HTTPS_PORT: '0',
      POSTERN_BROKER_PORT: '0',
      POSTERN_LISTEN_HOST: '127.0.0.1',
      POSTERN_LOG_LEVEL: 'info',
      ...compileCache(user),
      ...settings,
    },
    restartDelayMsMax,
    onCrash: () => {},
  })
  stack.defer(hub.stop)
  const started = stack.move()
  return {
    hub,
    dataFolder,
    checkout,
    async startServer(egressAllowed = []) {
      await installBuiltInApps(hub.target, checkout, packagesFolder)
      const server = await startLocalEnvironmentServer({
        target: hub.target,
        dataFolder,
        environmentName: 'Test',
        egressAllowed,
        user,
        restartDelayMsMax,
        onCrash: () => {},
      })
      started.defer(async () => await server.process.stop())
      return server
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}
