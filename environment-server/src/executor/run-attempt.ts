import { type AttemptResult, type ExecuteCommand, launch, PackageFault, type SealedParameters } from '@postern/protocol'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AllowList } from '../egress/allow-list.ts'
import { EgressGuard } from '../egress/egress-guard.ts'
import type { LocalPolicy } from '../home/local-policy.ts'
import type { LogSpool } from '../journal/log-spool.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import type { PackageStore } from '../packages/package-store.ts'
import { type Redactor, redactorOf } from '../redact/redactor.ts'
import { secretsOf } from '../redact/secrets-of.ts'
import type { Confinement, LaunchRequest } from '../sandbox/confinement.ts'
import { readExitMessage, readResults } from './app-outputs.ts'
import type { AppExit } from './app-process.ts'
import { runtimeFor } from './app-runtime.ts'
import { AttemptLog } from './attempt-log.ts'
import { EndRequest } from './end-request.ts'
import { fullDiskSentence } from './full-disk.ts'
import { type AttemptFolders, makeAttemptFolders, removeLeavings } from './execution-folders.ts'
import { redactKeptFiles } from './kept-files.ts'
import { appParameters, writeParameterFile } from './parameter-file.ts'
import type { ProcessWatch } from './process-watch.ts'
import { type OnStarted, runApp } from './run-app.ts'
import { openSealedBox } from './sealed-box.ts'
import { StartRefused } from './start-refused.ts'

export type RunParts = {
  serverXid: string
  apiUrl: string
  jobsFolder: string
  socketsFolder: string
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
  const folders = await makeAttemptFolders(parts.jobsFolder, executionId, attempt)
  const egressSocket = join(parts.socketsFolder, `${randomBytes(8).toString('hex')}.sock`)
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
      diskBytesMax: parts.policy.diskMegabytesMax * 1024 * 1024,
    }
    signal.throwIfAborted()
    const environment = prepareEnvironment(parts, command, request, secrets)
    const run = await runApp({
      confinement: parts.confinement,
      watch: parts.watch,
      limits: command.limits,
      request,
      environment,
      log,
      signal,
      onStarted,
    })
    guard.close()
    const outputs = readResults(folders.app.out)
    if (outputs.problem) log.server('warn', `${outputs.problem}; that part is left out.`)
    const message = redact(
      run.end?.message ?? (readExitMessage(folders.app.out, redact) || sentenceOf(run.exit, folders.top)),
    )
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
    await cleanUp(folders, redact, command.limits.logBytesMax, parts.serverLog)
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
  return { ...nothing, outcome: 'refused', message: redact(sentence).slice(0, 2000) }
}

/** A leaving that stays is untidy; it changes nothing about how the app ended. */
async function cleanUp(folders: AttemptFolders, redact: Redactor, bytesMax: number, log: ServerLog): Promise<void> {
  try {
    await removeLeavings(folders)
    const { isOutKept } = await redactKeptFiles(folders.app, redact, bytesMax)
    if (!isOutKept) log('warn', `What an execution left in ${folders.app.out} was too much, and is not kept.`)
  } catch (error) {
    log('warn', `What an execution left in ${folders.top} could not be tidied up: ${errorText(error)}`)
  }
}
