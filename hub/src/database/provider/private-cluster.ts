import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { type Binaries, findBinaries, postgresMajorMin } from './binaries.ts'

/** A PostgreSQL that the hub runs for itself, reachable by a Unix socket in a 0700 folder and by nothing else (D12). */
export type PrivateCluster = { url: string; binaries: Binaries; stop(): Promise<void> }

/** Where programs run by root run instead: PostgreSQL refuses root, and so do we (D11). */
export type RunAs = { uid: number; gid: number }

const startDeadlineMs = 60_000
/** Longest path of a Unix socket on Linux, less the name that PostgreSQL appends. */
const socketFolderLengthMax = 107 - '/.s.PGSQL.5432.lock'.length

/**
 * Opens the cluster in `folder`, making it first if need be. A cluster that still runs is taken over.
 * @param majorWanted for a new cluster; one that exists is run by the major that made it (D12)
 */
export async function openPrivateCluster(folder: string, runAs?: RunAs, majorWanted?: number): Promise<PrivateCluster> {
  const data = join(folder, 'data')
  const socket = socketFolder(folder)
  prepareFolders([folder, socket], runAs)
  const made = existsSync(join(data, 'PG_VERSION')) ? Number(readFileSync(join(data, 'PG_VERSION'), 'utf8')) : undefined
  const binaries = findBinaries(folder, made ?? majorWanted)
  if (binaries === undefined) throw new Error(missingBinaries(made))
  if (made === undefined) initialise(binaries, data, runAs)
  const url = privateClusterUrl(folder)
  if (!(await isAnswering(url))) {
    // One that runs and does not answer has lost its socket, so nobody uses it.
    await stop(data)
    await start(binaries, data, socket, url, runAs)
  }
  await createDatabase(socket)
  return { url, binaries, stop: () => stop(data) }
}

/** How to reach the cluster in `folder`, whether it runs or not. */
export function privateClusterUrl(folder: string): string {
  return `postgresql:///postern?host=${encodeURIComponent(socketFolder(folder))}&user=postern`
}

function missingBinaries(made: number | undefined): string {
  if (made === undefined) {
    return `No PostgreSQL ${postgresMajorMin} or newer was found. Install the distribution's package (postgresql), or set DATABASE_URL.`
  }
  return `The data folder was made by PostgreSQL ${made}, whose programs are gone. Install the package postgresql-${made} again.`
}

/** A folder whose path is too long for a socket gets one below /run or /tmp instead, named by its hash and owned alike. */
function socketFolder(folder: string): string {
  const own = join(folder, 'socket')
  if (own.length <= socketFolderLengthMax) return own
  return join('/tmp', `postern-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`)
}

function prepareFolders(folders: string[], runAs: RunAs | undefined): void {
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (runAs !== undefined) chownSync(folder, runAs.uid, runAs.gid)
  }
}

function initialise(binaries: Binaries, data: string, runAs: RunAs | undefined): void {
  execFileSync(
    join(binaries.folder, 'initdb'),
    // `trust` trusts only who can open the socket: its folder is 0700, and there is no other way in.
    ['--pgdata', data, '--username=postern', '--auth=trust', '--encoding=UTF8', '--locale=C', '--data-checksums'],
    { ...programOptions(binaries, runAs), stdio: 'pipe' },
  )
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    [
      "listen_addresses = ''",
      'unix_socket_permissions = 0700',
      'max_connections = 100',
      "shared_buffers = '256MB'",
      "max_wal_size = '2GB'",
      "checkpoint_timeout = '15min'",
      "timezone = 'UTC'",
      '',
    ].join('\n'),
  )
}

function programOptions(binaries: Binaries, runAs: RunAs | undefined) {
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

async function start(
  binaries: Binaries,
  data: string,
  socket: string,
  url: string,
  runAs: RunAs | undefined,
): Promise<void> {
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
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended at once. Its last words:\n${lastWords(logFile)}`)
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL did not answer within ${startDeadlineMs / 1000} s:\n${lastWords(logFile)}`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  child.unref()
}

function lastWords(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-4000)
}

/** SQLSTATE of a server that is well and full. */
const tooManyConnections = '53300'

/** Whether a server answers; a database that does not exist yet is an answer too. */
async function isAnswering(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.replace('/postern?', '/postgres?') })
  // A server that is shutting down ends the connection under the client; the answer is then simply no.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch (error) {
    return (error as { code?: string }).code === tooManyConnections
  } finally {
    await client.end().catch(() => {})
  }
}

async function createDatabase(socket: string): Promise<void> {
  const client = new pg.Client({ host: socket, user: 'postern', database: 'postgres' })
  await client.connect()
  try {
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'postern'`)
    if (rowCount === 0) await client.query('create database postern')
  } finally {
    await client.end()
  }
}

/** A fast shutdown by signal; its pid file tells the process, whether this hub started it or took it over. */
async function stop(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGINT')
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 30))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
