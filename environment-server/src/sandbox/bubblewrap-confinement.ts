import { chmodSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Confinement } from './confinement.ts'
import { insidePaths, ownBinds } from './inside-paths.ts'
import { runLimited, scaffoldName } from './run-and-report.ts'
import { ownFiles, systemFolders } from './system-folders.ts'

/** Of /dev: devices only; the folder for shared memory in it is writable, and bounded to 64 MB. */
const sharedMemory = ['--size', String(64 * 1024 * 1024), '--tmpfs', '/dev/shm', '--remount-ro', '/dev']

/**
 * bubblewrap binds the first process of the namespace to itself, and so to the server, only when all else is done, and beside the shell:
 * it waits for its children from then on, and sleeps nowhere before. A shell that began earlier could outlive a server that is killed.
 */
export function firstProcessIsBound(triesMax = 3000): string {
  const isAsleep = 'read -r first </proc/1/stat && case $first in *") S "*) ;; *) false ;; esac'
  const giveUp = `{ echo 'bubblewrap did not bind this app to its server, so it was not begun.' >&2; exit 125; }`
  return `tries=0; until ${isAsleep}; do tries=$((tries + 1)); [ $tries -le ${triesMax} ] || ${giveUp}; ${pause}; done`
}

/** It is a matter of microseconds, or of a machine that has much else to do. */
const pause = '[ $tries -le 100 ] || sleep 0.01'

/** Tier `isolated` with bubblewrap: the same root and the same namespaces as `unshareConfinement`, in a tenth of the time. */
export function bubblewrapConfinement(program = 'bwrap'): Confinement {
  const system = systemFolders()
  return {
    tier: 'isolated',
    name: 'bubblewrap',
    // bubblewrap outside, bubblewrap as the first process inside, and the shell that reports.
    scaffoldDepth: 3,
    seenPaths: insidePaths,
    launch(request) {
      const binds = ownBinds(request, system.bound)
      const files = ownFiles.map(({ path, content }) => {
        const source = join(request.workFolder, basename(path))
        writeFileSync(source, `${content}\n`)
        // Nothing in it is secret, and the user that apps run as reads it too.
        chmodSync(source, 0o444)
        return ['--ro-bind', source, path]
      })
      return {
        command: program,
        arguments: [
          '--unshare-user',
          '--unshare-pid',
          '--unshare-ipc',
          '--unshare-uts',
          '--unshare-net',
          '--unshare-cgroup-try',
          '--disable-userns',
          '--uid',
          '0',
          '--gid',
          '0',
          '--cap-drop',
          'ALL',
          '--die-with-parent',
          '--new-session',
          '--hostname',
          'execution',
          ...system.bound.flatMap((path) => ['--ro-bind', path, path]),
          ...system.links.flatMap(({ path, to }) => ['--symlink', to, path]),
          ...files.flat(),
          '--proc',
          '/proc',
          '--dev',
          '/dev',
          ...sharedMemory,
          ...binds.flatMap(({ source, target, writable }) => [writable ? '--bind' : '--ro-bind', source, target]),
          '--remount-ro',
          '/',
          '--chdir',
          '/app',
          '--',
          '/bin/sh',
          '-c',
          `${firstProcessIsBound()}; ${runLimited(request, { wayOut: true })}`,
          scaffoldName,
          insidePaths(request).runtime,
          ...request.runtimeArguments,
        ],
        folder: request.workFolder,
      }
    },
  }
}
