import { type AttemptResult, type ExecuteCommand, PackageFault, type SealedParameters } from '@postern/protocol'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { untrustedWords } from '../certificates/untrusted-words.ts'
import { trustedByApps } from '../certificates/app-certificates.ts'
import { AllowList } from '../egress/allow-list.ts'
import { EgressGuard, type GuardPort } from '../egress/egress-guard.ts'
import { writeNodeWayOut } from '../egress/node-way-out.ts'
import { refusedCertificateOf } from '../egress/refused-certificate.ts'
import type { OwnCgroup } from '../cgroup/own-cgroup.ts'
import type { ProxyFor } from '../egress/way-out.ts'
import type { HubRoutes } from '../hub-link/hub-routes.ts'
import type { LogSpool } from '../journal/log-spool.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import type { MailAccess } from '../mail/send-mail.ts'
import { smtpParameters, type SmtpParameters } from '../mail/smtp-parameters.ts'
import type { PackageStore } from '../packages/package-store.ts'
import { refuseOtherKind } from '../policy/refuse-other-kind.ts'
import type { PolicyInForce } from '../policy/policy-in-force.ts'
import { redactorOf } from '../redact/redactor.ts'
import { secretsOf } from '../redact/secrets-of.ts'
import { type AppRuntime, chooseRuntime } from '../runtimes/choose-runtime.ts'
import type { Runtimes } from '../runtimes/runtimes.ts'
import { type AppUser, shareWithUser } from '../sandbox/app-user.ts'
import type { Confinement, LaunchRequest } from '../sandbox/confinement.ts'
import type { UserPool } from '../sandbox/user-pool.ts'
import { readExitMessage, readResults } from './app-outputs.ts'
import type { AppExit } from './app-process.ts'
import { AttemptLog } from './attempt-log.ts'
import { appEnvironment } from './app-environment.ts'
import { cleanUp, openLeavings } from './clean-up.ts'
import { EndRequest } from './end-request.ts'
import { guardPortFor, hasSiteProxy, needsProxyPort } from './guard-port.ts'
import { fullDiskSentence } from './full-disk.ts'
import { makeAttemptFolders } from './execution-folders.ts'
import { appParameters, writeParameterFile } from './parameter-file.ts'
import type { ProcessWatch } from './process-watch.ts'
import { proxyParameters } from './proxy-parameters.ts'
import { type OnStarted, runApp } from './run-app.ts'
import { openSealedBox } from './sealed-box.ts'
import { signWritten } from './sign-written.ts'
import { InterpreterMissing, StartRefused } from './start-refused.ts'

export type RunParts = {
  serverXid: string
  routes: HubRoutes
  jobsFolder: string
  socketsFolder: string
  certificatesFolder: string
  sealingPrivateKey: () => string
  tlsPrivateKey: () => string
  policy: PolicyInForce
  packages: PackageStore
  confinement: Confinement
  users: UserPool
  runtimes: Runtimes
  spool: LogSpool
  watch: ProcessWatch
  cgroup: OwnCgroup | undefined
  /** This server's own mail settings, for apps that ask for them. */
  mail: () => Pick<MailAccess, 'settings' | 'password'>
  onLogSpooled: () => void
  serverLog: ServerLog
}

/**
 * One attempt from its command to its result: package → secrets → folders → egress guard → confined app → outputs. It always
 * comes back with a result; `signal` is aborted with an EndRequest.
 */
export async function runAttempt(
  parts: RunParts,
  command: ExecuteCommand,
  signal: AbortSignal,
  onStarted: OnStarted,
): Promise<AttemptResult> {
  let secrets: SealedParameters | undefined
  try {
    const { sealed, executionId, attempt } = command
    refuseWhatIsForbidden(parts, command)
    const appFolder = await parts.packages.ensure(command.app, signal)
    if (parts.policy.limitsDirections) refuseOtherKind(command.app, appFolder)
    try {
      secrets = openSealedBox(sealed, parts.sealingPrivateKey(), parts.serverXid, { executionId, attempt })
    } catch (error) {
      throw new StartRefused('The secrets of this execution were sealed for another server or execution.', {
        cause: error,
      })
    }
    const runtime = chooseRuntime(command.app, appFolder, parts.runtimes)
    if ('missing' in runtime) throw new (runtime.lacksInterpreter ? InterpreterMissing : StartRefused)(runtime.missing)
    const prepared = { command, appFolder, runtime, secrets }
    return await parts.users.lend((user) => runPrepared(parts, { ...prepared, user }, signal, onStarted))
  } catch (error) {
    const redact = redactorOf(secrets ? secretsOf(secrets) : [])
    return endedBeforeStart(error, redact)
  }
}

