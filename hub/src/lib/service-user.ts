import { execFileSync } from 'node:child_process'

const name = 'postern'

/** Ids of the system user that everything runs as when root starts it (D11). Made if absent; needs root. */
export function serviceUser(): { uid: number; gid: number } {
  if (!exists()) {
    execFileSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/var/lib/postern',
      '--shell',
      '/usr/sbin/nologin',
      name,
    ])
  }
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function exists(): boolean {
  try {
    execFileSync('id', [name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
}
