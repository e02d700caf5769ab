import type { ExecutionEvent } from '@postern/protocol'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppPackage } from '../fake-hub/app-package.ts'
import { nodeApp } from '../fake-hub/app-package.ts'
import { type CommandChanges, FakeHub, type FakeHubOptions, type SeenResult } from '../fake-hub/fake-hub.ts'
import { EnvironmentServerProcess, makeHome, type ProcessOptions } from './environment-server-process.ts'
import { waitFor } from './wait-for.ts'

export const rehearsalXid = '1001'

const goFile = 'go'

/** An app of one file that says that it is up and stays until it is let go, and then ends with the exit code. */
export function untilLetGo(exitCode: number): string {
  return `import { existsSync } from 'node:fs'
    import { dirname, join } from 'node:path'
    const go = join(dirname(dirname(process.env.TC_APP_PARAM_FILE)), 'out', '${goFile}')
    setInterval(() => existsSync(go) && process.exit(${exitCode}), 20)
    console.log('up')`
}

export type RehearsalOptions = {
  settings?: Record<string, unknown> | ((hub: FakeHub) => Promise<Record<string, unknown>>)
  policy?: unknown
  hub?: FakeHubOptions
  process?: ProcessOptions
  /** Gets the home once the bundle is in it, before the server starts. */
  prepare?: (home: string) => void
  /** The folder that its home is made in. */
  below?: string
}

/** A fake hub and one environment server process, connected: what most tests of environment servers begin with. */
export class Rehearsal {
  readonly hub: FakeHub
  readonly server: EnvironmentServerProcess
  #apps = 0

  private constructor(hub: FakeHub, server: EnvironmentServerProcess) {
    this.hub = hub
    this.server = server
  }

  static async start({
    settings,
    policy,
    hub: hubOptions,
    process,
    prepare,
    below,
  }: RehearsalOptions = {}): Promise<Rehearsal> {
    const hub = await FakeHub.start(hubOptions)
    const home = makeHome(below)
    hub.writeBundle(home, rehearsalXid, typeof settings === 'function' ? await settings(hub) : settings)
    if (policy !== undefined) writeFileSync(join(home, '.postern-envsvr', 'policy.json'), JSON.stringify(policy))
    prepare?.(home)
    const rehearsal = new Rehearsal(hub, new EnvironmentServerProcess(home, process))
    try {
      await rehearsal.server.startConnected()
    } catch (error) {
      await rehearsal[Symbol.asyncDispose]()
      throw error
    }
    return rehearsal
  }

  /** Packages a Node app of one file and puts it into the hub's catalog. */
  async app(source: string): Promise<AppPackage> {
    this.#apps += 1
    return this.hub.addPackage(await nodeApp(`rehearsed_${this.#apps}_v1`, source, this.hub.publisherKey))
  }

  /** Commands an app to run; returns the execution's id at once. */
  async execute(source: string | AppPackage, changes: CommandChanges = {}): Promise<string> {
    const app = typeof source === 'string' ? await this.app(source) : source
    const command = this.hub.executeCommand(rehearsalXid, app, changes)
    await this.hub.send(command)
    return command.executionId
  }

  /** Runs an app to its end. */
  async run(source: string | AppPackage, changes: CommandChanges = {}): Promise<SeenResult['result']> {
    return (await this.resultOf(await this.execute(source, changes), changes.attempt)).result
  }

  /** Commands an execution to end. */
  async cancel(executionId: string, attempt = 1): Promise<void> {
    const now = this.hub.now()
    await this.hub.send({
      protocolVersion: 1,
      commandId: randomUUID(),
      serverXid: rehearsalXid,
      executionId,
      attempt,
      notBefore: new Date(now).toISOString(),
      notAfter: new Date(now + 600_000).toISOString(),
      kind: 'cancel',
      reason: 'The end.',
    })
  }

  /** Lets an app go on that stays until then, once it runs. */
  async letGo(executionId: string, attempt = 1): Promise<void> {
    await this.running(executionId, attempt)
    const folder = join(this.server.home, '.postern-envsvr/exchange/jobs', executionId, String(attempt), 'out')
    writeFileSync(join(folder, goFile), '')
  }

  resultOf(executionId: string, attempt = 1): Promise<SeenResult> {
    return waitFor(
      () => this.hub.result(executionId, attempt),
      `the result of ${executionId}`,
      () => this.server.text,
    )
  }

  /** The whole log of a finished attempt, as text lines. */
  async logOf(executionId: string, attempt = 1): Promise<string[]> {
    const { result } = await this.resultOf(executionId, attempt)
    const whole = () => this.hub.log(executionId, attempt).length >= result.logSeqLast
    await waitFor(whole, 'the log', () => this.server.text)
    return this.hub.log(executionId, attempt).map(({ text }) => text)
  }

  /** Waits until the attempt's app runs. */
  async running(executionId: string, attempt = 1): Promise<void> {
    await this.#hears('running', executionId, attempt)
  }

  /** Waits until the server has the attempt, in its queue or running. */
  async accepted(executionId: string, attempt = 1): Promise<void> {
    await this.#hears('accepted', executionId, attempt)
  }

  async #hears(event: ExecutionEvent['event'], executionId: string, attempt: number): Promise<void> {
    const isHeard = () =>
      this.hub.events.some(
        (each) => each.executionId === executionId && each.attempt === attempt && each.event === event,
      )
    await waitFor(isHeard, `${executionId} to be ${event}`, () => this.server.text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.hub[Symbol.asyncDispose]()
  }
}
