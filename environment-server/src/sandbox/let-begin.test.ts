import { giveAway, unprivilegedUser, waitFor } from '@postern/dev/environment-server'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { endScaffolds } from '../executor/end-processes.ts'
import { firstProcessIsBound } from './bubblewrap-confinement.ts'

const moduleOf = (name: string) => JSON.stringify(fileURLToPath(new URL(`${name}.ts`, import.meta.url)))

/** Starts an app as a server does, whose bubblewrap is slow, and stays. */
function serverProgram(slow: string, runFolder: string): string {
  return `
    import { spawn } from 'node:child_process'
    import { mkdtempSync } from 'node:fs'
    import { bubblewrapConfinement } from ${moduleOf('bubblewrap-confinement')}
    import { probeRequest } from ${moduleOf('choose-confinement')}
    import { letBegin } from ${moduleOf('let-begin')}
    const request = probeRequest(mkdtempSync(${JSON.stringify(`${runFolder}/`)}))
    const confinement = bubblewrapConfinement(${JSON.stringify(slow)})
    const ran = confinement.seenPaths(request).folders.out + '/ran'
    request.runtimeArguments = ['-e', 'fs.writeFileSync(process.argv[1], "")', ran]
    const { command, arguments: argv, folder } = confinement.launch(request)
    const options = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit', 'pipe'], detached: true }
    letBegin(spawn(command, argv, options))
    setInterval(() => undefined, 1000)`
}

/** A server that is starting an app: its bubblewrap waits to be let on. */
class StartingServer implements AsyncDisposable {
  readonly #folder = mkdtempSync('/tmp/postern-begin-')
  readonly #slow = join(this.#folder, 'slow-bwrap')
  readonly runFolder = join(this.#folder, 'run')
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>

  constructor() {
    chmodSync(this.#folder, 0o755)
    mkdirSync(this.runFolder)
    const script = '#!/bin/sh\n: >"$0.waits"\nread -r line <"$0.goes"\nbwrap "$@"\n: >"$0.ended"\n'
    writeFileSync(this.#slow, script, { mode: 0o755 })
    execFileSync('mkfifo', [`${this.#slow}.goes`])
    giveAway(this.#folder)
    this.#process = spawn(process.execPath, ['--input-type=module', '-e', serverProgram(this.#slow, this.runFolder)], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit'],
      ...unprivilegedUser(),
    })
    this.#ended = once(this.#process, 'exit')
  }

  async startsBubblewrap(): Promise<void> {
    await waitFor(() => existsSync(`${this.#slow}.waits`), 'bubblewrap to be started')
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  /** @returns whether the app began, once its scaffold has ended */
  async letOn(): Promise<boolean> {
    await writeFile(`${this.#slow}.goes`, '\n')
    await waitFor(() => existsSync(`${this.#slow}.ended`), 'the scaffold to end')
    const [work = ''] = readdirSync(this.runFolder)
    return existsSync(join(this.runFolder, work, 'out', 'ran'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const isInstalled = spawnSync('bwrap', ['--version']).status === 0

test.runIf(isInstalled)('D10: an app begins whose server lives', async () => {
  await using server = new StartingServer()
  await server.startsBubblewrap()
  expect(await server.letOn()).toBe(true)
})

test.runIf(isInstalled)(
  'D10: an app never begins whose server was killed before bubblewrap had bound itself to it',
  async () => {
    await using server = new StartingServer()
    await server.startsBubblewrap()
    await server.kill()
    expect(await server.letOn()).toBe(false)
  },
)

test.runIf(isInstalled)('D10: the next start ends what a server that was killed had hardly started', async () => {
  await using server = new StartingServer()
  await server.startsBubblewrap()
  await server.kill()
  expect(endScaffolds(`${server.runFolder}-of-another`)).toBe(0)
  expect(endScaffolds(server.runFolder)).toBe(1)
  await waitFor(() => endScaffolds(server.runFolder) === 0, 'the scaffold to end')
})

test('D10: an app is not begun, and not waited for without end, where nothing binds the first process of its namespace', () => {
  // Here the first process is the shell itself, which runs whenever it looks.
  const script = `${firstProcessIsBound(120)}; echo began`
  const ended = spawnSync('unshare', ['-r', '-p', '-f', '--mount-proc', '/bin/sh', '-c', script], { encoding: 'utf8' })
  expect(ended).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining('it was not begun') })
})
