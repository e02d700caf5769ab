import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { callHub, ensureJob, ensureOwner, installPackage, sendToHub, unzip } from '@postern/cli'
import { Environment, Execution, ExecutionDetail, executionEndStates, paths } from '@postern/protocol'
import { expect, test } from 'vitest'
import { EnvironmentServerProcess, makeHome } from '../environment-server/environment-server-process.ts'
import { Line } from '../environment-server/line.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { poolApp } from './pool-app.ts'

/** A lease's life, the take-over time, and the starts of three programs. */
const storyMs = 150_000

type Member = { serverXid: string; process: EnvironmentServerProcess; lines: Line[] }

test(
  'ES-24: a server is cut from the hub and not from the appliance: another one takes over within the time, and never do two runs touch the appliance',
  { timeout: storyMs },
  async () => {
    await using stack = new AsyncDisposableStack()
    const system = stack.use(await startTestSystem())
    const { target } = system.hub
    const appliance = stack.use(new Appliance())
    const address = await appliance.listen()
    const environment = await callHub(target, paths.environments, Environment, { json: { name: 'Pool' } })
    const members = await Promise.all([1, 2].map(() => joinPool(system, environment, address, stack)))
    await online(system, environment, 2)
    const app = await installPackage(target, await poolApp())
    const job = await ensureJob(target, app, environment, {
      name: 'Holds on',
      owner: (await ensureOwner(target, 'Pool')).name,
      parameters: { appliance: address },
    })
    const { id } = await callHub(target, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })
    const first = await waitFor(() => appliance.runs[0], 'the first run to reach the appliance')
    const running = await callHub(target, paths.execution(id), ExecutionDetail)
    const cut = members.find(({ serverXid }) => serverXid === running.attempts[0]?.serverXid)
    if (cut === undefined) throw new Error('the first attempt is on no server of the pool')

    for (const line of cut.lines) line.swallow()
    const cutAt = performance.now()
    const second = await waitFor(
      () => appliance.runs[1],
      'the second run to reach the appliance',
      () => members.map(({ process }) => process.text).join('\n---\n'),
      60_000,
    )
    // Its own server had killed it, by its own clock, before the hub gave the execution to another one.
    expect(first.lastHeardAt).toBeLessThan(second.firstHeardAt)
    expect(first.lastHeardAt - cutAt).toBeGreaterThan(0)
    for (const line of cut.lines) line.mend()
    await waitFor(
      () => cut.process.text.split('Connected to ').length > 2,
      'the cut server to come back',
      () => cut.process.text,
      60_000,
    )
    appliance.letGo()
    const ended = await waitFor(async () => {
      const seen = await callHub(target, paths.execution(id), ExecutionDetail)
      return executionEndStates.some((state) => state === seen.state) && seen
    }, 'the execution to end')
    expect(ended).toMatchObject({ state: 'succeeded' })
    expect(ended.attempts.map(({ state, serverXid }) => [state, serverXid === cut.serverXid])).toEqual([
      ['lost', true],
      ['finished', false],
    ])
    expect(appliance.runs).toHaveLength(2)
    expect(first.lastHeardAt).toBeLessThan(second.firstHeardAt)
  },
)

/** Takes a server of its own into the pool, whose way to the hub can be cut. */
async function joinPool(
  system: TestSystem,
  environment: Environment,
  allowed: string,
  stack: AsyncDisposableStack,
): Promise<Member> {
  const folder = makeHome()
  const { bytes } = await sendToHub(system.hub.target, paths.environmentDownloads(environment.id), {
    json: { kind: 'bundle', serverName: `Member ${randomUUID().slice(0, 8)}`, withoutRuntime: true },
  })
  await unzip(bytes, folder)
  const home = join(folder, 'postern-envsvr')
  const file = join(home, '.postern-envsvr/settings.json')
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { serverXid: string; apiURL: string; brokerPort: number }
  const api = stack.use(await Line.to(Number(new URL(settings.apiURL).port)))
  const broker = stack.use(await Line.to(settings.brokerPort))
  const ours = { ...settings, apiURL: `https://localhost:${api.port}`, brokerPort: broker.port }
  writeFileSync(file, JSON.stringify(ours))
  writeFileSync(join(home, '.postern-envsvr/policy.json'), JSON.stringify({ egress: { allow: [allowed] } }))
  const process = new EnvironmentServerProcess(home)
  stack.defer(async () => await process.stop())
  await process.startConnected()
  return { serverXid: settings.serverXid, process, lines: [api, broker] }
}

async function online(system: TestSystem, { id }: Environment, count: number): Promise<void> {
  await waitFor(async () => {
    const { servers } = await callHub(system.hub.target, paths.environment(id), Environment)
    return servers.filter(({ lastHeartbeatAt }) => lastHeartbeatAt !== null).length === count
  }, 'the pool to be heard')
}

type Run = { id: string; firstHeardAt: number; lastHeardAt: number }

/** What the apps act upon: it hears which run speaks, and when. */
class Appliance implements AsyncDisposable {
  readonly runs: Run[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (data: Buffer) => {
      for (const id of data.toString().split('\n').filter(Boolean)) this.#hear(id)
    })
  })

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  letGo(): void {
    for (const socket of this.#sockets) socket.write('done\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #hear(id: string): void {
    const now = performance.now()
    const known = this.runs.find((run) => run.id === id)
    if (known === undefined) this.runs.push({ id, firstHeardAt: now, lastHeardAt: now })
    else known.lastHeardAt = now
  }
}
