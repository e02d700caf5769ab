import { execFile } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const sudoMsMax = 30_000
/** Where sudo is found, and what it runs. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A user that apps run as, one at a time (D39). Its group has one more member: the user of the environment server. */
export type AppUser = { name: string; userId: number; groupId: number }

/** First words of a command that sudo(8) runs as that user. The pipes of an app, which have numbers below 6, stay open. */
export function asUser({ name }: AppUser): string[] {
  return ['sudo', '-n', '-C', '6', '-u', name, '--']
}

/** Runs a script of sh as that user, with `argv` as its arguments. Returns what it said; throws what it said where it fails. */
export async function runAsUser(user: AppUser, script: string, argv: readonly string[] = []): Promise<string> {
  const [command = 'sudo', ...words] = asUser(user)
  const { stdout } = await run(command, [...words, '/bin/sh', '-c', script, 'postern', ...argv], {
    cwd: '/',
    env: { PATH: systemPath },
    timeout: sudoMsMax,
    maxBuffer: 4 * 1024 * 1024,
  })
  return stdout
}

/** Gives a file or folder of the server's to the user's group as well. Folders pass the group on to what is made in them. */
export function shareWithUser(path: string, { groupId }: AppUser, mode: number): void {
  chownSync(path, process.getuid?.() ?? -1, groupId)
  chmodSync(path, mode)
}

/** Ends every process of that user, at one instant: also what left its group, its session or its parent. */
export async function endProcessesOf(user: AppUser): Promise<void> {
  // kill(2) leaves out the shell that calls it.
  await runAsUser(user, 'kill -KILL -1 2>/dev/null || :')
}

/**
 * What must be done as that user once its app has ended: its last processes end, what it closed is opened to the server, and what it
 * left in places that all share is removed, since the next app of that user would find it.
 */
export async function clearUpAfter(user: AppUser, folders: readonly string[]): Promise<void> {
  const script = [
    'kill -KILL -1 2>/dev/null',
    'chmod -R u+rwX,g+rwX -- "$@" 2>/dev/null',
    // The folders themselves are the server's and stay.
    `find ${sharedFolders.join(' ')} -xdev -mindepth 1 -maxdepth 1 -user "$(id -u)" -exec rm -rf -- {} + 2>/dev/null`,
    ':',
  ]
  await runAsUser(user, script.join('; '), folders)
}

const sharedFolders = ['/tmp', '/var/tmp', '/dev/shm']
