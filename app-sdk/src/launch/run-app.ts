import { trustCaFolder } from '@postern/intel/certificates'
import { exitCodes, launch } from '@postern/protocol'
import type { App } from '../define/app.ts'
import { allParameters } from '../define/manifest.ts'
import { readParameters } from '../define/read-parameters.ts'
import { exitCodeOf } from '../export/run-export.ts'
import { ownEnvironment, readLaunchEnvironment } from './config.ts'
import { writeExitMessage } from './exit-message.ts'
import { createLogger, parseLogLevel, redact } from './logger.ts'
import type { Logger } from './logger.ts'
import { takeParameterFile } from './parameter-file.ts'
import { performRun } from './perform-run.ts'
import { readPlatform } from './platform.ts'
import type { Platform } from './platform.ts'
import { Secret } from './secret.ts'
import { State } from './state.ts'

/** From SIGTERM to the end, whatever the app does; the platform kills after 5 s. */
const endWithinMs = 4_000

/**
 * Runs an app as an environment server launches it, and ends the process: the packaged entry calls nothing else.
 * Exit codes: 0 success, 1 failure, 3 partly done (FD-11). SIGTERM ends with 1, after the log is written.
 */
export async function runApp(app: App): Promise<never> {
  const stop = new AbortController()
  let launched: Launched
  try {
    launched = launchOf(app)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exit(exitCodes.failure)
  }
  process.once('SIGTERM', () => {
    stop.abort(new Error('the run was told to end'))
    setTimeout(
      () => end(launched, exitCodes.failure, 'the run was told to end and did not stop by itself'),
      endWithinMs,
    ).unref()
  })
  const { log } = launched
  // An app that waits for what nothing will ever bring would end the process unseen; so it runs into its time-out.
  setInterval(() => {}, 60_000)
  try {
    log.info(`${app.displayName} ${app.version} starts`)
    const state = new State(app.state ?? [], launched.raw)
    const values = readParameters(allParameters(app), launched.raw)
    const outcome = await performRun(app, { ...launched, values, state, signal: stop.signal })
    const exitCode = exitCodeOf(outcome)
    if (exitCode === exitCodes.success) state.write(launched.platform.outPath)
    return end(launched, exitCode, outcome.message)
  } catch (error) {
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error
    log.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return end(launched, exitCodes.failure, messageOf(reason))
  }
}

/** What a launch gave: known before anything of the app runs. */
export interface Launched {
  readonly raw: Readonly<Record<string, unknown>>
  readonly platform: Platform
  readonly egressSocket: string | undefined
  readonly log: Logger
  readonly secrets: readonly string[]
}

function launchOf(app: App): Launched {
  const environment = readLaunchEnvironment(ownEnvironment())
  const raw = takeParameterFile(environment.parameterFile, environment.parameterKey)
  const platform = readPlatform(raw)
  const secrets = [platform.token, platform.proxy?.password ?? '', ...secretsOf(app, raw)]
  const log = createLogger(parseLogLevel(platform.logLevel), (line) => process.stdout.write(`${line}\n`), secrets)
  trustOwnCas(environment.caFolder, log)
  return { raw, platform, egressSocket: environment.egressSocket, log, secrets }
}

/** A file that cannot be used is named, and the others hold all the same. */
function trustOwnCas(folder: string | undefined, log: Logger): void {
  if (folder === undefined) return
  const files = process.getBuiltinModule('node:fs')
  const tls = process.getBuiltinModule('node:tls')
  const { trusted, problems } = trustCaFolder(folder, launch.caFolderVariable, { files, tls })
  for (const problem of problems) log.warn(problem)
  log.debug(`CAs of ${folder} are trusted beside the public roots`, { trusted })
}

function secretsOf(app: App, raw: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(app.parameters).flatMap(([name, { entry }]) => {
    const value = raw[name]
    return entry.encrypt === true && typeof value === 'string' ? [value, Buffer.from(value).toString('base64')] : []
  })
}

function end({ log, platform, secrets }: Launched, exitCode: number, message: string): never {
  const clean = redact(message, secrets)
  if (exitCode === exitCodes.success) log.info(`ends: ${clean}`)
  else if (exitCode === exitCodes.partial) log.warn(`ends partly done: ${clean}`)
  else log.error(`fails: ${clean}`)
  writeExitMessage(platform.outPath, clean)
  // Standard output to a pipe is written synchronously on Linux, so nothing of the log is lost here.
  process.exit(exitCode)
}

function messageOf(error: unknown): string {
  if (error instanceof Secret || !(error instanceof Error)) return String(error)
  const cause =
    error.cause instanceof Error && !error.message.includes(error.cause.message) ? ` (${error.cause.message})` : ''
  return `${error.message}${cause}`
}
