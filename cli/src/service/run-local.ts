import { stopRequested } from '@postern/hub'
import { paths, SetupLink, setupLinkMinutes, UserPage } from '@postern/protocol'
import { readCliConfig } from '../config.ts'
import { callHub } from '../hub-api.ts'
import { installBuiltInApps } from '../local/built-in-apps.ts'
import { type LocalEnvironmentServer, startLocalEnvironmentServer } from '../local/local-environment-server.ts'
import { type LocalHub, startLocalHub } from '../local/local-hub.ts'
import { allRows } from '../rows-of.ts'
import { say } from '../say.ts'
import { hasAdministrator } from './has-administrator.ts'
import { runAgain } from './run-again.ts'
import { becomeServiceUser } from './service-home.ts'

/** A hub with its broker, and an environment server where one is wanted, until a signal comes. */
export async function runLocal(checkout: string, withEnvironmentServer: boolean): Promise<void> {
  const home = becomeServiceUser(checkout, readCliConfig().dataFolder)
  if (home.moved) say.line(`The service user cannot reach the asked folder; everything lies in ${home.dataFolder}`)
  if (home.user !== undefined) {
    process.exitCode = await runAgain(home, 'cli/src/main.ts', [withEnvironmentServer ? 'start' : 'hub'])
    return
  }
  const stopped = stopRequested()
  // The first start makes a database, which takes half a minute on a small machine.
  say.line(`Starting on ${home.dataFolder}; what happens stands in ${home.dataFolder}/logs/hub.log`)
  const hub = await startLocalHub({
    checkout: home.checkout,
    dataFolder: home.dataFolder,
    onCrash: sayCrash,
  })
  let server: LocalEnvironmentServer | undefined
  try {
    await installBuiltInApps(hub.target, home.checkout, `${home.dataFolder}/packages`)
    if (withEnvironmentServer) {
      server = await startLocalEnvironmentServer({
        target: hub.target,
        dataFolder: home.dataFolder,
        environmentName: 'Local',
        onCrash: sayCrash,
      })
    }
    await sayReady(hub)
    await stopped
  } finally {
    await server?.process.stop()
    await hub.stop()
  }
}

async function sayReady(hub: LocalHub): Promise<void> {
  say.line(`Postern is ready at ${hub.file.url}`)
  say.line(`The broker listens on port ${hub.file.brokerPort}`)
  if (!hasAdministrator(await allRows(hub.target, paths.users, UserPage))) await saySetupLink(hub)
  say.line('Stop with Ctrl-C.')
}

/** Only for the first administrator: under a service manager this stands in the journal, which more people read than may administrate. */
async function saySetupLink(hub: LocalHub): Promise<void> {
  const link = await callHub(hub.target, paths.setupLinks, SetupLink, { method: 'POST' })
  say.line(`Make an administrator, within ${setupLinkMinutes} minutes: ${link.url}`)
}

function sayCrash(name: string, how: string): void {
  say.error(`The ${name} ended (${how}) and is started again.`)
}
