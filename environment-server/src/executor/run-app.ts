import { type AttemptResult, type ExecuteCommand, launch } from '@postern/protocol'
import type { Server } from 'node:net'
import { join } from 'node:path'
import type { CgroupUse } from '../cgroup/app-cgroup.ts'
import type { OwnCgroup } from '../cgroup/own-cgroup.ts'
import { errorText } from '../log/server-log.ts'
import type { Confinement, LaunchRequest } from '../sandbox/confinement.ts'
import { watchersOfServer } from '../sandbox/user-confinement.ts'
import { AppLogTail } from './app-log-tail.ts'
import { type AppExit, startAppProcess } from './app-process.ts'
import type { AttemptLog } from './attempt-log.ts'
import { watchDisk } from './disk-watch.ts'
import { killTree } from './end-processes.ts'
import { EndRequest } from './end-request.ts'
import { endWhenAborted } from './end-when-aborted.ts'
import { LineSplitter } from './line-splitter.ts'
import type { ProcessIdentity } from './process-table.ts'
import type { ProcessWatch, Watched } from './process-watch.ts'

/** Called with the process before anything else can happen, so that the journal knows whom to end after a crash. */
export type OnStarted = (identity: ProcessIdentity, startedAt: string) => void

export type AppRun = {
  confinement: Confinement
  watch: ProcessWatch
  limits: ExecuteCommand['limits']
  request: LaunchRequest
  environment: Record<string, string>
  log: AttemptLog
  signal: AbortSignal
  onStarted: OnStarted
  /** The server's own cgroup, where systemd delegated one. */
  cgroup: OwnCgroup | undefined
  /** Gets the socket that listens in the app's own network, where the app needs a port there. */
  onProxyPort: (listening: Server) => void
}

export type RanApp = {
  exit: AppExit
  end: EndRequest | undefined
  startedAt: string
  usage: NonNullable<AttemptResult['usage']>
}

/** Starts the app in its confinement, keeps it within its limits, and comes back when it has ended. */
export async function runApp({
  confinement,
  watch,
  limits,
  request,
  environment,
  log,
  signal,
  onStarted,
  cgroup,
  onProxyPort,
}: AppRun): Promise<RanApp> {
  const startedMs = performance.now()
  const { user } = request
  const held = cgroup?.forApp(`${request.executionId}-${request.attempt}`, limits)
  const app = await startAppProcess(confinement.launch(request), environment, {
    user,
    onProxyPort: request.needsProxyPort && confinement.tier === 'isolated' ? onProxyPort : undefined,
  })
  const startedAt = new Date().toISOString()
  try {
    // The scaffold has hardly begun: its first child comes milliseconds later.
    held?.add(app.identity.pid)
    onStarted(app.identity, startedAt)
    app.begin()
  } catch (error) {
    // Nobody would know of this process after a crash: it must not run.
    killTree(app.identity.pid, user)
    await app.ended
    held?.remove()
    throw new EndRequest(
      'interrupted',
      `The app was ended at once, since its start could not be journaled or its limits not set: ${errorText(error)}`,
    )
  }
  if (confinement.tier === 'none')
    log.server('warn', 'This app runs without confinement: the local policy of the environment server allows it.')

  const limit = new AbortController()
  // The kernel counts pages that processes share once, and so is right where it counts.
  const memoryBytesMax = held ? Number.POSITIVE_INFINITY : limits.memoryBytesMax
  const watched = watch.watch(
    app.identity.pid,
    {
      ...limits,
      memoryBytesMax,
      scaffoldProcesses: confinement.scaffoldDepth + (user ? watchersOfServer : 0),
      userId: user?.userId,
    },
    (sentence) => limit.abort(new EndRequest('limit', sentence)),
  )
  const { folders, diskBytesMax } = request
  const disk = watchDisk(
    [folders.in, folders.out, folders.log, folders.temp],
    app.identity.pid,
    diskBytesMax,
    (sentence) => limit.abort(new EndRequest('limit', sentence)),
    user,
  )
  const { timeoutSeconds } = limits
  const timer = setTimeout(
    () => limit.abort(new EndRequest('timed-out', `The app ran longer than ${timeoutSeconds} seconds and was ended.`)),
    // setTimeout's own bound is 2^31 − 1 ms, about 24 days.
    Math.min(timeoutSeconds * 1000, 2 ** 31 - 1),
  )
  const finish = collectOutput(app, request, log)
  const ending = endWhenAborted(
    AbortSignal.any([signal, limit.signal]),
    app.identity.pid,
    confinement.scaffoldDepth,
    user,
  )
  const endLimits = () => {
    clearTimeout(timer)
    watched.stop()
    disk.stop()
  }
  // An app that has ended passes no limit any more, while its output is still read: with a user of its own, all that runs as that user
  // ends with it, a look at its disk too, which was no fault of the app's.
  void app.exited.then(endLimits)
  try {
    const exit = await app.ended
    const use = held?.use()
    return {
      exit,
      end: ending.request() ?? (use?.wasOutOfMemory ? outOfMemory(limits.memoryBytesMax) : undefined),
      startedAt,
      usage: usageOf(startedMs, exit, watched, use),
    }
  } finally {
    endLimits()
    ending.stop()
    held?.remove()
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

function outOfMemory(bytesMax: number): EndRequest {
  const megabytes = Math.round(bytesMax / 1024 / 1024)
  return new EndRequest('limit', `The app ran out of memory and was ended; its limit is ${megabytes} MB.`)
}

function usageOf(
  startedMs: number,
  exit: AppExit,
  watched: Watched,
  use: CgroupUse | undefined,
): NonNullable<AttemptResult['usage']> {
  const cpuSeconds = Math.max(exit.cpuSeconds ?? 0, watched.cpuSeconds, use?.cpuSeconds ?? 0)
  const memoryPeakBytes = use?.memoryPeakBytes || watched.memoryPeakBytes
  return {
    wallSeconds: Math.round(performance.now() - startedMs) / 1000,
    cpuSeconds: Math.round(cpuSeconds * 1000) / 1000,
    // An app that ended before the first sample leaves no measurement.
    memoryPeakBytes: memoryPeakBytes > 0 ? memoryPeakBytes : null,
  }
}
