import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { StartProblem } from '../log/start-problem.ts'
import { isUnfinishedWrite } from './atomic-file.ts'

/** Where everything of one environment server lies: the hidden folder of the bundle (ES-3). */
export type HomeFolder = ReturnType<typeof homeFolder>

/** Longest path of a Unix socket, without its closing zero byte (unix(7): 108 bytes with it). */
const socketPathBytesMax = 107

export function homeFolder(directory: string) {
  const hidden = join(resolve(directory), '.postern-envsvr')
  return {
    hidden,
    settingsFile: join(hidden, 'settings.json'),
    policyFile: join(hidden, 'policy.json'),
    trustFile: join(hidden, 'keystore', 'trust.json'),
    /** Publishers that people here trust beside those that the bundle pins: policy trust (D36). */
    trustedPublishersFile: join(hidden, 'keystore', 'trusted-publishers.json'),
    /** Keys for commands and server files that people here trust likewise, and what this server heard of keys (D7). */
    trustedCommandKeysFile: join(hidden, 'keystore', 'trusted-command-keys.json'),
    trustedReleaseKeysFile: join(hidden, 'keystore', 'trusted-release-keys.json'),
    learnedKeysFile: join(hidden, 'keystore', 'learned-keys.json'),
    revokedKeysFile: join(hidden, 'keystore', 'revoked-keys.json'),
    /** What apps verify certificates with. */
    certificatesFolder: join(hidden, 'certificates'),
    keychainFile: join(hidden, 'keystore', 'keychain.json'),
    /** By what a server says that its keychain is locked, which is all that it opens (ES-10). */
    lockedTokenFile: join(hidden, 'keystore', 'locked-token'),
    journalFile: join(hidden, 'journal.sqlite'),
    lockFile: join(hidden, 'run', 'lock.sqlite'),
    /** Held while settings.json is read, changed and written. */
    settingsLockFile: join(hidden, 'run', 'settings-lock.sqlite'),
    /** Where status, unlock, reload and configure.sh talk to the running server. */
    controlSocket: join(socketsFolder(hidden), 'control.sock'),
    /** The server's own log; older parts beside it end in .1, .2, … */
    logFile: join(hidden, 'logs', 'server.log'),
    logsFolder: join(hidden, 'logs'),
    /** What was refused, and what changed the local policy (D36); older parts beside it like those of the log. */
    auditFile: join(hidden, 'logs', 'audit.log'),
    /** Number and start of the running server, for shutdown.sh. */
    pidFile: join(hidden, 'run', 'server.pid'),
    /** The server file that ran last and was healthy, its signature, and what was set aside for it (D34). */
    keptFile: join(hidden, 'kept', 'postern-envsvr.mjs'),
    setAsideFile: join(hidden, 'kept', 'set-aside'),
    /** Of settings.json, for when a bundle is unzipped over it. */
    keptSettingsFile: join(hidden, 'kept', 'settings.json'),
    /** There once this start has been connected; run.sh waits for it where a server file is new. */
    onlineFile: join(hidden, 'run', 'online'),
    keystoreFolder: join(hidden, 'keystore'),
    runFolder: join(hidden, 'run'),
    /** Sockets of the egress guards. */
    socketsFolder: socketsFolder(hidden),
    programsFolder: join(hidden, 'exchange', 'programs'),
    jobsFolder: join(hidden, 'exchange', 'jobs'),
  } as const
}

/** Makes what is missing, closed, and leaves what is there as a running server opened it to users that apps run as. */
export function prepareHomeFolder(home: HomeFolder): void {
  if (!existsSync(home.hidden)) {
    throw new StartProblem(
      `There is no ${home.hidden}. Unzip the bundle that you downloaded for this environment, or name its folder with --home.`,
    )
  }
  inWords(home, () => {
    for (const folder of foldersOf(home)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      accessSync(folder, constants.W_OK)
    }
  })
  prepareSocketsFolder(home.socketsFolder)
}

/** Closes what stands open: only the server's own user reads any of it. Only called under the lock, where no app runs. */
export function closeHomeFolder(home: HomeFolder): void {
  inWords(home, () => {
    for (const folder of [...foldersOf(home), home.hidden]) chmodSync(folder, 0o700)
  })
}

function foldersOf({ keystoreFolder, runFolder, logsFolder, programsFolder, jobsFolder }: HomeFolder): string[] {
  return [keystoreFolder, runFolder, logsFolder, programsFolder, jobsFolder]
}

function inWords({ hidden }: HomeFolder, act: () => void): void {
  try {
    act()
  } catch (error) {
    throw new StartProblem(
      `The folder ${hidden} is not writable for this user. Make the user that runs the environment server its owner.`,
      { cause: error },
    )
  }
}

/**
 * Lets users that apps run as through to what they need, which has modes of its own: none of these folders can be listed, and all
 * else in them is closed.
 */
export function letAppUsersThrough({
  hidden,
  socketsFolder: sockets,
  runFolder,
  programsFolder,
  jobsFolder,
}: HomeFolder): void {
  for (const folder of [hidden, dirname(jobsFolder), jobsFolder, runFolder, sockets]) chmodSync(folder, 0o711)
  chmodSync(programsFolder, 0o755)
}

/** The path of a Unix socket is short: a home that lies too deep has its sockets in a folder of its own below /tmp. */
function socketsFolder(hidden: string): string {
  const own = join(hidden, 'run')
  if (Buffer.byteLength(join(own, '0123456789abcdef.sock')) <= socketPathBytesMax) return own
  return join('/tmp', `postern-envsvr-${createHash('sha256').update(hidden).digest('hex').slice(0, 16)}`)
}

/** Anyone may make folders below /tmp, so one that is there already must be ours and closed to others. */
function prepareSocketsFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const facts = lstatSync(folder)
  if (facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o066) === 0) return
  throw new StartProblem(`${folder} is needed for sockets and belongs to somebody else. Have it removed.`)
}

/** What a server that was killed left: sockets, and files that it had not written to their end. Only called under the lock. */
export function removeLeftovers(home: HomeFolder): void {
  const leftovers = [
    ...filesIn(home.socketsFolder).filter((path) => path.endsWith('.sock')),
    ...[home.hidden, home.keystoreFolder, home.runFolder].flatMap(filesIn).filter(isUnfinishedWrite),
  ]
  for (const path of leftovers) rmSync(path, { force: true })
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name))
}
