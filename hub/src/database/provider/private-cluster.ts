import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type Binaries, findBinaries, postgresMajorMin } from './binaries.ts'
import {
  isAnswering,
  isServerAlive,
  programOptions,
  type RunAs,
  serverPid,
  startServer,
  stopServer,
} from './cluster-process.ts'

/** A PostgreSQL that the hub runs for itself, reachable by a Unix socket in a 0700 folder and by nothing else (D12). */
export type PrivateCluster = {
  url: string
  binaries: Binaries
  /** Of the process that all others of the cluster descend from; undefined while there is none. */
  pid(): number | undefined
  /** Starts it again if it has died. @returns whether it had */
  revive(): Promise<boolean>
  stop(): Promise<void>
}

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
  const place = { binaries, data, socket, url, runAs }
  if (!(await isAnswering(url))) {
    // One that runs and does not answer has lost its socket, so nobody uses it.
    await stopServer(data)
    await startServer(place)
  }
  await createDatabase(socket)
  return {
    url,
    binaries,
    pid: () => serverPid(data),
    async revive() {
      if (isServerAlive(data)) return false
      await startServer(place)
      return true
    },
    stop: () => stopServer(data),
  }
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
