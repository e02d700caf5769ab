import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkoutFolder } from '../commands/start.ts'
import { prepareServiceHome } from '../service/service-home.ts'
import { startLocalHub } from './local-hub.ts'

test('D12: stopping a hub that has just died stops the database that it left', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync('/tmp/postern-local-hub-')
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o711)
  const { checkout, dataFolder, user } = prepareServiceHome(checkoutFolder, join(folder, 'data'))
  const crashed = Promise.withResolvers<void>()
  const hub = await startLocalHub({
    checkout,
    dataFolder,
    externalBroker: true,
    user,
    settings: {
      POSTERN_HTTPS_PORT: '0',
      POSTERN_LISTEN_HOST: '127.0.0.1',
      POSTERN_BROKER_URL: 'mqtt://127.0.0.1:1',
    },
    onCrash: () => crashed.resolve(),
  })
  stack.defer(hub.stop)
  const database = Number(readFileSync(join(dataFolder, 'cluster/data/postmaster.pid'), 'utf8').split('\n')[0])
  // The hub has a pid as long as nobody stopped it.
  process.kill(hub.processes.hub.pid as number, 'SIGKILL')
  await crashed.promise
  expect(isAlive(database)).toBe(true)
  await hub.stop()
  expect(isAlive(database)).toBe(false)
})

/** One that has ended and waits to be noticed works nowhere any more. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/cwd`)
}
