import type { ExecuteCommand, SetAside } from '@postern/protocol'
import { readCaFolder } from './certificates/ca-folder.ts'
import type { ServerStatus } from './control/control-message.ts'
import { OwnCgroup } from './cgroup/own-cgroup.ts'
import { CommandGate } from './executor/command-gate.ts'
import { executorCount } from './executor/executor-count.ts'
import { Executor } from './executor/executor.ts'
import { ProcessWatch } from './executor/process-watch.ts'
import { recover } from './executor/recover.ts'
import { keepTidy } from './executor/tidy-up.ts'
import type { OpenedHome } from './home/open-home.ts'
import { bootMs } from './hub-link/boot-clock.ts'
import { logDelivery, resultDelivery, senderTo } from './hub-link/deliveries.ts'
import { enrolOnce } from './hub-link/enrol-once.ts'
import { CertificateKeeper } from './hub-link/certificate-keeper.ts'
import { HubClock } from './hub-link/hub-clock.ts'
import { HubConnection } from './hub-link/hub-connection.ts'
import { type HubHttp, hubHttp } from './hub-link/hub-http.ts'
import { type HubRoutes, hubRoutes } from './hub-link/hub-routes.ts'
import { KeyLearner } from './hub-link/key-learner.ts'
import { LeaseKeeper } from './hub-link/lease-keeper.ts'
import { moveOnce } from './hub-link/move-once.ts'
import { OwnCertificate } from './hub-link/own-certificate.ts'
import { openJournalDatabase } from './journal/journal-database.ts'
import { ConfigureJournal } from './journal/configure-journal.ts'
import { Journal } from './journal/journal.ts'
import { LogSpool } from './journal/log-spool.ts'
import { ResultBox } from './journal/result-box.ts'
import type { Keychain } from './keychain/keychain.ts'
import type { ServerLog } from './log/server-log.ts'
import { HubSilence } from './mail/hub-silence.ts'
import { isMailSetUp, sendMail } from './mail/send-mail.ts'
import { PackageStore } from './packages/package-store.ts'
import { localAudit } from './policy/local-audit.ts'
import { PolicyInForce } from './policy/policy-in-force.ts'
import { PolicyJournal } from './policy/policy-journal.ts'
import { PolicyNarrower } from './policy/policy-narrower.ts'
import { refuseUnknownPublisher } from './policy/unknown-publisher.ts'
import { prepareForApps } from './runtimes/prepare-for-apps.ts'
import type { Runtimes } from './runtimes/runtimes.ts'
import { type Choice, sayTier } from './sandbox/choose-confinement.ts'
import type { Confinement } from './sandbox/confinement.ts'
import { UserPool } from './sandbox/user-pool.ts'
import { SettingsReporter } from './settings/settings-reporter.ts'
import { SettingsTaker } from './settings/settings-taker.ts'
import { TelemetrySender } from './telemetry/telemetry-sender.ts'

export type PartsOptions = {
  log: ServerLog
  /** What runs Java apps where appsJavaHome is empty. */
  javaHome?: string | undefined
  /** The newer server file that was taken back (D34). */
  setAside?: SetAside | undefined
  /** How long running apps may go on after the server was told to stop. */
  drainMs?: number | undefined
}

/** Everything of a server that works by its settings; built anew where they change. Folder and open keychain are its caller's. */
export type RunningParts = {
  /** Rejects when a part cannot go on. */
  readonly failed: Promise<never>
  status(): Omit<ServerStatus, 'state' | 'hasKeychain' | 'pid' | 'version' | 'serverXid' | 'serverName' | 'broker'> & {
    state: 'ready' | 'draining'
  }
  /** Settings that may change while apps run were put into `opened.settings`. */
  settingsChanged(): void
  stop(): Promise<void>
}

const drainMsDefault = 30_000
const lastDeliveryMs = 5_000
const leaseCheckMs = 500
const silenceCheckMs = 10_000

