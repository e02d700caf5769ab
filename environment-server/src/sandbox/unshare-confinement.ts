import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Confinement, LaunchRequest } from './confinement.ts'
import { insidePaths, ownBinds } from './inside-paths.ts'
import { lockedFlags, mountsBelow, readMountTable, type Mount } from './mount-table.ts'
import { resourceLimits, runAndReport } from './run-and-report.ts'
import { devices, ownFiles, systemFolders } from './system-folders.ts'

/** Small and writable only while it is built: the root of the sandbox holds links and mount points. */
const rootOptions = 'size=512k,nr_inodes=512,mode=0755,nosuid,nodev'
/** A user namespace in which the server's user is root; PIDs end with their first process; mounts do not travel back. */
const namespaces =
  '--user --map-root-user --mount --pid --fork --kill-child --ipc --uts --net --propagation private'.split(' ')
const sharedMemoryOptions = 'size=64m,nosuid,nodev,noexec'

/**
 * Tier `isolated` with what util-linux brings: new user, PID, mount, IPC, UTS and network namespaces, and a root of its
 * own built from bind mounts (decision record 0206). The network namespace has not even a loopback.
 *
 * The order inside matters: build the root → leave the old one → forbid further user namespaces (an app that made one would
 * be root in it and could try the kernel's mount code) → seal the root → drop every capability → run.
 */
export function unshareConfinement({ diesWithServer }: { diesWithServer: boolean }): Confinement {
  const system = systemFolders()
  return {
    tier: 'isolated',
    name: `unshare (util-linux${diesWithServer ? '' : ' before 2.33'})`,
    // unshare, and the shell that is the first process of the namespace.
    scaffoldDepth: 2,
    seenPaths: insidePaths,
    launch(request) {
      const root = join(request.workFolder, 'root')
      mkdirSync(root, { recursive: true, mode: 0o700 })
      const table = readMountTable()
      const binds = allBinds(system.bound, request, table)
      const fstab = join(request.workFolder, 'fstab')
      writeFileSync(fstab, [...binds.map((bind) => fstabLine(root, bind)), ...kernelMounts(root)].join(''), {
        mode: 0o600,
      })
      return {
        // setpriv becomes unshare: the server's death, even by SIGKILL, is then the app's.
        command: diesWithServer ? 'setpriv' : 'unshare',
        arguments: [
          ...(diesWithServer ? ['--pdeathsig', 'KILL', '--', 'unshare'] : []),
          ...namespaces,
          '/bin/sh',
          '-c',
          setupScript(root, fstab, binds, system.links, request),
          'postern-app',
          insidePaths(request).runtime,
          ...request.runtimeArguments,
        ],
        folder: request.workFolder,
      }
    },
  }
}

type Bind = { source: string; target: string; folder: boolean; options: string[]; below: string[] }

function allBinds(bound: string[], request: LaunchRequest, table: Mount[]): Bind[] {
  const system = bound.map((path) => ({
    source: path,
    target: path,
    writable: false,
    folder: statSync(path).isDirectory(),
  }))
  const own = ownBinds(request)
  const devs = devices.map((name) => ({
    source: `/dev/${name}`,
    target: `/dev/${name}`,
    writable: true,
    folder: false,
  }))
  return [...system, ...own, ...devs].map(({ source, target, writable, folder }) => {
    const device = source.startsWith('/dev/')
    const below = folder ? mountsBelow(source, table) : []
    const flags = new Set(lockedFlags(source, table))
    flags.add('nosuid')
    if (!device) flags.add('nodev')
    if (!writable) flags.add('ro')
    return { source, target, folder, below, options: [below.length > 0 ? 'rbind' : 'bind', ...flags] }
  })
}

function setupScript(
  root: string,
  fstab: string,
  binds: Bind[],
  links: { path: string; to: string }[],
  request: LaunchRequest,
): string {
  const inRoot = (path: string) => quoted(`.${path}`)
  const folders = new Set([
    '/proc',
    '/dev/shm',
    '/old',
    '/etc',
    ...binds.map(({ target, folder }) => (folder ? target : dirname(target))),
  ])
  const files = binds.filter(({ folder }) => !folder).map(({ target }) => target)
  return [
    'set -e',
    // pivot_root and, on some systems, mount are programs for root; the app gets the search path it was meant to have.
    'searchPath=$PATH; PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `mount -t tmpfs -o ${rootOptions} postern ${quoted(root)}`,
    `cd ${quoted(root)}`,
    `mkdir -p ${[...folders].map(inRoot).join(' ')}`,
    ...files.map((path) => `: > ${inRoot(path)}`),
    ...ownFiles.map(({ path, content }) => `printf '%s\\n' ${quoted(content)} > ${inRoot(path)}`),
    `ln -s /proc/self/fd dev/fd; ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr`,
    ...links.map(({ path, to }) => `ln -s ${quoted(to)} ${inRoot(path)}`),
    `mount -a -T ${quoted(fstab)}`,
    // Mounts below a bound folder came with it, and are made read-only one by one.
    ...binds.flatMap(({ below, options, target, source }) =>
      options.includes('ro')
        ? below.map((point) => `mount -o remount,bind,ro ${inRoot(target + point.slice(source.length))} || :`)
        : [],
    ),
    'pivot_root . old',
    'umount -l /old',
    'echo 0 > /proc/sys/user/max_user_namespaces',
    'mount -o remount,bind,ro,nosuid,nodev /',
    'cd /app',
    'set +e',
    'PATH=$searchPath; unset searchPath OLDPWD',
    `set -- prlimit ${resourceLimits(request).join(' ')} setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"`,
    runAndReport,
  ].join('\n')
}

function fstabLine(root: string, { source, target, options }: Bind): string {
  return `${fstabField(source)} ${fstabField(root + target)} none ${options.join(',')} 0 0\n`
}

function kernelMounts(root: string): string[] {
  return [
    `proc ${fstabField(`${root}/proc`)} proc nosuid,nodev,noexec 0 0\n`,
    `postern ${fstabField(`${root}/dev/shm`)} tmpfs ${sharedMemoryOptions} 0 0\n`,
  ]
}

/** fstab(5): white space and backslashes in octal. */
function fstabField(text: string): string {
  return text.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
