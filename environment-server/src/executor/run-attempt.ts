import { type AttemptResult, type ExecuteCommand, launch, limits, type SealedParameters } from '@postern/protocol'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AllowList } from '../egress/allow-list.ts'
import { EgressGuard } from '../egress/egress-guard.ts'
import type { LocalPolicy } from '../home/local-policy.ts'
import type { LogSpool } from '../journal/log-spool.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import type { PackageStore } from '../packages/package-store.ts'
import { PackageRefused } from '../packages/unpack.ts'
import { redactorOf } from '../redact/redactor.ts'
import { secretsOf } from '../redact/secrets-of.ts'
import type { Confinement, LaunchRequest } from '../sandbox/confinement.ts'
import { AppLogTail } from './app-log-tail.ts'
import { readExitMessage, readResults } from './app-outputs.ts'
import { type AppExit, startAppProcess } from './app-process.ts'
import { runtimeFor } from './app-runtime.ts'
import { AttemptLog } from './attempt-log.ts'
import { killTree, terminateApp } from './end-processes.ts'
import { EndRequest } from './end-request.ts'
import { type AttemptFolders, makeAttemptFolders, removeLeavings } from './execution-folders.ts'
import { LineSplitter } from './line-splitter.ts'
import { appParameters, writeParameterFile } from './parameter-file.ts'
import type { ProcessIdentity } from './process-table.ts'
import type { ProcessWatch, Watched } from './process-watch.ts'
import { openSealedBox } from './sealed-box.ts'
import { StartRefused } from './start-refused.ts'

export type RunParts = {
  serverXid: string
  apiUrl: string
  jobsFolder: string
  runFolder: string
  caFile: string
  sealingPrivateKey: () => string
  policy: LocalPolicy
  packages: PackageStore
  confinement: Confinement
  spool: LogSpool
  watch: ProcessWatch
  onLogSpooled: () => void
  serverLog: ServerLog
}

/** How soon an app that was not there yet is asked to end. */
const terminateAgainMs = 50

/** Called with the process before anything else can happen, so that the journal knows whom to end after a crash. */
export type OnStarted = (identity: ProcessIdentity, startedAt: string) => void

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
    const appFolder = await parts.packages.ensure(command.app, signal)
    try {
      secrets = openSealedBox(sealed, parts.sealingPrivateKey(), parts.serverXid, { executionId, attempt })
    } catch (error) {
      throw new StartRefused('The secrets of this execution were sealed for another server or execution.', {
        cause: error,
      })
    }
    return await runPrepared(parts, command, appFolder, secrets, signal, onStarted)
  } catch (error) {
    const redact = redactorOf(secrets ? secretsOf(secrets) : [])
    return endedBeforeStart(error, redact)
  }
}

async function runPrepared(
  parts: RunParts,
  command: ExecuteCommand,
  appFolder: string,
  secrets: SealedParameters,
  signal: AbortSignal,
  onStarted: OnStarted,
): Promise<AttemptResult> {
  const { executionId, attempt } = command
  const runtime = runtimeFor(command.app)
  if ('missing' in runtime) throw new StartRefused(runtime.missing)
  const redact = redactorOf(secretsOf(secrets))
  const log = new AttemptLog({
    attempt: { executionId, attempt },
    spool: parts.spool,
    redact,
    onSpooled: parts.onLogSpooled,
    bytesMax: command.limits.logBytesMax,
  })
  const folders = makeAttemptFolders(parts.jobsFolder, executionId, attempt)
  const egressSocket = join(parts.runFolder, `${randomBytes(8).toString('hex')}.sock`)
  const guard = await EgressGuard.listen(egressSocket, allowListFor(parts, command), (text) => log.server('warn', text))
  try {
    const request: LaunchRequest = {
      executionId,
      attempt,
      appFolder,
      folders: folders.app,
      workFolder: folders.work,
      runtime: runtime.program,
      runtimeArguments: runtime.arguments,
      egressSocket,
      caFile: parts.caFile,
      processesMax: command.limits.processesMax,
    }
    signal.throwIfAborted()
    const environment = prepareEnvironment(parts, command, request, secrets)
    const run = await runApp(parts, command, request, environment, log, signal, onStarted)
    guard.close()
    const outputs = readResults(folders.app.out)
    if (outputs.problem) log.server('warn', `${outputs.problem}; that part is left out.`)
    const message = redact(run.end?.message ?? (readExitMessage(folders.app.out) || sentenceOf(run.exit)))
    log.close()
    return {
      outcome: run.end?.outcome ?? (run.exit.exitCode === null ? 'signalled' : 'exited'),
      exitCode: run.exit.exitCode,
      message: message.slice(0, 2000),
      results: outputs.results,
      tier: parts.confinement.tier,
      startedAt: run.startedAt,
      finishedAt: new Date().toISOString(),
      usage: run.usage,
      logSeqLast: log.seqLast,
    }
  } finally {
    guard.close()
    log.close()
    cleanUp(folders, parts.serverLog)
  }
}

function allowListFor({ apiUrl, policy }: RunParts, command: ExecuteCommand): AllowList {
  const { hostname, port } = new URL(apiUrl)
  return new AllowList({
    hub: { host: hostname, port: port === '' ? 443 : Number(port) },
    entries: command.egress,
    only: policy.egress.only,
    forced: policy.egress.allow,
  })
}

