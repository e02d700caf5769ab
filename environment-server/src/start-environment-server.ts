import { createPublicKey } from 'node:crypto'
import type { SetAside } from '@postern/protocol'
import type { ControlAnswer, ControlRequest, ServerStatus } from './control/control-message.ts'
import { listenForControl } from './control/control-socket.ts'
import { type RunningParts, startParts } from './environment-server.ts'
import { type OpenedHome, openHome, readHomeFiles } from './home/open-home.ts'
import { hubRoutes } from './hub-link/hub-routes.ts'
import { sayLocked } from './hub-link/say-locked.ts'
import { isDiskFull } from './journal/journal-database.ts'
import type { Keychain } from './keychain/keychain.ts'
import { KeychainDoor } from './keychain/keychain-door.ts'
import { hasPasswordSource, openKeychainWith, type PasswordSources } from './keychain/master-password.ts'
import { refuseRoot } from './log/refuse-root.ts'
import type { ServerLog } from './log/server-log.ts'
import { StartProblem } from './log/start-problem.ts'
import { fingerprintOf } from './home/key-fingerprint.ts'
import type { Choice } from './sandbox/choose-confinement.ts'
import { chooseSandbox } from './sandbox/choose-sandbox.ts'
import { isTakenLive } from './settings/changed-settings.ts'
import { setSecret, noteSecrets } from './settings/set-secret.ts'
import { replaceSettings } from './settings/settings-taker.ts'
import { serverVersion } from './version.ts'

export type EnvironmentServerOptions = {
  /** The folder that holds `.postern-envsvr/`. */
  home: string
  password: PasswordSources
  log: ServerLog
  /** Without any source for the password: wait, locked, for `unlock`, rather than end (ES-10). */
  mayStayLocked?: boolean
  /** `JAVA_HOME` of this process: what runs Java apps where appsJavaHome is empty. */
  javaHome?: string | undefined
  /** The newer server file that was taken back; heartbeats say so. */
  setAside?: SetAside | undefined
  /** How long running apps may go on after the server was told to stop. */
  drainMs?: number
}

export type EnvironmentServer = AsyncDisposable & {
  readonly serverXid: string
  /** Settles when the server has stopped, or cannot go on. */
  readonly ended: Promise<void>
  isConnected(): boolean
  stop(): Promise<void>
}

/** Starts the server on its folder. Throws StartProblem where the operator has to act. */
export async function startEnvironmentServer(options: EnvironmentServerOptions): Promise<EnvironmentServer> {
  try {
    return await start(options)
  } catch (error) {
    if (!hasMetFullDisk(error)) throw error
    throw new StartProblem(`The disk of ${options.home} is full. Make room on it and start the server again.`, {
      cause: error,
    })
  }
}

function hasMetFullDisk(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof Error && error.cause !== undefined && hasMetFullDisk(error.cause))
}

