import { spawn } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageApp } from '@postern/app-sdk/package'
import { callHub, ensureJob, ensureOwner, type HubTarget, installPackage } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { CreatedToken, type Job, paths } from '@postern/protocol'
import pg from 'pg'
import { SpokenLines } from '../spoken-lines.ts'

/** A hub with its edge and its PostgreSQL, and one environment server from a bundle, each a process as in production. */
export type SystemUnderTest = AsyncDisposable & {
  hub: HubTarget
  dataFolder: string
  databaseUrl: string
  database: pg.Client
  serverXid: string
  /** Of the environment server. */
  lines: SpokenLines
  /** Of the app. */
  job: Job
  /** Another one of the same app. */
  addJob(name: string): Promise<Job>
  /** The app as the environment server unpacked it. @throws Error before its first execution */
  appFolder(): string
}

const sampleApp = fileURLToPath(new URL('sample-app', import.meta.url))

/**
 * @param appSource the folder of the app that its jobs run, by default one that says when it speaks
 * @param settings of the environment server beside those of its bundle
 */
export async function startSystemUnderTest(
  appSource = sampleApp,
  settings: Record<string, unknown> = {},
): Promise<SystemUnderTest> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem())
  const { dataFolder } = system
  const { environment, process: supervised, home } = await system.startServer()
  await supervised.stop()
  const settingsFile = join(home, '.postern-envsvr/settings.json')
  const asDownloaded = JSON.parse(readFileSync(settingsFile, 'utf8')) as object
  // Written in place, so that it stays the server's own.
  writeFileSync(settingsFile, JSON.stringify({ ...asDownloaded, ...settings }))
  const hub = await hubByHttps(system.hub.target, system.hub.file.url, dataFolder)
  const databaseUrl = `postgresql:///postern?host=${encodeURIComponent(join(dataFolder, 'cluster/socket'))}&user=postern`
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  stack.defer(() => database.end())

  const lines = stack.adopt(runBundle(home, dataFolder), (server) => server.end())
  await lines.next('Connected to ')
  const { file, programName, sha256 } = await packageApp(appSource)
  const app = await installPackage(system.hub.target, file)
  const owner = await ensureOwner(hub, 'Bench')
  const addJob = (name: string) => ensureJob(hub, app, environment, { name, parameters: {}, owner: owner.name })
  const job = await addJob('First line')
  const serverXid = environment.servers[0]?.serverXid
  if (serverXid === undefined) throw new Error('The environment has no server.')
  const started = stack.move()
  return {
    hub,
    dataFolder,
    databaseUrl,
    database,
    serverXid,
    lines,
    job,
    addJob,
    appFolder: () => join(home, '.postern-envsvr/exchange/programs', programName, sha256),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** With a token over TLS, as whoever automates "run now". */
async function hubByHttps(door: HubTarget, url: string, dataFolder: string): Promise<HubTarget> {
  const { token } = await callHub(door, paths.tokens, CreatedToken, {
    json: { name: 'bench', role: 'administrator', expiresInDays: 1 },
  })
  const caPem = readFileSync(join(dataFolder, 'pki/ca.pem'), 'utf8')
  return { kind: 'https', url: `https://localhost:${new URL(url).port}`, token, caPem }
}

/** Started as its README says, by the user whose the folder is. */
function runBundle(home: string, dataFolder: string): SpokenLines {
  const { uid, gid } = statSync(home)
  const passwordFile = join(dataFolder, 'environment-server/master-password')
  return new SpokenLines(
    spawn('/bin/sh', [join(home, 'run.sh'), '--password-file', passwordFile], {
      cwd: home,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', POSTERN_NODE: process.execPath },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(process.getuid?.() === 0 && { uid, gid }),
    }),
  )
}
