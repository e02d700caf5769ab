import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../environment-server/wait-for.ts'

export type TinyproxyOptions = {
  /** `user:password` that it asks for (Basic); nothing: it asks for none. */
  credentials?: string
  /** Ports that it connects to; none named: any. */
  connectPorts?: readonly number[]
}

/** A real HTTP proxy on the loopback, the distribution's tinyproxy, which names every request in its log. */
export class Tinyproxy implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #log: string

  private constructor(port: number, child: ChildProcess, folder: string, log: string) {
    this.port = port
    this.#child = child
    this.#folder = folder
    this.#log = log
  }

  static async start({ credentials, connectPorts = [] }: TinyproxyOptions = {}): Promise<Tinyproxy> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'tinyproxy-'))
    const log = join(folder, 'log')
    const configuration = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 600',
      'MaxClients 100',
      'LogLevel Connect',
      `LogFile "${log}"`,
      ...(credentials === undefined ? [] : [`BasicAuth ${credentials.replace(':', ' ')}`]),
      ...connectPorts.map((each) => `ConnectPort ${each}`),
    ]
    writeFileSync(join(folder, 'tinyproxy.conf'), `${configuration.join('\n')}\n`)
    writeFileSync(log, '')
    const child = spawn('tinyproxy', ['-d', '-c', join(folder, 'tinyproxy.conf')], { stdio: 'ignore' })
    child.on('error', () => {})
    const proxy = new Tinyproxy(port, child, folder, log)
    await waitFor(
      () => {
        if (child.pid === undefined || child.exitCode !== null)
          throw new Error('tinyproxy does not run here; as root, script/test installs it')
        return answers(port)
      },
      'tinyproxy to accept connections',
      () => proxy.#text,
    )
    return proxy
  }

  /** What it was asked for, in order, as `CONNECT host:port` or `GET http://…`. */
  get requests(): string[] {
    return [...this.#text.matchAll(/Request \(file descriptor \d+\): (\S+ \S+) HTTP/g)].map(
      ([, request = '']) => request,
    )
  }

  get #text(): string {
    return readFileSync(this.#log, 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    rmSync(this.#folder, { recursive: true })
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

/** Below those that the system gives away by itself, to anybody and at any moment. */
const ports = { from: 20_000, count: 10_000 } as const

/** Its configuration takes no 0. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.from + randomInt(ports.count)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
