import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { Finding } from './check.ts'
import { largestApp, leastDiskMebibytes, leastMemoryMebibytes } from './least.ts'

const mebibyte = 1024 * 1024

/** Needed: what was measured (docs/operating/requirements.md). Wanted: the guide's minimum, for several apps at once. */
export const requirements = {
  cores: { needed: 1, wanted: 4 },
  memoryMebibytes: { needed: leastMemoryMebibytes, wanted: 4096 },
  diskMebibytes: { needed: leastDiskMebibytes, wanted: 10_240 },
} as const

export type Machine = {
  cores: number
  memoryMebibytes: number
  diskMebibytes: number
  /** Names of processes that filter this machine's own traffic. */
  firewalls: string[]
  selinux: 'enforcing' | 'permissive' | 'none'
}

export function machineFindings(folder: string, machine: Machine = thisMachine(folder)): Finding[] {
  return [
    amount('cores', machine.cores, requirements.cores, (count) => `${count} cores`),
    memory(machine.memoryMebibytes),
    amount('disk', machine.diskMebibytes, requirements.diskMebibytes, (size) => `${mebibytes(size)} free`),
    firewall(machine.firewalls),
    selinux(machine.selinux),
  ]
}

export function thisMachine(folder: string): Machine {
  const { bavail, bsize } = statfsSync(folder)
  return {
    cores: availableParallelism(),
    memoryMebibytes: Math.floor(totalmem() / mebibyte),
    diskMebibytes: Math.floor((bavail * bsize) / mebibyte),
    firewalls: localFirewalls(),
    selinux: selinuxMode(),
  }
}

/** With what it is judged by, where it is little: people then see which apps will do. */
function memory(has: number): Finding {
  const finding = amount('memory', has, requirements.memoryMebibytes, mebibytes)
  if (finding.state === 'good') return finding
  const { kind, server, app } = largestApp
  const measured = `With a ${kind} the server and the app took ${server + app} MB when that was measured, and the system needs its own.`
  return { ...finding, sentence: `${finding.sentence} ${measured}` }
}

function amount(
  name: string,
  has: number,
  { needed, wanted }: { needed: number; wanted: number },
  words: (amount: number) => string,
): Finding {
  if (has < needed) return { name, state: 'missing', sentence: `${words(has)}; at least ${words(needed)} is needed.` }
  // Memory that firmware and kernel keep for themselves makes 4 GB of a machine a little less.
  if (has < wanted * 0.9)
    return { name, state: 'advice', sentence: `${words(has)}; ${words(wanted)} is advised for several apps at once.` }
  return { name, state: 'good', sentence: `${words(has)}.` }
}

function firewall(found: string[]): Finding {
  if (found.length === 0) return { name: 'local firewall', state: 'good', sentence: 'none was found.' }
  return {
    name: 'local firewall',
    state: 'advice',
    sentence: `${found.join(' and ')} is active. It must let out connections to apiURL and to brokerHost:brokerPort; nothing has to be let in.`,
  }
}

function selinux(mode: Machine['selinux']): Finding {
  if (mode !== 'enforcing')
    return { name: 'SELinux', state: 'good', sentence: mode === 'none' ? 'not there.' : 'permissive.' }
  return {
    name: 'SELinux',
    state: 'advice',
    sentence:
      'enforcing. A service below /opt runs as unconfined_service_t; if an app is stopped, look with: ausearch -m AVC -ts recent',
  }
}

/** Rules themselves are for root to read; that somebody keeps rules shows in files that everyone may read. */
function localFirewalls(): string[] {
  return [
    ...(existsSync('/run/firewalld') || existsSync('/run/firewalld.pid') ? ['firewalld'] : []),
    ...(/^ENABLED=yes/m.test(textOf('/etc/ufw/ufw.conf')) ? ['ufw'] : []),
    ...(/^(?:ip|ip6)_?table_filter|^nf_tables /m.test(textOf('/proc/modules'))
      ? ['a packet filter of the kernel']
      : []),
  ]
}

function selinuxMode(): Machine['selinux'] {
  const enforce = textOf('/sys/fs/selinux/enforce').trim()
  return enforce === '1' ? 'enforcing' : enforce === '0' ? 'permissive' : 'none'
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not there, or not for us: then nothing can be said of it.
    return ''
  }
}

function mebibytes(size: number): string {
  return size >= 1024 ? `${Math.round((size / 1024) * 10) / 10} GB` : `${size} MB`
}
