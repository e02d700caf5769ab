import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { failedBy } from '../sql-states.ts'
import type { Binaries } from './binaries.ts'

/** Where programs run by root run instead: PostgreSQL refuses root, and so do we (D11). */
export type RunAs = { uid: number; gid: number }

export type ServerPlace = {
  binaries: Binaries
  data: string
  socket: string
  url: string
  runAs: RunAs | undefined
}

const startDeadlineMs = 60_000
/** A fast shutdown writes out what is in memory; one that takes longer is ended at once and recovers at its next start. */
const stopPatienceMs = 15_000
const lookMs = 30

/** Starts it and waits until it answers. @throws Error with the last words of one that ended at once */
export async function startServer({ binaries, data, socket, url, runAs }: ServerPlace): Promise<void> {
  // A file and not a pipe: the database outlives a killed hub, and its next word must not end it.
  const logFile = join(dirname(data), 'postgresql.log')
  const log = openSync(logFile, 'w', 0o600)
  const child = spawn(join(binaries.folder, 'postgres'), ['-D', data, '-k', socket], {
    ...programOptions(binaries, runAs),
    stdio: ['ignore', 'ignore', log],
    // Its own process group: Ctrl-C in the terminal reaches the hub, which stops the database last.
    detached: true,
  })
  closeSync(log)
  const deadline = Date.now() + startDeadlineMs
  while (!(await isAnswering(url))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`PostgreSQL ended at once. Its last words:\n${lastWords(logFile)}`)
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL did not answer within ${startDeadlineMs / 1000} s:\n${lastWords(logFile)}`)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
  child.unref()
}

function lastWords(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-4000)
}

/** Whether a server answers; a database that does not exist yet is an answer too. */
export async function isAnswering(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.replace('/postern?', '/postgres?') })
  // A server that is shutting down ends the connection under the client; the answer is then simply no.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch (error) {
    // A full server is well.
    return failedBy(error, 'tooManyConnections')
  } finally {
    await client.end().catch(() => {})
  }
}

/** A fast shutdown by signal; its pid file tells the process, whether this hub started it or took it over. */
export async function stopServer(data: string): Promise<void> {
  const pid = serverPid(data)
  if (pid === undefined) return
  signal(pid, 'SIGINT')
  const deadline = Date.now() + stopPatienceMs
  let patient = true
  // Its pid file goes before it does.
  while (worksOn(pid, data)) {
    if (patient && Date.now() > deadline) {
      patient = false
      signal(pid, 'SIGQUIT')
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

export function isServerAlive(data: string): boolean {
  return serverPid(data) !== undefined
}

/**
 * The server that runs on `data`. The pid file of one that was killed stays, and its number may be another program's by now: a
 * server is known by its working folder, which is its data. One that has ended and waits to be noticed has none.
 */
export function serverPid(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return worksOn(pid, data) ? pid : undefined
  } catch {
    // No file.
    return undefined
  }
}

function worksOn(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
  } catch {
    // No such process, or one of somebody else's.
    return false
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

export function programOptions(binaries: Binaries, runAs: RunAs | undefined) {
  return {
    ...runAs,
    cwd: '/',
    env: {
      PATH: '/usr/bin:/bin',
      LANG: 'C',
      LD_LIBRARY_PATH: binaries.origin === 'bundled' ? join(binaries.folder, '../lib') : '',
    },
  }
}
