import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Server } from 'node:net'
import type { Readable } from 'node:stream'
import { type AppUser, systemPath } from '../sandbox/app-user.ts'
import type { Launch } from '../sandbox/confinement.ts'
import { letBegin } from '../sandbox/let-begin.ts'
import { environmentInput } from '../sandbox/user-confinement.ts'
import { killTree } from './end-processes.ts'
import { readProcess, type ProcessIdentity } from './process-table.ts'

const reportBytesMax = 4096
/** Pipes that a stray descendant keeps open are not waited for longer than this once the app has ended. */
const pipesMsMax = 2000

export type AppExit = {
  exitCode: number | null
  signal: NodeJS.Signals | string | null
  cpuSeconds: number | undefined
}

/** One running app with its scaffold, as a process group of its own. */
export type AppProcess = {
  identity: ProcessIdentity
  stdout: Readable
  stderr: Readable
  /** Lets the scaffold start the app, once it asks: its process is known by now. */
  begin(): void
  /** Resolves when the process has ended; its output may still be on its way. */
  exited: Promise<unknown>
  /** Resolves when the process has ended and its output is read. */
  ended: Promise<AppExit>
}

/**
 * @param user whom the app runs as, where that is not the server's own user
 * @param onProxyPort asks for the port in the app's own network, and gets the socket that listens on it
 */
export async function startAppProcess(
  { command, arguments: argv, folder, environmentBy }: Launch,
  environment: Record<string, string>,
  { user, onProxyPort }: { user?: AppUser | undefined; onProxyPort?: ((server: Server) => void) | undefined } = {},
): Promise<AppProcess> {
  const child = spawn(command, argv, {
    cwd: folder,
    env: environmentBy === 'input' ? { PATH: systemPath } : environment,
    stdio: [
      environmentBy === 'input' ? 'pipe' : 'ignore',
      'pipe',
      'pipe',
      'pipe',
      ...(onProxyPort ? (['ipc'] as const) : []),
    ],
    detached: true,
  })
  if (onProxyPort) takeProxyPort(child, onProxyPort)
  if (environmentBy === 'input') {
    // A scaffold that ended at once takes nothing; its exit says why. What is written stays open: its end would be the server's.
    child.stdin?.on('error', () => undefined)
    child.stdin?.write(environmentInput(onProxyPort ? { ...environment, ...channel } : environment))
  }
  // A listener from the first moment: an unheard error event would end the server.
  const failed = Promise.withResolvers<never>()
  child.on('error', failed.reject)
  failed.promise.catch(() => undefined)
  if (child.pid === undefined) return failed.promise
  const { pid } = child
  // All three are pipes, as asked for above; the types cannot tell.
  const [, stdout, stderr, report] = child.stdio as unknown as [unknown, Readable, Readable, Readable]
  const identity = { pid, startTicks: readProcess(pid)?.startTicks ?? '' }
  return {
    identity,
    stdout,
    stderr,
    begin: () => letBegin(child),
    exited: Promise.race([failed.promise, once(child, 'exit')]).catch(() => undefined),
    ended: Promise.race([failed.promise, exitOf(child, pid, [stdout, stderr, report], report, user)]),
  }
}

async function exitOf(
  child: ReturnType<typeof spawn>,
  pid: number,
  pipes: Readable[],
  report: Readable,
  user: AppUser | undefined,
): Promise<AppExit> {
  let text = ''
  report.on('data', (chunk: Buffer) => (text = (text + chunk.toString('latin1')).slice(-reportBytesMax)))
  const closed = Promise.all(pipes.map(closeOf))
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  const timer = setTimeout(() => {
    killTree(pid, user)
    for (const pipe of pipes) pipe.destroy()
  }, pipesMsMax)
  await closed
  clearTimeout(timer)
  return { ...exitStatus(code, signal), cpuSeconds: cpuSecondsOf(text) }
}

/** Also of a pipe that broke before. */
async function closeOf(pipe: Readable): Promise<void> {
  if (!pipe.closed) await new Promise<void>((resolve) => pipe.once('close', () => resolve()))
}

/** Where the scaffold finds the channel on which it hands over a socket: spawn says so by the environment, which sudo drops. */
const channel = { NODE_CHANNEL_FD: '4', NODE_CHANNEL_SERIALIZATION_MODE: 'json' }

function takeProxyPort(child: ChildProcess, onProxyPort: (server: Server) => void): void {
  child.once('message', (_message, handle) => {
    // One socket, made before the app began; the channel is closed before it could say a word.
    child.disconnect()
    if (handle instanceof Server) onProxyPort(handle)
  })
}

/** The scaffold ends with 128 + n where the app was ended by signal n, as shells do. */
function exitStatus(code: number | null, signal: NodeJS.Signals | null): Pick<AppExit, 'exitCode' | 'signal'> {
  if (signal !== null || code === null) return { exitCode: null, signal }
  return code > 128 && code <= 192
    ? { exitCode: null, signal: `signal ${code - 128}` }
    : { exitCode: code, signal: null }
}

/** POSIX `times`: the second line is user and system time of the children that were waited for. */
export function cpuSecondsOf(report: string): number | undefined {
  const children = report.trim().split('\n')[1]
  const times = children
    ?.match(/^([0-9]+)m([0-9.]+)s ([0-9]+)m([0-9.]+)s/)
    ?.slice(1)
    .map(Number)
  if (!times) return undefined
  const [userMinutes = 0, userSeconds = 0, systemMinutes = 0, systemSeconds = 0] = times
  return userMinutes * 60 + userSeconds + systemMinutes * 60 + systemSeconds
}
