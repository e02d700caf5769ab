import type { SetAside } from '@postern/protocol'
import type { ServerStatus } from './control/control-message.ts'
import { OwnCgroup } from './cgroup/own-cgroup.ts'
import { compose, type Parts } from './compose.ts'
import { recover } from './executor/recover.ts'
import { keepTidy } from './executor/tidy-up.ts'
import type { OpenedHome } from './home/open-home.ts'
import { inspectedWords } from './hub-link/allowed-inspection.ts'
import { enrolOnce } from './hub-link/enrol-once.ts'
import { HubClock } from './hub-link/hub-clock.ts'
import { hubHttp } from './hub-link/hub-http.ts'
import { hubRoutes } from './hub-link/hub-routes.ts'
import { handBackOnceEnrolledAnew } from './hub-link/hand-back-queued.ts'
import { moveOnce } from './hub-link/move-once.ts'
import { openJournalDatabase } from './journal/journal-database.ts'
import { ConfigureJournal } from './journal/configure-journal.ts'
import { Journal } from './journal/journal.ts'
import { LogSpool } from './journal/log-spool.ts'
import { ResultBox } from './journal/result-box.ts'
import type { Keychain } from './keychain/keychain.ts'
import type { ServerLog } from './log/server-log.ts'
import { LocalAudit } from './policy/local-audit.ts'
import { PolicyJournal } from './policy/policy-journal.ts'
import { prepareForApps } from './runtimes/prepare-for-apps.ts'
import { type Choice, sayTier } from './sandbox/choose-confinement.ts'
import { UserPool } from './sandbox/user-pool.ts'

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
  /** Why this start did not move it to where an imported `.env` said, as a sentence; nothing where there was no such file, or it moved. */
  readonly notMoved: string | undefined
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
  const users = new UserPool(choice.users, log)
  // Interpreters are asked as one of these users, and would be ended as what a killed server left.
  const preparing = users.endLeftovers().then(() => prepareForApps(opened, choice, options.javaHome, log))
  // Awaited below; until then a failure of it is nobody's.
  preparing.catch(() => undefined)
  const routes = hubRoutes(opened.settings, keychain.content.proxyPassword, (at, issuer) =>
    log('warn', `${at}: ${inspectedWords(issuer)}`),
  )
  const http = held.adopt(hubHttp(routes.api, opened.trust.caCertificate), (hub) => hub.close())
  const clock = new HubClock()
  await enrolOnce(opened, http, keychain, clock, log)
  sayTier(choice, opened.policy.allowUnconfined, log)
  const cgroup = takeCgroup(log)
  const database = held.adopt(openJournalDatabase(opened.home.journalFile), (file) => file.close())
  // Enrolment has made the key.
  const journal = new Journal(database, new ResultBox(keychain.journalSecret))
  handBackOnceEnrolledAnew(journal, keychain)
  const notMoved = await moveOnce(opened, http, keychain, journal, log)
  const audit = held.adopt(new LocalAudit(opened.home), (file) => file.close())
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
    audit: (entry) => audit.write(entry),
    log,
  })
  const server = { serverXid: opened.settings.serverXid, tlsPrivateKey: keychain.content.tlsPrivateKey ?? '' }
  await recover(parts.journal, parts.executor, opened.home.jobsFolder, choice.users, server, log)
  return { ...run(parts, held.move(), options), notMoved }
}

function takeCgroup(log: ServerLog): OwnCgroup | undefined {
  const cgroup = OwnCgroup.take()
  if (typeof cgroup !== 'string') return cgroup
  log('debug', `Limits of apps are held by watching, not by a cgroup: ${cgroup}.`)
  return undefined
}

function run(
  parts: Parts,
  held: DisposableStack,
  { drainMs = drainMsDefault }: PartsOptions,
): Omit<RunningParts, 'notMoved'> {
  const { opened, clock, journal, configures, executor, connection, results, logs, reporter, stopping, log } = parts
  const loops = new AbortController()
  const leaseCheck = setInterval(() => {
    executor.endWithoutLease()
    executor.endOverdue()
  }, leaseCheckMs)
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
    await parts.users.close()
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
      inspectedTls: connection.inspectedBy,
      certificateEndsAt: new Date(parts.own.endsAt).toISOString(),
      ...parts.placement.said,
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