/** It may have become narrower since the command was taken: by the hub, or by a person. */
function refuseWhatIsForbidden({ policy, confinement }: RunParts, command: ExecuteCommand): void {
  const forbidden = policy.forbids(command, confinement.tier)
  if (forbidden !== undefined) throw new StartRefused(forbidden)
}

type Prepared = {
  command: ExecuteCommand
  appFolder: string
  runtime: AppRuntime
  secrets: SealedParameters
  user: AppUser | undefined
}

async function runPrepared(
  parts: RunParts,
  { command, appFolder, runtime, secrets, user }: Prepared,
  signal: AbortSignal,
  onStarted: OnStarted,
): Promise<AttemptResult> {
  const { executionId, attempt } = command
  const smtp = smtpParameters(appFolder, parts.mail())
  const redact = redactorOf([...secretsOf(secrets), ...smtp.secrets])
  const log = new AttemptLog({
    attempt: { executionId, attempt },
    spool: parts.spool,
    redact,
    onSpooled: parts.onLogSpooled,
    bytesMax: command.limits.logBytesMax,
  })
  const folders = await makeAttemptFolders(parts.jobsFolder, executionId, attempt, user)
  const egressSocket = join(parts.socketsFolder, `${randomBytes(8).toString('hex')}.sock`)
  const guard = await openGuard(parts, [...command.egress, ...smtp.egress], egressSocket, (text) =>
    log.server('warn', text),
  )
  if (user) shareWithUser(egressSocket, user, 0o660)
  try {
    const request: LaunchRequest = {
      executionId,
      attempt,
      appFolder,
      folders: folders.app,
      workFolder: folders.work,
      runtime: runtime.program,
      runtimeFolders: runtime.folders,
      runtimeArguments: runtime.arguments,
      egressSocket,
      certificatesFolder: parts.certificatesFolder,
      needsProxyPort: needsProxyPort(runtime, parts.routes),
      user,
      processesMax: command.limits.processesMax,
      diskBytesMax: parts.policy.local.diskMegabytesMax * 1024 * 1024,
    }
    signal.throwIfAborted()
    log.server(
      'info',
      `Runs with ${runtime.words}, in ${wordsFor(parts.confinement, user)}; limits are held ${parts.cgroup ? 'by a cgroup' : 'by watching'}.`,
    )
    if (runtime.warning) log.server('warn', runtime.warning)
    const port = await guardPortFor(parts.confinement, request, guard)
    const environment = prepareEnvironment(parts, command, { request, runtime, secrets, port, smtp })
    const run = await runApp({
      confinement: parts.confinement,
      watch: parts.watch,
      limits: command.limits,
      request,
      environment,
      log,
      signal,
      onStarted,
      cgroup: parts.cgroup,
      onProxyPort: (listening) => guard.serve(listening),
    })
    if (log.sawCertificateProblem) await sayIssuers(parts, guard, egressSocket, log)
    guard.close()
    await openLeavings(folders, user, parts.serverLog)
    const outputs = readResults(folders.app.out)
    if (outputs.problem) log.server('warn', `${outputs.problem}; that part is left out.`)
    const message = redact(
      run.end?.message ?? (readExitMessage(folders.app.out, redact) || sentenceOf(run.exit, folders.top)),
    )
    const outcome = run.end?.outcome ?? (run.exit.exitCode === null ? 'signalled' : 'exited')
    const signedAttempt = { serverXid: parts.serverXid, executionId, attempt, outcome }
    const { signature, problem } = signWritten(folders.app.out, signedAttempt, parts.tlsPrivateKey())
    if (problem) log.server('warn', problem)
    log.close()
    return {
      outcome,
      exitCode: run.exit.exitCode,
      message: message.slice(0, 2000),
      results: outputs.results,
      tier: parts.confinement.tier,
      startedAt: run.startedAt,
      finishedAt: new Date().toISOString(),
      usage: run.usage,
      logSeqLast: log.seqLast,
      ...(signature ? { signature } : {}),
    }
  } finally {
    guard.close()
    log.close()
    await cleanUp(folders, redact, command.limits.logBytesMax, parts.serverLog)
  }
}