/** Writes the parameter file and returns the app's whole environment: nothing of the server's own is in it. */
function prepareEnvironment(
  { apiUrl, confinement }: RunParts,
  command: ExecuteCommand,
  request: LaunchRequest,
  secrets: SealedParameters,
): Record<string, string> {
  const { executionId, attempt } = command
  const seen = confinement.seenPaths(request)
  const parameters = appParameters(secrets, { apiUrl, folders: seen.folders, executionId, attempt })
  const key = writeParameterFile(request.folders.in, parameters)
  return {
    PATH: seen.searchPath,
    HOME: seen.folders.temp,
    TMPDIR: seen.folders.temp,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    [launch.parameterFileVariable]: join(seen.folders.in, launch.parameterFile),
    [launch.parameterKeyVariable]: key,
    [launch.caFileVariable]: seen.caFile,
    [launch.egressSocketVariable]: seen.egressSocket,
  }
}

type Run = { exit: AppExit; end: EndRequest | undefined; startedAt: string; usage: NonNullable<AttemptResult['usage']> }

async function runApp(
  { confinement, watch }: RunParts,
  command: ExecuteCommand,
  request: LaunchRequest,
  environment: Record<string, string>,
  log: AttemptLog,
  signal: AbortSignal,
  onStarted: OnStarted,
): Promise<Run> {
  const startedMs = performance.now()
  const app = await startAppProcess(confinement.launch(request), environment)
  const startedAt = new Date().toISOString()
  try {
    onStarted(app.identity, startedAt)
  } catch (error) {
    // Nobody would know of this process after a crash: it must not run.
    killTree(app.identity.pid)
    await app.ended
    throw new EndRequest(
      'interrupted',
      `The app was ended at once, since its start could not be journaled: ${errorText(error)}`,
    )
  }
  if (confinement.tier === 'none')
    log.server('warn', 'This app runs without confinement: the local policy of the environment server allows it.')

  const limit = new AbortController()
  const watched = watch.watch(
    app.identity.pid,
    { ...command.limits, scaffoldDepth: confinement.scaffoldDepth },
    (sentence) => limit.abort(new EndRequest('limit', sentence)),
  )
  const { timeoutSeconds } = command.limits
  const timer = setTimeout(
    () => limit.abort(new EndRequest('timed-out', `The app ran longer than ${timeoutSeconds} seconds and was ended.`)),
    // setTimeout's own bound is 2^31 − 1 ms, about 24 days.
    Math.min(timeoutSeconds * 1000, 2 ** 31 - 1),
  )
  const finish = collectOutput(app, request, log)
  const ending = endWhenAborted(AbortSignal.any([signal, limit.signal]), app.identity.pid, confinement.scaffoldDepth)
  try {
    const exit = await app.ended
    return { exit, end: ending.request(), startedAt, usage: usageOf(startedMs, exit, watched) }
  } finally {
    clearTimeout(timer)
    ending.stop()
    watched.stop()
    finish()
  }
}

function collectOutput(
  app: { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream },
  { folders }: LaunchRequest,
  log: AttemptLog,
): () => void {
  const splitters = (['stdout', 'stderr'] as const).map((stream) => {
    const splitter = new LineSplitter((line) => log.app(stream, line))
    app[stream].on('data', (chunk: Buffer) => splitter.write(chunk))
    app[stream].on('error', (error: Error) =>
      log.server('warn', `The app's ${stream} could not be read: ${error.message}`),
    )
    return splitter
  })
  const tail = new AppLogTail(join(folders.log, launch.logFile), (line) => log.app('app', line))
  return () => {
    for (const splitter of splitters) splitter.end()
    tail.end()
  }
}

/** SIGTERM when asked to, SIGKILL after the grace period. The first request is the one that counts. */
function endWhenAborted(signal: AbortSignal, rootPid: number, scaffoldDepth: number) {
  let request: EndRequest | undefined
  let again: NodeJS.Timeout | undefined
  let kill: NodeJS.Timeout | undefined
  function terminate(): void {
    if (!terminateApp(rootPid, scaffoldDepth)) again = setTimeout(terminate, terminateAgainMs)
  }
  function end(): void {
    const { reason } = signal
    request = reason instanceof EndRequest ? reason : new EndRequest('interrupted', 'The environment server stopped.')
    terminate()
    kill = setTimeout(() => killTree(rootPid), limits.terminationGraceSeconds * 1000)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return {
    request: () => request,
    stop: () => {
      clearTimeout(again)
      clearTimeout(kill)
      signal.removeEventListener('abort', end)
    },
  }
}

function usageOf(startedMs: number, exit: AppExit, watched: Watched): NonNullable<AttemptResult['usage']> {
  const cpuSeconds = Math.max(exit.cpuSeconds ?? 0, watched.cpuSeconds)
  return {
    wallSeconds: Math.round(performance.now() - startedMs) / 1000,
    cpuSeconds: Math.round(cpuSeconds * 1000) / 1000,
    // An app that ended before the first sample leaves no measurement.
    memoryPeakBytes: watched.memoryPeakBytes > 0 ? watched.memoryPeakBytes : null,
  }
}

function sentenceOf({ exitCode, signal }: AppExit): string {
  if (exitCode === null) return `The app was ended by ${signal ?? 'a signal'}.`
  return exitCode === 0 ? '' : `The app ended with exit code ${exitCode} and left no message.`
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
  const sentence =
    error instanceof PackageRefused ? `The package is refused: it holds ${error.message}.` : errorText(error)
  return { ...nothing, outcome: 'refused', message: redact(sentence).slice(0, 2000) }
}

/** A leaving that stays is untidy; it changes nothing about how the app ended. */
function cleanUp(folders: AttemptFolders, log: ServerLog): void {
  try {
    removeLeavings(folders)
  } catch (error) {
    log('warn', `The leavings of an execution could not be removed: ${errorText(error)}`)
  }
}
