import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Confinement, LaunchRequest } from './confinement.ts'
import { insidePaths, ownBinds } from './inside-paths.ts'
import { lockedFlags, mountsBelow, readMountTable, type Mount } from './mount-table.ts'
import { runLimited, scaffoldName } from './run-and-report.ts'
import { devices, ownFiles, systemFolders } from './system-folders.ts'

/** A user namespace in which the server's user is root; PIDs end with their first process; mounts do not travel back. */
const namespaces =
  '--user --map-root-user --mount --pid --fork --kill-child --ipc --uts --net --propagation private'.split(' ')
/** Mount points of the kernel's own file systems and of the root that is left. */
const ownFolders = ['/proc', '/dev/shm', '/old']
const deviceLinks = [
  { path: '/dev/fd', to: '/proc/self/fd' },
  { path: '/dev/stdin', to: '/proc/self/fd/0' },
  { path: '/dev/stdout', to: '/proc/self/fd/1' },
  { path: '/dev/stderr', to: '/proc/self/fd/2' },
]
const sharedMemoryOptions = 'size=64m,nosuid,nodev,noexec'

/**
 * Tier `isolated` with what util-linux brings: new user, PID, mount, IPC, UTS and network namespaces, and a root of its
 * own built from bind mounts (decision record 0206). The network namespace has a loopback at most.
 *
 * The order inside matters: mount the root → leave the old one → forbid further user namespaces (an app that made one would
 * be root in it and could try the kernel's mount code) → drop every capability → run.
 *
 * Each program that the shell starts costs a millisecond or two before the app's first line. So links, files and mount points of the
 * root are made before it, in a folder of the attempt that is bound read-only, and one mount(8) does all mounts.
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
      const table = readMountTable()
      const binds = allBinds(system.bound, request, table)
      makeRoot(root, binds, system.links)
      const fstab = join(request.workFolder, 'fstab')
      const mounts = [rootLine(root, table), ...binds.map((bind) => fstabLine(root, bind)), ...kernelMounts(root)]
      writeOpen(fstab, mounts.join(''), 0o444)
      return {
        // setpriv becomes unshare: the server's death, even by SIGKILL, is then the app's.
        command: diesWithServer ? 'setpriv' : 'unshare',
        arguments: [
          ...(diesWithServer ? ['--pdeathsig', 'KILL', '--', 'unshare'] : []),
          ...namespaces,
          '/bin/sh',
          '-c',
          setupScript(root, fstab, binds, request),
          scaffoldName,
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
  const own = ownBinds(request, bound)
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

/** What the root holds beside mounts: mount points, links and files of the sandbox's own. */
function makeRoot(root: string, binds: Bind[], links: { path: string; to: string }[]): void {
  const folders = new Set([
    ...ownFolders,
    ...binds.map(({ target, folder }) => (folder ? target : dirname(target))),
    ...ownFiles.map(({ path }) => dirname(path)),
  ])
  mkdirOpen(root)
  for (const path of folders) for (const folder of foldersAbove(path)) mkdirOpen(root + folder)
  for (const { target, folder } of binds) if (!folder) writeOpen(root + target, '', 0o444)
  for (const { path, content } of ownFiles) writeOpen(root + path, `${content}\n`, 0o444)
  for (const { path, to } of [...links, ...deviceLinks]) symlinkSync(to, root + path)
}

/** `/a/b` → `/a`, `/a/b`. */
function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1)
  return names.map((_name, index) => `/${names.slice(0, index + 1).join('/')}`)
}

/** Whatever the server's umask takes away: the app may be another user. Who may come this far at all, the folders above say. */
function mkdirOpen(path: string): void {
  if (existsSync(path)) return
  mkdirSync(path)
  chmodSync(path, 0o755)
}

function writeOpen(path: string, content: string, mode: number): void {
  writeFileSync(path, content)
  chmodSync(path, mode)
}

function setupScript(root: string, fstab: string, binds: Bind[], request: LaunchRequest): string {
  return [
    'set -e',
    // pivot_root and, on some systems, mount are programs for root; the app gets the search path it was meant to have.
    'searchPath=$PATH; PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `mount -a -T ${quoted(fstab)}`,
    `cd ${quoted(root)}`,
    // Mounts below a bound folder came with it, and are made read-only one by one.
    ...binds.flatMap(({ below, options, target, source }) =>
      options.includes('ro')
        ? below.map((point) => `mount -o remount,bind,ro ${quoted(`.${target}${point.slice(source.length)}`)} || :`)
        : [],
    ),
    'pivot_root . old',
    'umount -l /old',
    // bubblewrap does this by itself.
    `ip link set lo up ${request.needsProxyPort ? '' : '2>/dev/null '}|| :`,
    'echo 0 > /proc/sys/user/max_user_namespaces',
    'cd /app',
    'set +e',
    'PATH=$searchPath; unset searchPath OLDPWD',
    'set -- setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"',
    runLimited(request, { wayOut: true }),
  ].join('\n')
}

/** The root itself, read-only from the start: everything in it has been made. */
function rootLine(root: string, table: Mount[]): string {
  const flags = new Set([...lockedFlags(root, table), 'ro', 'nosuid', 'nodev'])
  return `${fstabField(root)} ${fstabField(root)} none ${['bind', ...flags].join(',')} 0 0\n`
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
