import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tried } from './tried.ts'

/** Changes its own program, the interpreter and the system for whoever comes next, and looks for a way to more rights. */
await tried('change its program', () => appendFileSync('/app/vandal.ts', 'x'))
await tried('add a module', () => writeFileSync('/app/node_modules', 'x'))
await tried('open its program by its mode', () => chmodSync('/app/vandal.ts', 0o777))
await tried('move its program', () => renameSync('/app/vandal.ts', '/app/other.ts'))
await tried('change the interpreter', () => writeFileSync('/run/postern/bin/node', 'x'))
await tried('change the hub’s certificate', () => writeFileSync('/run/postern/hub-ca.pem', 'x'))
await tried('replace the guard’s socket', () => rmSync('/run/postern/egress.sock'))
await tried('change the system', () => writeFileSync('/usr/bin/evil', 'x'))
await tried('change its account', () => appendFileSync('/etc/passwd', 'root2::0:0::/:/bin/sh\n'))
await tried('have a core dump handler', () => writeFileSync('/proc/sys/kernel/core_pattern', '|/tmp/evil'))
for (const [command = '', ...argv] of [
  ['mount', '-o', 'remount,rw', '/app'],
  ['mount', '-o', 'remount,rw', '/usr'],
  ['umount', '-l', '/app'],
  ['mount', '-t', 'tmpfs', 'x', '/tmp'],
  ['unshare', '--user', '--map-root-user', 'true'],
  ['unshare', '--mount', 'true'],
  ['nsenter', '--target', '1', '--mount', 'true'],
  ['chroot', '/', 'true'],
  ['mknod', '/tmp/disk', 'b', '8', '0'],
  ['chown', '1:1', '/tmp'],
  ['sysctl', '-w', 'kernel.hostname=evil'],
  ['prlimit', '--fsize=unlimited', '--', 'true'],
  ['renice', '-n', '-10', '-p', '1'],
]) {
  await tried([command, ...argv].join(' '), () => {
    const { status, error } = spawnSync(command, argv, { env: { PATH: '/usr/bin:/usr/sbin:/bin:/sbin' } })
    if (error) throw error
    if (status !== 0) throw new Error(`status ${status}`)
  })
}
