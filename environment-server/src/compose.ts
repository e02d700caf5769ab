import { readCaFolder } from '@postern/intel/certificates'
import type { ExecuteCommand, SetAside } from '@postern/protocol'
import { createPublicKey } from 'node:crypto'
import * as files from 'node:fs'
import { OwnCgroup } from './cgroup/own-cgroup.ts'
import { CommandGate } from './executor/command-gate.ts'
import { executorCount } from './executor/executor-count.ts'
import { Executor } from './executor/executor.ts'
import { ProcessWatch } from './executor/process-watch.ts'
import { fingerprintOf } from './home/key-fingerprint.ts'
import type { OpenedHome } from './home/open-home.ts'
import { bootMs } from './hub-link/boot-clock.ts'
import { logDelivery, resultDelivery, senderTo } from './hub-link/deliveries.ts'
import { CertificateKeeper } from './hub-link/certificate-keeper.ts'
import { HubClock } from './hub-link/hub-clock.ts'
import { HubConnection } from './hub-link/hub-connection.ts'
import { type HubHttp } from './hub-link/hub-http.ts'
import { type HubRoutes } from './hub-link/hub-routes.ts'
import { KeyLearner } from './hub-link/key-learner.ts'
import { LeaseKeeper } from './hub-link/lease-keeper.ts'
import { OwnCertificate } from './hub-link/own-certificate.ts'
import { PlacementHere } from './hub-link/placement-here.ts'
import { ConfigureJournal } from './journal/configure-journal.ts'
import { Journal } from './journal/journal.ts'
import { LogSpool } from './journal/log-spool.ts'
import type { Keychain } from './keychain/keychain.ts'
import type { ServerLog } from './log/server-log.ts'
import { HubSilence } from './mail/hub-silence.ts'
import { isMailSetUp, sendMail } from './mail/send-mail.ts'
import { PackageStore } from './packages/package-store.ts'
import { PolicyInForce } from './policy/policy-in-force.ts'
import { PolicyJournal } from './policy/policy-journal.ts'
import { PolicyNarrower } from './policy/policy-narrower.ts'
import { refuseUnknownPublisher } from './policy/unknown-publisher.ts'
import { reportRuntimes, type Runtimes } from './runtimes/runtimes.ts'
import type { Confinement } from './sandbox/confinement.ts'
import { UserPool } from './sandbox/user-pool.ts'
import { SettingsReporter } from './settings/settings-reporter.ts'
import { SettingsTaker } from './settings/settings-taker.ts'
import { TelemetrySender } from './telemetry/telemetry-sender.ts'
import type { WriteAudit } from './policy/local-audit.ts'

/** What was opened before anything works together. */
export type Ingredients = {
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
  audit: WriteAudit
  log: ServerLog
}

export type Parts = ReturnType<typeof compose>

/** The only place that builds things. */
export function compose({
  opened,
  keychain,
  routes,
  http,
  clock,
  journal,
  configures,
  policies,
  spool,
  audit,
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
  const policy = new PolicyInForce(() => opened.policy, policies)
  const reporter = new SettingsReporter({
    opened,
    policy,
    keyIds: (purpose) => [...keyLearner.inForce(purpose).keys()],
    configures,
    http,
    token,
    log,
  })
  const keyLearner = new KeyLearner({
    home,
    trusted: () => opened.trust.trusted,
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
    publisherKeys: () => keyLearner.inForce('publisher'),
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
    clock,
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
    commandKeys: () => keyLearner.inForce('command'),
    publisherKeys: () => keyLearner.inForce('publisher'),
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
    onUnknownPublisher: (app) => refuseUnknownPublisher(policies, keyLearner.heard, app),
  })
  const ownKey = () => fingerprintOf(createPublicKey(keychain.content.tlsPrivateKey ?? ''))
  const placement = new PlacementHere(serverXid, ownKey, log)
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
      interpreters: reportRuntimes(runtimes),
      ...(setAside && { setAside }),
    }),
    // While it drains it takes nothing: a command that is not accepted comes again, here or elsewhere.
    onCommand: (payload) => executor.isDraining || gate.receive(payload),
    onAnswer: (lost, answer) => {
      keyLearner.noteState(answer.keysState)
      placement.hear(answer)
      executor.endNotGranted(lost)
      executor.pump()
    },
    onConnected: () => {
      results.wake()
      logs.wake()
      reporter.wake()
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
    send: (mail) =>
      sendMail({ ...mailAccess(), caCertificates: readCaFolder(settings.caFolder, files).certificates }, mail),
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
    users,
    placement,
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
