import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What an app sees of the system: programs, libraries and the CAs; nothing of a user, a service or its configuration. */
const rootNames = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']

const configuration = [
  'alternatives',
  'ca-certificates',
  'ca-certificates.conf',
  'crypto-policies',
  'java',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'pki',
  'ssl',
]

export type SystemFolders = {
  /** Bound read-only at their own paths. */
  bound: string[]
  /** Links at the root, such as `/bin` → `usr/bin`. */
  links: { path: string; to: string }[]
}

export function systemFolders(): SystemFolders {
  const bound = ['/usr']
  const links: SystemFolders['links'] = []
  for (const name of rootNames) {
    const path = join('/', name)
    if (!existsSync(path)) continue
    if (lstatSync(path).isSymbolicLink()) links.push({ path, to: readlinkSync(path) })
    else bound.push(path)
  }
  for (const name of configuration) if (existsSync(join('/etc', name))) bound.push(join('/etc', name))
  // Debian keeps what a JDK cannot start without in /etc/java-17-openjdk.
  bound.push(
    ...readdirSync('/etc')
      .filter((name) => /^java-[0-9]+-/.test(name))
      .map((name) => join('/etc', name)),
  )
  return { bound, links }
}

/** Made for each sandbox: the host's own lists of users and hosts are none of an app's business. */
export const ownFiles: readonly { path: string; content: string }[] = [
  { path: '/etc/passwd', content: 'app:x:0:0:app:/tmp:/usr/sbin/nologin' },
  { path: '/etc/group', content: 'app:x:0:' },
  { path: '/etc/hosts', content: '127.0.0.1 localhost' },
  { path: '/etc/nsswitch.conf', content: 'passwd: files\ngroup: files\nhosts: files' },
]

export const devices = ['null', 'zero', 'full', 'random', 'urandom']