/** What lasts from start to stop, whatever is built anew in between: the folder under its lock, and the open keychain. */
async function start(options: EnvironmentServerOptions): Promise<EnvironmentServer> {
  const { log } = options
  refuseRoot()
  using held = new DisposableStack()
  const opened = held.use(openHome(options.home))
  if (opened.keptSettings.length > 0) log('info', `Kept from the settings before: ${opened.keptSettings.join(', ')}.`)
  const door = new KeychainDoor(opened.home.keychainFile)
  let running: RunningParts | undefined
  held.use(await listenForControl(opened.home.controlSocket, (request) => answer(request), log))
  const { keychain, choice } = await unlockAndProbe(opened, door, options)
  running = await startParts(opened, keychain, choice, options)
  // Enrolling gives tokens.
  noteSecrets(opened.home, keychain)
  const rest = held.move()
  const ended = Promise.withResolvers<void>()
  running.failed.catch(ended.reject)
  let stopped: Promise<void> | undefined
  let secretsInForce = secretsOf(keychain)
  let reloading: Promise<void> = Promise.resolve()

  async function answer(request: ControlRequest): Promise<ControlAnswer> {
    if (request.ask === 'status') return { ok: true, status: statusOf(opened, door, running) }
    if (request.ask === 'unlock') return { ok: true, said: door.unlock(request.password) }
    const open = door.keychain
    if (open === undefined) throw new StartProblem('The keychain is locked. Unlock it first: ./postern-envsvr unlock')
    if (request.ask === 'change-password') {
      open.changePassword(request.password, request.newPassword)
      log('info', 'The master password of the keychain was changed.')
      return { ok: true }
    }
    if (request.ask === 'set-secret') {
      setSecret(opened.home, open, request.name, request.value)
      log('info', `${request.name} was ${request.value === null ? 'emptied' : 'set'} in the keychain.`)
      return { ok: true }
    }
    if (running === undefined) throw new StartProblem('The environment server is still starting. Try again.')
    reloading = reloading.catch(() => undefined).then(() => reload(open))
    await reloading
    return { ok: true }
  }

  /** Reads the files again; what cannot change while apps run is built anew, with the keychain open. */
  async function reload(open: Keychain): Promise<void> {
    const fresh = readHomeFiles(opened.home)
    if (stopped !== undefined || running === undefined) throw new StartProblem('The environment server is stopping.')
    const secrets = secretsOf(open)
    if (isTakenLive(opened, fresh) && secrets === secretsInForce) {
      replaceSettings(opened.settings, fresh.settings)
      Object.assign(opened, { policy: fresh.policy, trust: fresh.trust })
      running.settingsChanged()
      log('info', 'The settings were read again.')
      return
    }
    // What would keep the parts from starting is found while the old ones still work.
    hubRoutes(fresh.settings, open.content.proxyPassword)
    log('info', 'Starting anew with other settings.')
    await running.stop()
    running = undefined
    Object.assign(opened, fresh)
    secretsInForce = secrets
    try {
      const choice = await chooseSandbox(opened.home, fresh.settings.appsSandboxUser, log)
      running = await startParts(opened, open, choice, options)
    } catch (error) {
      ended.reject(error)
      throw error
    }
    running.failed.catch(ended.reject)
    // Whoever put a .env into force meant the move.
    const { notMoved } = running
    if (notMoved !== undefined) throw new StartProblem(`The settings are in force, but not the move. ${notMoved}`)
  }

  async function stop(): Promise<void> {
    log('info', 'Stopping.')
    await reloading.catch(() => undefined)
    await running?.stop()
    rest.dispose()
    log('info', 'Stopped.')
    ended.resolve()
  }

  function stopOnce(): Promise<void> {
    stopped ??= stop()
    return stopped
  }
  return {
    serverXid: opened.settings.serverXid,
    ended: ended.promise,
    isConnected: () => running?.status().connected === true,
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  }
}

/** Both take about as long as everything else of a start, and neither needs the other. */
async function unlockAndProbe(
  opened: OpenedHome,
  door: KeychainDoor,
  { password, log, mayStayLocked = false }: EnvironmentServerOptions,
): Promise<{ keychain: Keychain; choice: Choice }> {
  const { home, settings } = opened
  const choosing = chooseSandbox(home, settings.appsSandboxUser, log)
  const from = performance.now()
  if (mayStayLocked && !hasPasswordSource(password)) {
    // What would keep the parts from starting is found before somebody comes with the password.
    const routes = hubRoutes(settings, undefined)
    log('warn', 'The keychain is locked: nothing runs until its master password is given. Run: ./postern-envsvr unlock')
    const unlocked = new AbortController()
    void door.opened.finally(() => unlocked.abort()).catch(() => undefined)
    void sayLocked(opened, routes, log, unlocked.signal)
  } else {
    door.open(openKeychainWith(password, home.keychainFile))
  }
  const [unlocked, chosen] = await Promise.allSettled([door.opened, choosing])
  if (unlocked.status === 'rejected') throw unlocked.reason
  if (chosen.status === 'rejected') throw chosen.reason
  log('debug', `The keychain was unlocked in ${Math.round(performance.now() - from)} ms.`)
  return { keychain: unlocked.value, choice: chosen.value }
}

/** Those that a person sets; the others come and go with enrolments. */
function secretsOf({ content: { proxyPassword, smtpPassword } }: Keychain): string {
  return JSON.stringify([proxyPassword, smtpPassword])
}

function statusOf(
  { settings }: Pick<OpenedHome, 'settings'>,
  door: KeychainDoor,
  running: RunningParts | undefined,
): ServerStatus {
  const { serverXid, serverName, brokerHost, brokerPort } = settings
  const tlsPrivateKey = door.keychain?.content.tlsPrivateKey
  const idle = { connected: false, problem: '', tier: null, executors: 0, running: 0, queued: 0, undelivered: 0 }
  return {
    ...(running?.status() ?? { ...idle, state: door.keychain === undefined ? 'locked' : 'starting' }),
    hasKeychain: door.exists,
    pid: process.pid,
    version: serverVersion,
    serverXid,
    serverName,
    broker: `${brokerHost}:${brokerPort}`,
    ...(tlsPrivateKey === undefined ? {} : { keyFingerprint: fingerprintOf(createPublicKey(tlsPrivateKey)) }),
  }
}
