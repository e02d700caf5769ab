import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartProblem } from '../log/start-problem.ts'

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
    caFile: join(hidden, 'keystore', 'hub-ca.pem'),
    keychainFile: join(hidden, 'keystore', 'keychain.json'),
    journalFile: join(hidden, 'journal.sqlite'),
    lockFile: join(hidden, 'run', 'lock.sqlite'),
    /** Number and start of the running server, for shutdown.sh. */
    pidFile: join(hidden, 'run', 'server.pid'),
    keystoreFolder: join(hidden, 'keystore'),
    /** Sockets of the egress guards; short names, because a socket's path is short. */
    runFolder: join(hidden, 'run'),
    programsFolder: join(hidden, 'exchange', 'programs'),
    jobsFolder: join(hidden, 'exchange', 'jobs'),
  } as const
}

/** Makes what is missing and closes what stands open: only the server's own user reads any of it. */
export function prepareHomeFolder(home: HomeFolder): void {
  if (!existsSync(home.hidden)) {
    throw new StartProblem(
      `There is no ${home.hidden}. Unzip the bundle that you downloaded for this environment, or name its folder with --home.`,
    )
  }
  const longest = Buffer.byteLength(join(home.runFolder, '0123456789abcdef.sock'))
  if (longest > socketPathBytesMax) {
    throw new StartProblem(
      `The path ${home.hidden} is ${longest - socketPathBytesMax} bytes too long for the sockets in it. Move the environment server to a folder with a shorter path, such as /opt/postern-envsvr.`,
    )
  }
  try {
    for (const folder of [home.keystoreFolder, home.runFolder, home.programsFolder, home.jobsFolder]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      chmodSync(folder, 0o700)
    }
    chmodSync(home.hidden, 0o700)
  } catch (error) {
    throw new StartProblem(
      `The folder ${home.hidden} is not writable for this user. Make the user that runs the environment server its owner.`,
      { cause: error },
    )
  }
}

/** Sockets of a server that was killed; only called under the lock. */
export function removeStaleSockets(home: HomeFolder): void {
  for (const name of readdirSync(home.runFolder)) if (name.endsWith('.sock')) rmSync(join(home.runFolder, name))
}