export async function startParts(
  opened: OpenedHome,
  keychain: Keychain,
  choice: Choice,
  options: PartsOptions,
): Promise<RunningParts> {
  const { log } = options
  using held = new DisposableStack()
  const preparing = prepareForApps(opened, choice, options.javaHome, log)
  // Awaited below; until then a failure of it is nobody's.
  preparing.catch(() => undefined)
  const routes = hubRoutes(opened.settings, keychain.content.proxyPassword)
  const http = held.adopt(hubHttp(routes.api, opened.trust.caCertificate), (hub) => hub.close())
  const clock = new HubClock()
  await enrolOnce(opened, http, keychain, clock, log)
  sayTier(choice, opened.policy.allowUnconfined, log)
  const cgroup = takeCgroup(log)
  const users = new UserPool(choice.users, log)
  await users.endLeftovers()
  const database = held.adopt(openJournalDatabase(opened.home.journalFile), (file) => file.close())
  // Enrolment has made the key.
  const journal = new Journal(database, new ResultBox(keychain.content.sealingPrivateKey ?? ''))
  await moveOnce(opened, http, keychain, journal, log)
  const parts = compose({
    opened,
    keychain,
    routes,
    http,
    clock,
    confinement: choice.confinement,
    users,
    cgroup,
    runtimes: await preparing,
    journal,
    configures: new ConfigureJournal(database),
    policies: new PolicyJournal(database),
    spool: new LogSpool(database),
    setAside: options.setAside,
    log,
  })
  const server = { serverXid: opened.settings.serverXid, tlsPrivateKey: keychain.content.tlsPrivateKey ?? '' }
  await recover(parts.journal, parts.executor, opened.home.jobsFolder, choice.users, server, log)
  return run(parts, held.move(), options)
}

type Ingredients = {
  opened: OpenedHome
  keychain: Keychain
  routes: HubRoutes
  http: HubHttp
  clock: HubClock
  confinement: Confinement
  users: UserPool
  cgroup: OwnCgroup | undefined
  runtimes: Runtimes
  journal: Journal
  configures: ConfigureJournal
  policies: PolicyJournal
  spool: LogSpool
  setAside: SetAside | undefined
  log: ServerLog
}

type Parts = ReturnType<typeof compose>

function takeCgroup(log: ServerLog): OwnCgroup | undefined {
  const cgroup = OwnCgroup.take()
  if (typeof cgroup !== 'string') return cgroup
  log('debug', `Limits of apps are held by watching, not by a cgroup: ${cgroup}.`)
  return undefined
}

