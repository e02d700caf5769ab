import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fleetProcesses } from './config.ts'
import type { FleetFile } from './identity.ts'
import type { Tally } from './simulated-server.ts'

/** What a process of the fleet is told; `talks`: whether its servers send heartbeats from the first moment. */
export type Order =
  | { do: 'connect'; port: number; talks: boolean }
  | { do: 'disconnect' }
  | { do: 'telemetry'; on: boolean }

/** Longer than any storm. */
const waitMsMax = 300_000
const lookEveryMs = 20

/** Thousands of simulated environment servers in a few processes. */
export class Fleet implements AsyncDisposable {
  readonly size: number
  readonly #folder: string
  readonly #processes: ChildProcess[]
  readonly #tallies: Tally[] = []

  private constructor(size: number, folder: string, processes: ChildProcess[]) {
    this.size = size
    this.#folder = folder
    this.#processes = processes
    for (const [index, child] of processes.entries())
      child.on('message', (tally) => (this.#tallies[index] = tally as Tally))
  }

  static async start(file: FleetFile): Promise<Fleet> {
    const folder = mkdtempSync(join(tmpdir(), 'postern-fleet-'))
    const path = join(folder, 'identities.json')
    writeFileSync(path, JSON.stringify(file), { mode: 0o600 })
    const program = fileURLToPath(new URL('fleet-process.ts', import.meta.url))
    const processes = Array.from({ length: fleetProcesses }, (_, part) =>
      fork(program, [path, String(part), String(fleetProcesses)], { execArgv: [] }),
    )
    const fleet = new Fleet(file.identities.length, folder, processes)
    await Promise.all(processes.map((child) => once(child, 'message')))
    return fleet
  }

  get tally(): Tally {
    const sum = (name: keyof Tally) => this.#tallies.reduce((total, each) => total + each[name], 0)
    return {
      connected: sum('connected'),
      failed: sum('failed'),
      commands: sum('commands'),
      answers: sum('answers'),
      telemetry: sum('telemetry'),
    }
  }

  order(order: Order): void {
    for (const child of this.#processes) child.send(order)
  }

  /** All servers call at once. @returns how long it took, in seconds, until the last of them had its subscriptions */
  async connect(port: number, talks: boolean): Promise<number> {
    const before = performance.now()
    this.order({ do: 'connect', port, talks })
    await this.until(`${this.size} servers are connected`, ({ connected }) => connected === this.size)
    return (performance.now() - before) / 1000
  }

  async disconnect(): Promise<void> {
    this.order({ do: 'disconnect' })
    await this.until('all servers are gone', ({ connected }) => connected === 0)
  }

  async until(what: string, holds: (tally: Tally) => boolean): Promise<void> {
    const deadline = performance.now() + waitMsMax
    while (!holds(this.tally)) {
      if (performance.now() > deadline)
        throw new Error(`Waited ${waitMsMax / 1000} s until ${what}: ${JSON.stringify(this.tally)}`)
      await wait(lookEveryMs)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        const ended = once(child, 'exit')
        child.disconnect()
        await ended
      }),
    )
    rmSync(this.#folder, { recursive: true })
  }
}
