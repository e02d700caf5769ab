import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, lchownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Environment, EnvironmentPage, type EnvironmentServer, paths } from '@postern/protocol'
import { callHub, type HubTarget, sendToHub } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'
import { SupervisedProcess } from '../supervisor/supervised-process.ts'
import { unzip } from './unzip.ts'

export type LocalServerOptions = {
  target: HubTarget
  dataFolder: string
  environmentName: string
  /** Hosts on this machine that the local policy lets apps reach, `host:port` (S7). */
  egressAllowed?: readonly string[]
  /** Whom root starts it as. */
  user?: { uid: number; gid: number } | undefined
  /** The longest wait before it is started again when it died. */
  restartDelayMsMax?: number | undefined
  onCrash: (name: string, how: string) => void
}

export type LocalEnvironmentServer = { environment: Environment; process: SupervisedProcess; home: string }

const onlineDeadlineMs = 60_000

/**
 * An environment server on the hub's own machine, made the way any other is: environment, bundle, enrolment. Its master
 * password lies beside it in a file that only its user can read, since nobody is there to type it.
 */
export async function startLocalEnvironmentServer(options: LocalServerOptions): Promise<LocalEnvironmentServer> {
  const { target, dataFolder, environmentName, onCrash } = options
  const environment = await ensureEnvironment(target, environmentName)
  const folder = join(dataFolder, 'environment-server')
  const home = join(folder, 'postern-envsvr')
  const passwordFile = join(folder, 'master-password')
  if (!existsSync(join(home, '.postern-envsvr/keystore/keychain.json'))) {
    await download(target, environment, folder)
    writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  }
  writeFileSync(
    join(home, '.postern-envsvr/policy.json'),
    `${JSON.stringify({ allowUnconfined: false, egress: { allow: options.egressAllowed ?? [] } }, null, 2)}\n`,
    { mode: 0o600 },
  )
  if (options.user !== undefined) giveTo(folder, options.user)
  const server = new SupervisedProcess(
    {
      name: 'environment server',
      command: process.execPath,
      args: [join(home, 'postern-envsvr.mjs'), '--home', home, '--password-file', passwordFile],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
      logFile: join(dataFolder, 'logs/environment-server.log'),
      cwd: home,
      user: options.user,
      restartDelayMsMax: options.restartDelayMsMax,
    },
    onCrash,
  )
  await server.start()
  return { environment: await waitOnline(target, environment.id), process: server, home }
}

/** What root unpacked belongs to whom it starts. */
function giveTo(folder: string, { uid, gid }: { uid: number; gid: number }): void {
  chownSync(folder, uid, gid)
  for (const entry of readdirSync(folder, { recursive: true })) lchownSync(join(folder, String(entry)), uid, gid)
}

async function ensureEnvironment(target: HubTarget, name: string): Promise<Environment> {
  const existing = (await allRows(target, paths.environments, EnvironmentPage)).find((each) => each.name === name)
  if (existing !== undefined) return existing
  return await callHub(target, paths.environments, Environment, { json: { name, onHub: true } })
}

async function download(target: HubTarget, environment: Environment, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { bytes } = await sendToHub(target, paths.environmentDownloads(environment.id), {
    json: { kind: 'bundle', serverName: 'This machine', withoutRuntime: true },
  })
  await unzip(bytes, folder)
}

function isHeard({ presence }: EnvironmentServer): boolean {
  return presence === 'online' || presence === 'unhealthy'
}

async function waitOnline(target: HubTarget, environmentId: string): Promise<Environment> {
  const deadline = Date.now() + onlineDeadlineMs
  for (;;) {
    const environment = await callHub(target, paths.environment(environmentId), Environment)
    // One whose disk is nearly full works all the same, and says so where it is looked at.
    if (environment.servers.some((server) => isHeard(server) && server.confirmed)) return environment
    if (Date.now() > deadline)
      throw new Error(
        'The local environment server did not come online. See logs/environment-server.log in the data folder.',
      )
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
