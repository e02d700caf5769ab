import { CommandGate } from './executor/command-gate.ts'
import { executorCount } from './executor/executor-count.ts'
import { Executor } from './executor/executor.ts'
import { ProcessWatch } from './executor/process-watch.ts'
import { recover } from './executor/recover.ts'
import { keepTidy } from './executor/tidy-up.ts'
import { type OpenedHome, openHome } from './home/open-home.ts'
import { bootMs } from './hub-link/boot-clock.ts'
import { logDelivery, resultDelivery, senderTo } from './hub-link/deliveries.ts'
import { enrolOnce } from './hub-link/enrol-once.ts'
import { HubClock } from './hub-link/hub-clock.ts'
import { HubConnection } from './hub-link/hub-connection.ts'
import { type HubHttp, hubHttp } from './hub-link/hub-http.ts'
import { LeaseKeeper } from './hub-link/lease-keeper.ts'
import { isDiskFull, openJournalDatabase } from './journal/journal-database.ts'
import { Journal } from './journal/journal.ts'
import { LogSpool } from './journal/log-spool.ts'
import { ResultBox } from './journal/result-box.ts'
import type { Keychain } from './keychain/keychain.ts'
import { openKeychainWith, type PasswordSources } from './keychain/master-password.ts'
import type { ServerLog } from './log/server-log.ts'
import { refuseRoot } from './log/refuse-root.ts'
import { StartProblem } from './log/start-problem.ts'
import { PackageStore } from './packages/package-store.ts'
import { type Choice, chooseConfinement, sayTier } from './sandbox/choose-confinement.ts'
import type { Confinement } from './sandbox/confinement.ts'

export type EnvironmentServerOptions = {
  /** The folder that holds `.postern-envsvr/`. */
  home: string
  password: PasswordSources
  log: ServerLog
  /** How long running apps may go on after the server was told to stop. */
  drainMs?: number
}

