import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { patienceMs } from './wait-for.ts'

const lookAgainMs = 20
const setupScript = fileURLToPath(new URL('../../../environment-server/bundle/setup-sandbox.sh', import.meta.url))

/** Real users of this machine with names of their own, as setup-sandbox.sh makes them. They are gone when it is disposed of. Needs root. */
export class SandboxUsers implements Disposable {
  readonly service: string
  readonly sandbox: string
  readonly #homes: string[] = []

  constructor(name = `pt${process.pid}${Math.floor(Math.random() * 1000)}`) {
    this.service = `${name}s`
    this.sandbox = `${name}a`
  }

  /** Runs the script on a home folder. Returns what it said; throws that where it fails. */
  setUp(home: string, ...more: string[]): string {
    this.#homes.push(home)
    return this.#run('--home', home, '--executors', '2', ...more)
  }

  undo(home: string): string {
    return this.#run('--home', home, '--undo')
  }

  /** The user of the environment server, once there is one. */
  get user(): { uid: number; gid: number } {
    return { uid: idOf(this.service, 'uid'), gid: idOf(this.service, 'gid') }
  }

  [Symbol.dispose](): void {
    for (let number = 1; entryOf(`${this.sandbox}-${number}`); number += 1) endProcessesOf(`${this.sandbox}-${number}`)
    endProcessesOf(this.service)
    for (const home of this.#homes.slice(0, 1)) this.undo(home)
    if (entryOf(this.service)) execFileSync('userdel', ['--remove', this.service], { stdio: 'ignore' })
  }

  #run(...argv: string[]): string {
    const words = ['--user', this.service, '--sandbox-user', this.sandbox, ...argv]
    const { status, stdout, stderr } = spawnSync(setupScript, words, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`setup-sandbox.sh ended with code ${status}: ${stderr}`)
    return stdout + stderr
  }
}

/** A user that still runs something cannot be removed; what was told to end takes a moment for it. */
function endProcessesOf(name: string): void {
  if (!entryOf(name)) return
  const uid = idOf(name, 'uid')
  const user = [`--reuid=${uid}`, `--regid=${idOf(name, 'gid')}`, '--clear-groups']
  execFileSync('setpriv', [...user, 'sh', '-c', 'kill -KILL -1 2>/dev/null || :'], { stdio: 'ignore' })
  const end = Date.now() + patienceMs
  while (runsAnything(uid)) {
    if (Date.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain for the processes of ${name} to end`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookAgainMs)
  }
}

function runsAnything(uid: number): boolean {
  return readdirSync('/proc').some(
    (pid) => /^[0-9]+$/.test(pid) && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid,
  )
}

export function entryOf(name: string): string[] | undefined {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name)
}

export function idOf(name: string, which: 'uid' | 'gid'): number {
  const entry = entryOf(name)
  if (!entry) throw new Error(`there is no user ${name}`)
  return Number(entry[which === 'uid' ? 2 : 3])
}
