import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { type AppUser, shareWithUser } from './app-user.ts'
import { bubblewrapConfinement } from './bubblewrap-confinement.ts'
import type { Confinement, LaunchRequest } from './confinement.ts'
import { letBegin } from './let-begin.ts'
import { plainConfinement } from './plain-confinement.ts'
import { unshareConfinement } from './unshare-confinement.ts'
import { environmentInput, separateUserConfinement, userConfinement } from './user-confinement.ts'

const probeMsMax = 15_000
const outputCharactersMax = 4000

export type Choice = {
  confinement: Confinement
  failures: string[]
  /** Users that apps run as in it, one each; none where they run as the server's. */
  users: readonly AppUser[]
}

/**
 * The strongest confinement that works here, found by trying: distributions, containers and security modules forbid parts of it in
 * ways that no configuration file shows. `failures` says why better ones were not taken.
 */
export async function chooseConfinement(
  places: Places,
  candidates = candidatesFor(places.users?.[0]),
): Promise<Choice> {
  const failures: string[] = []
  for (const confinement of candidates) {
    const failure = await probe(confinement, places)
    if (failure === undefined) return { confinement, failures, users: confinement.asUser ? (places.users ?? []) : [] }
    failures.push(`${confinement.name}: ${failure}`)
  }
  return { confinement: plainConfinement(), failures, users: [] }
}

type Places = {
  /** What no app may see. */
  hidden: string
  /** Where the probe makes its folder; a user that apps run as must be able to come there. */
  runFolder: string
  /** Those that apps run as, where setup-sandbox.sh made them. */
  users?: readonly AppUser[]
}

/** S2: namespaces come before users, and both together before either. */
function candidatesFor(user: AppUser | undefined): Confinement[] {
  return user ? [...isolated().map(userConfinement), ...isolated(), separateUserConfinement()] : isolated()
}

function isolated(): Confinement[] {
  return [
    bubblewrapConfinement(),
    unshareConfinement({ diesWithServer: true }),
    unshareConfinement({ diesWithServer: false }),
  ]
}

/** What the probe app looks at, from inside. It prints one line of JSON. */
const probeProgram = `
const fs = require('node:fs')
const seen = (path) => { try { fs.readdirSync(path); return true } catch { return false } }
const interfaces = fs.readFileSync('/proc/net/dev', 'utf8').split('\\n').slice(2).map((line) => line.split(':')[0].trim())
const writable = (path) => { try { fs.writeFileSync(path, ''); return true } catch { return false } }
console.log(JSON.stringify({
  home: seen(process.argv[1]),
  processes: fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length,
  interfaces: interfaces.filter((name) => name !== '' && name !== 'lo'),
  root: writable('/probe') || writable('/app/probe'),
  out: writable(process.argv[2] + '/probe'),
  privileges: fs.readFileSync('/proc/self/status', 'utf8').match(/CapEff:\\s*(\\S+)/)[1],
}))`

/** Why the confinement is no good here; nothing if it holds what it promises. */
async function probe(
  confinement: Confinement,
  { hidden, runFolder, users: [first] = [] }: Places,
): Promise<string | undefined> {
  const user = confinement.asUser ? first : undefined
  const workFolder = mkdtempSync(join(runFolder, 'probe-'))
  try {
    const request = probeRequest(workFolder, user)
    const seen = confinement.seenPaths(request)
    request.runtimeArguments = ['-e', probeProgram, hidden, seen.folders.out]
    const output = await run(confinement, request)
    return judge(output, confinement)
  } catch (error) {
    return errorText(error)
  } finally {
    rmSync(workFolder, { recursive: true, force: true })
  }
}

export function probeRequest(workFolder: string, user?: AppUser): LaunchRequest & { runtimeArguments: string[] } {
  if (user) shareWithUser(workFolder, user, 0o750)
  const folder = (name: string, mode = 0o2770) => {
    const path = join(workFolder, name)
    mkdirSync(path)
    if (user) shareWithUser(path, user, mode)
    return path
  }
  const standIn = join(workFolder, 'stand-in')
  writeFileSync(standIn, '')
  chmodSync(standIn, 0o644)
  return {
    executionId: 'probe',
    attempt: 1,
    appFolder: folder('app', 0o750),
    folders: { in: folder('in'), out: folder('out'), log: folder('log'), temp: folder('tmp') },
    workFolder: folder('work'),
    runtime: process.execPath,
    runtimeFolders: [],
    runtimeArguments: [],
    egressSocket: standIn,
    certificatesFolder: folder('certificates', 0o750),
    needsProxyPort: false,
    processesMax: 16,
    diskBytesMax: 1024 * 1024,
    user,
  }
}

function run(confinement: Confinement, request: LaunchRequest): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const { command, arguments: argv, folder, environmentBy } = confinement.launch(request)
  const child = spawn(command, argv, {
    cwd: folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
    stdio: [environmentBy === 'input' ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    // Not the option timeout, whose timer goes on where there is no such program.
    signal: AbortSignal.timeout(probeMsMax),
    killSignal: 'SIGKILL',
  })
  child.stdin?.on('error', () => undefined)
  child.stdin?.write(environmentInput({}))
  let output = ''
  const keep = (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-outputCharactersMax))
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  // The report on what the probe used; unread, it would keep the pipe open.
  child.stdio[3]?.on('data', () => undefined)
  letBegin(child)
  child.once('error', (error) =>
    reject('code' in error && error.code === 'ENOENT' ? new Error('not installed') : error),
  )
  child.once('close', (code) =>
    code === 0 ? resolve(output) : reject(new Error(output.trim() || `ended with code ${code}`)),
  )
  return promise
}

function judge(output: string, { tier }: Confinement): string | undefined {
  const seen = JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
    home: boolean
    processes: number
    interfaces: string[]
    root: boolean
    out: boolean
    privileges: string
  }
  if (seen.home)
    return 'an app would see the folder of the environment server, which lies below a folder that apps need'
  // The confinement's own and the app: never those of the machine.
  if (tier === 'isolated' && seen.processes > 5) return 'an app would see the processes of the machine'
  if (tier === 'isolated' && seen.interfaces.length > 0)
    return `an app would have a network of its own (${seen.interfaces.join(', ')})`
  if (seen.root) return 'an app could write outside its folders'
  if (!seen.out) return 'an app could not write to its own folders'
  if (/[^0]/.test(seen.privileges)) return 'an app would keep privileges'
  return undefined
}

/** Loud where it must be: an operator who reads one line of the log should read this one. */
export function sayTier({ confinement, failures }: Choice, allowUnconfined: boolean, log: ServerLog): void {
  const why = failures.join('; ')
  if (confinement.tier === 'separate-user') {
    log(
      'warn',
      `Apps are kept apart by ${confinement.name} (tier separate-user), since namespaces do not work here (${why}). They share the machine's network, so hosts are not held (egress not enforced), and /tmp.`,
    )
  } else if (confinement.tier === 'isolated') {
    return log('info', `Apps are kept apart by ${confinement.name} (tier ${confinement.tier}).`)
  } else sayNone(why, allowUnconfined, log)
}

function sayNone(why: string, allowUnconfined: boolean, log: ServerLog): void {
  if (allowUnconfined) {
    log(
      'error',
      `APPS RUN UNCONFINED: this machine cannot keep them apart (${why}), and the local policy allows it. Every app can read everything that this user can.`,
    )
  } else {
    log(
      'error',
      `No app will run: this machine cannot keep apps apart (${why}). Install bubblewrap, allow user namespaces, or run setup-sandbox.sh.`,
    )
  }
}