export type EnvironmentServer = AsyncDisposable & {
  readonly serverXid: string
  /** Settles when the server has stopped, or cannot go on. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const drainMsDefault = 30_000
const lastDeliveryMs = 5_000
const leaseCheckMs = 500

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

async function start(options: EnvironmentServerOptions): Promise<EnvironmentServer> {
  const { password, log } = options
  refuseRoot()
  using held = new DisposableStack()
  const opened = held.use(openHome(options.home))
  const { keychain, choice } = await unlockAndProbe(opened, password, log)
  const http = held.adopt(hubHttp(opened.settings.apiURL, opened.trust.caCertificate), (hub) => hub.close())
  const clock = new HubClock()
  await enrolOnce(opened, http, keychain, clock, log)
  sayTier(choice, opened.policy.allowUnconfined, log)
  const database = held.adopt(openJournalDatabase(opened.home.journalFile), (file) => file.close())
  const parts = compose({
    opened,
    keychain,
    http,
    clock,
    confinement: choice.confinement,
    // Enrolment has made the key.
    journal: new Journal(database, new ResultBox(keychain.content.sealingPrivateKey ?? '')),
    spool: new LogSpool(database),
    log,
  })
  await recover(parts.journal, parts.executor, opened.home.jobsFolder, log)
  return run(parts, held.move(), options)
}

/** Both take about as long as everything else of a start, and neither needs the other. */
async function unlockAndProbe(
  { home }: OpenedHome,
  password: PasswordSources,
  log: ServerLog,
): Promise<{ keychain: Keychain; choice: Choice }> {
  const choosing = chooseConfinement(home)
  const from = performance.now()
  const unlocking = openKeychainWith(password, home.keychainFile).then((keychain) => {
    log('debug', `The keychain was unlocked in ${Math.round(performance.now() - from)} ms.`)
    return keychain
  })
  const [unlocked, chosen] = await Promise.allSettled([unlocking, choosing])
  if (unlocked.status === 'rejected') throw unlocked.reason
  if (chosen.status === 'rejected') throw chosen.reason
  return { keychain: unlocked.value, choice: chosen.value }
}

type Ingredients = {
  opened: OpenedHome
  keychain: Keychain
  http: HubHttp
  clock: HubClock
  confinement: Confinement
  journal: Journal
  spool: LogSpool
  log: ServerLog
}

type Parts = ReturnType<typeof compose>

/** The only place that builds things. */
function compose({ opened, keychain, http, clock, confinement, journal, spool, log }: Ingredients) {
  const { home, settings, trust, policy } = opened
  const { serverXid } = settings
  const leases = new LeaseKeeper(bootMs)
  const stopping = new AbortController()
  const token = () => keychain.content.appDeliveryToken ?? ''
  const send = senderTo(http, token, log)
  const results = resultDelivery(journal, send, log)
  const logs = logDelivery(spool, send, log)
  const executors = executorCount(settings.appsNumberofJobExecutors, log)
  const tell: HubConnection['tell'] = (event) => connection.tell(event)
  const onResult = () => results.wake()
  const packages = new PackageStore({
    folder: home.programsFolder,
    http,
    token,
    publisherKeys: trust.publisherKeys,
    log,
    stop: stopping.signal,
  })
  const executor = new Executor({
    run: {
      serverXid,
      apiUrl: settings.apiURL,
      jobsFolder: home.jobsFolder,
      socketsFolder: home.socketsFolder,
      caFile: home.caFile,
      sealingPrivateKey: () => keychain.content.sealingPrivateKey ?? '',
      policy,
      packages,
      confinement,
      spool,
      watch: new ProcessWatch(),
      onLogSpooled: () => logs.wake(),
      serverLog: log,
    },
    journal,
    leases,
    executors,
    log,
    bootMs,
    tell,
    onResult,
  })
  const { commandKeys, publisherKeys } = trust
  const onAccepted = () => connection.beatSoon()
  const gate = new CommandGate({
    serverXid,
    commandKeys,
    publisherKeys,
    policy,
    confinement,
    clock,
    journal,
    executor,
    log,
    tell,
    onResult,
    onAccepted,
  })
  const connection = new HubConnection({
    settings,
    caCertificate: trust.caCertificate,
    keychain,
    clock,
    leases,
    http,
    log,
    status: () => ({
      state: executor.isDraining ? 'draining' : 'ready',
      tier: confinement.tier,
      executors,
      queued: executor.queued,
      held: journal.heldAttempts(),
    }),
    // While it drains it takes nothing: a command that is not accepted comes again, here or elsewhere.
    onCommand: (payload) => executor.isDraining || gate.receive(payload),
    onAnswer: (lost) => {
      executor.endNotGranted(lost)
      executor.pump()
    },
    onConnected: () => {
      results.wake()
      logs.wake()
    },
  })
  return { opened, clock, journal, executor, connection, results, logs, stopping, log }
}

function run(
  parts: Parts,
  held: DisposableStack,
  { drainMs = drainMsDefault }: EnvironmentServerOptions,
): EnvironmentServer {
  const { opened, clock, journal, executor, connection, results, logs, stopping, log } = parts
  const loops = new AbortController()
  const leaseCheck = setInterval(() => executor.endWithoutLease(), leaseCheckMs)
  const tidying = keepTidy(opened, journal, clock, log)
  const running = Promise.all([connection.run(loops.signal), results.run(loops.signal), logs.run(loops.signal)])
  const ended = Promise.withResolvers<void>()
  // A loop that throws is a defect: the process ends with it, and is started again by whoever supervises it.
  running.catch(ended.reject)
  let stopped: Promise<void> | undefined

  async function stop(): Promise<void> {
    log('info', 'Stopping.')
    const drained = executor.drain(drainMs)
    connection.beat()
    await drained
    stopping.abort(new Error('the environment server stops'))
    // What cannot be delivered now stays in the journal.
    await Promise.all([results.flush(lastDeliveryMs), logs.flush(lastDeliveryMs)])
    loops.abort()
    await running
    clearInterval(leaseCheck)
    clearInterval(tidying)
    held.dispose()
    log('info', 'Stopped.')
    ended.resolve()
  }

  function stopOnce(): Promise<void> {
    stopped ??= stop()
    return stopped
  }
  return { serverXid: opened.settings.serverXid, ended: ended.promise, stop: stopOnce, [Symbol.asyncDispose]: stopOnce }
}