function openGuard(
  { routes, policy }: RunParts,
  egress: readonly string[],
  path: string,
  report: (text: string) => void,
): Promise<EgressGuard> {
  const { hostname, port } = new URL(routes.api.url)
  const allowed = new AllowList({
    hub: { host: hostname, port: port === '' ? 443 : Number(port) },
    entries: egress,
    only: policy.local.egress.only,
    forced: policy.local.egress.allow,
  })
  const proxyFor: ProxyFor = (target) => (allowed.isHub(target) ? routes.api.proxy : routes.external)
  return EgressGuard.listen({ path, allowed, report, proxyFor })
}

/** The app does not trust a certificate: whose it is, and what to do (ES-17). */
async function sayIssuers(
  { certificatesFolder }: RunParts,
  guard: EgressGuard,
  socket: string,
  log: AttemptLog,
): Promise<void> {
  const certificates = trustedByApps(certificatesFolder)
  for (const authority of guard.reached) {
    const refused = await refusedCertificateOf(socket, authority, certificates)
    if (refused !== undefined) log.server('error', untrustedWords(authority, refused))
  }
}

/** Writes the parameter file, and returns the app's whole environment. */
function prepareEnvironment(
  { routes, confinement }: RunParts,
  { executionId, attempt, limits: { memoryBytesMax } }: ExecuteCommand,
  given: {
    request: LaunchRequest
    runtime: AppRuntime
    secrets: SealedParameters
    port: GuardPort | undefined
    smtp: SmtpParameters
  },
): Record<string, string> {
  const { request, runtime, secrets, port, smtp } = given
  const seen = confinement.seenPaths(request)
  const platform = { apiUrl: routes.api.url, folders: seen.folders, executionId, attempt }
  const parameters = { ...appParameters(secrets, platform), ...proxyParameters(routes, port), ...smtp.parameters }
  const parameterKey = writeParameterFile(request.folders.in, parameters, request.user)
  if (runtime.language === 'NODE' && !hasSiteProxy(routes)) {
    writeNodeWayOut(request.folders.in, { egressSocket: seen.egressSocket, guardPort: port }, request.user)
  }
  return appEnvironment({
    seen,
    runtime,
    parameterKey,
    guardPort: port,
    hasSiteProxy: hasSiteProxy(routes),
    memoryBytesMax,
  })
}

/** Which case of the sandbox ran (D39). */
function wordsFor({ tier, name }: Confinement, user: AppUser | undefined): string {
  return `sandbox tier ${tier} (${name}${user ? `: ${user.name}` : ''})`
}

function sentenceOf({ exitCode, signal }: AppExit, folder: string): string {
  if (exitCode === 0) return ''
  const how =
    exitCode === null
      ? `was ended by ${signal ?? 'a signal'}.`
      : `ended with exit code ${exitCode} and left no message.`
  return `The app ${how}${fullDiskSentence(folder)}`
}

function endedBeforeStart(error: unknown, redact: (text: string) => string): AttemptResult {
  const nothing = {
    exitCode: null,
    results: {},
    tier: null,
    startedAt: null,
    finishedAt: new Date().toISOString(),
    usage: null,
    logSeqLast: 0,
  }
  if (error instanceof EndRequest) return { ...nothing, outcome: error.outcome, message: redact(error.message) }
  const sentence = error instanceof PackageFault ? `The package is refused: ${error.message}` : errorText(error)
  const lack = error instanceof InterpreterMissing ? { lacksInterpreter: true } : {}
  return { ...nothing, outcome: 'refused', message: redact(sentence).slice(0, 2000), ...lack }
}