/** The only place that builds things. */
function compose({
  opened,
  keychain,
  routes,
  http,
  clock,
  journal,
  configures,
  policies,
  spool,
  log,
  ...ground
}: Ingredients) {
  const { confinement, users, cgroup, runtimes, setAside } = ground
  const { home, settings, trust } = opened
  const { serverXid } = settings
  const leases = new LeaseKeeper(bootMs)
  const stopping = new AbortController()
  const own = new OwnCertificate(keychain)
  const token = () => keychain.content.appDeliveryToken ?? ''
  const send = senderTo(http, token, log)
  const results = resultDelivery(journal, send, log)
  const logs = logDelivery(spool, send, log)
  const executors = () => executorCount(settings.appsNumberofJobExecutors, users.size, log)
  const audit = localAudit(home)
  const policy = new PolicyInForce(() => opened.policy, policies)
  const reporter = new SettingsReporter({
    opened,
    policy,
    commandKeys: () => [...keyLearner.inForce.keys()],
    configures,
    http,
    token,
    log,
  })
  const keyLearner = new KeyLearner({
    home,
    trusted: () => opened.trust.trustedCommandKeys,
    http,
    token,
    clock,
    log,
    audit,
    onLearned: () => {
      reporter.changed()
      reporter.wake()
    },
  })
  const tell: HubConnection['tell'] = (event) => {
    const { commandId, executionId, attempt, detail = '' } = event
    if (event.event === 'refused')
      audit({ event: 'refused', why: detail, kind: 'execute', commandId, executionId, attempt })
    connection.tell(event)
  }
  const onResult = () => results.wake()
  const packages = new PackageStore({
    folder: home.programsFolder,
    http,
    token,
    publisherKeys: () => opened.trust.publisherKeys,
    log,
    stop: stopping.signal,
  })
  const mailAccess = () => ({ settings, password: keychain.content.smtpPassword })
  const executor = new Executor({
    run: {
      serverXid,
      routes,
      jobsFolder: home.jobsFolder,
      socketsFolder: home.socketsFolder,
      certificatesFolder: home.certificatesFolder,
      sealingPrivateKey: () => keychain.content.sealingPrivateKey ?? '',
      tlsPrivateKey: () => keychain.content.tlsPrivateKey ?? '',
      policy,
      packages,
      confinement,
      users,
      runtimes,
      spool,
      watch: new ProcessWatch(),
      cgroup,
      mail: mailAccess,
      onLogSpooled: () => logs.wake(),
      serverLog: log,
    },
    journal,
    leases,
    executors: executors(),
    log,
    bootMs,
    tell,
    onResult,
  })
  const onAccepted = ({ app, egress }: ExecuteCommand) => {
    connection.beatSoon()
    const use = { apps: [app.programName], versions: [app.packageSha256], targets: egress, directions: [app.kind] }
    policies.noteUse(use, Date.now())
  }
  const gate = new CommandGate({
    serverXid,
    commandKeys: () => keyLearner.inForce,
    publisherKeys: () => opened.trust.publisherKeys,
    policy,
    confinement,
    clock,
    journal,
    executor,
    log,
    audit,
    tell,
    onResult,
    onAccepted,
    onConfigure: (command, refusal, now) => settingsTaker.take(command, refusal, now),
    onNarrowPolicy: (command, refusal, now) => policyNarrower.take(command, refusal, now),
    onUnknownPublisher: (app) => refuseUnknownPublisher(policies, app),
  })
  const connection = new HubConnection({
    settings,
    routes,
    caCertificate: trust.caCertificate,
    keychain,
    own,
    clock,
    leases,
    http,
    log,
    status: () => ({
      state: executor.isDraining ? 'draining' : 'ready',
      tier: confinement.tier,
      executors: executor.executors,
      queued: executor.queued,
      held: journal.heldAttempts(),
      ...(setAside && { setAside }),
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
      reporter.wake()
      keyLearner.wake()
    },
  })
  const certificateKeeper = new CertificateKeeper({
    serverXid,
    own,
    keychain,
    http,
    clock,
    log,
    onRenewed: () => connection.connectAnew(),
  })
  const telemetry = new TelemetrySender({
    folder: home.jobsFolder,
    publishSeconds: () => settings.relaySystemInfoPublishSeconds,
    work: () => ({
      executors: executor.executors,
      running: executor.running,
      queued: executor.queued,
      queueWaitSeconds: executor.queueWaitMs / 1000,
    }),
    link: () => connection.figures,
    clockOffsetMs: () => (connection.figures.roundTripMs === null ? undefined : clock.offsetMs),
    send: (said) => connection.offerTelemetry(said),
    log,
  })
  const silence = new HubSilence({
    serverName: () => settings.serverName,
    link: () => connection,
    isMailSetUp: () => isMailSetUp(settings),
    send: (mail) => sendMail({ ...mailAccess(), caCertificates: readCaFolder(settings.caFolder).certificates }, mail),
    now: () => new Date(),
    log,
  })
  function settingsChanged(): void {
    executor.setExecutors(executors())
    reporter.changed()
    reporter.wake()
    keyLearner.askNow()
    connection.beatSoon()
  }
  const policyNarrower = new PolicyNarrower({
    policies,
    configures,
    log,
    audit,
    onAnswer: () => {
      // What the hub may set is part of what it is shown.
      reporter.changed()
      reporter.wake()
    },
  })
  const settingsTaker = new SettingsTaker({
    opened,
    policy,
    configures,
    log,
    audit,
    onTaken: settingsChanged,
    onAnswer: () => reporter.wake(),
  })
  return {
    opened,
    clock,
    journal,
    configures,
    executor,
    connection,
    own,
    certificateKeeper,
    keyLearner,
    confinement,
    results,
    logs,
    reporter,
    telemetry,
    silence,
    settingsChanged,
    stopping,
    log,
  }
}

function run(parts: Parts, held: DisposableStack, { drainMs = drainMsDefault }: PartsOptions): RunningParts {
  const { opened, clock, journal, configures, executor, connection, results, logs, reporter, stopping, log } = parts
  const loops = new AbortController()
  const leaseCheck = setInterval(() => executor.endWithoutLease(), leaseCheckMs)
  const tidying = keepTidy(opened, journal, clock, log, configures)
  const running = Promise.all([
    connection.run(loops.signal),
    results.run(loops.signal),
    logs.run(loops.signal),
    reporter.run(loops.signal),
    parts.certificateKeeper.run(loops.signal),
    parts.keyLearner.run(loops.signal),
  ])
  parts.telemetry.start()
  const silenceCheck = setInterval(() => void parts.silence.look(), silenceCheckMs)
  const failed = Promise.withResolvers<never>()
  // A loop that throws is a defect: the process ends with it, and is started again by whoever supervises it.
  running.catch(failed.reject)

  async function stop(): Promise<void> {
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
    clearInterval(silenceCheck)
    parts.telemetry.stop()
    held.dispose()
  }

  return {
    failed: failed.promise,
    status: () => ({
      state: executor.isDraining ? 'draining' : 'ready',
      connected: connection.isConnected,
      problem: connection.problem,
      problemCode: connection.problemCode,
      certificateEndsAt: new Date(parts.own.endsAt).toISOString(),
      tier: parts.confinement.tier,
      executors: executor.executors,
      running: executor.running,
      queued: executor.queued,
      undelivered: journal.undeliveredCount(),
    }),
    settingsChanged: parts.settingsChanged,
    stop,
  }
}
