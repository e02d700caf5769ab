import { Rehearsal, rehearsalXid, runCommand, type Said, waitFor } from '@postern/dev/environment-server'
import type { AppPackage, CommandChanges, SigningKey } from '@postern/dev/fake-hub'
import type { ExecuteCommand, RotatedPurpose, SignedCommand } from '@postern/protocol'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { AuditEntry } from '../local-audit.ts'

const lists = { command: 'commandKeys', publisher: 'publisherKeys', release: 'releaseKeys' } as const

/** Packages of tests say no kind, so that is what an honest hub says of them. */
export function honest(changes: CommandChanges): CommandChanges {
  return { ...changes, app: { kind: 'tcex', ...changes.app } }
}

/** For tests: a server whose hub is in bad hands, what is sent to it, and what it wrote of that into its local audit. */
export class BadHub {
  readonly rehearsal: Rehearsal
  /** An app that may run. */
  readonly good: AppPackage

  private constructor(rehearsal: Rehearsal, good: AppPackage) {
    this.rehearsal = rehearsal
    this.good = good
  }

  static async start(policy: object = {}): Promise<BadHub> {
    const rehearsal = await Rehearsal.start({ policy })
    return new BadHub(rehearsal, await rehearsal.app('process.exit(0)'))
  }

  get policyFile(): string {
    return join(this.rehearsal.server.home, '.postern-envsvr', 'policy.json')
  }

  audited(): AuditEntry[] {
    const file = join(this.rehearsal.server.home, '.postern-envsvr', 'logs', 'audit.log')
    if (!existsSync(file)) return []
    expect(statSync(file).mode & 0o077).toBe(0)
    // What follows the last end of a line is being written.
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditEntry)
  }

  /** Waits for a line of the local audit, new or not. */
  async hears(event: AuditEntry['event'], why: RegExp): Promise<void> {
    const isThere = () => this.audited().some((each) => each.event === event && why.test(each.why))
    await waitFor(isThere, `the audit to say ${event} ${why}`, () => this.rehearsal.server.text)
  }

  /** Sends it, and waits for the line that says why it was not done. */
  async expectAudited(payload: string, event: AuditEntry['event'], why: RegExp): Promise<void> {
    const { hub, server } = this.rehearsal
    const before = this.audited().length
    // Events and results come by different ways: what has a result may still have its start told.
    const ended = new Set(hub.results.map(({ executionId }) => executionId))
    const starts = () => hub.events.filter((each) => each.event === 'running' && !ended.has(each.executionId))
    const startsBefore = starts()
    await hub.sendRaw(rehearsalXid, payload)
    await waitFor(
      () => this.audited().length > before,
      `the audit to say ${why}`,
      () => server.text,
    )
    expect(this.audited().slice(before)).toMatchObject([{ event, why: expect.stringMatching(why) }])
    expect(starts()).toEqual(startsBefore)
  }

  signed(command: SignedCommand): string {
    return JSON.stringify(this.rehearsal.hub.envelope(command))
  }

  execute(changes: CommandChanges = {}, app = this.good): ExecuteCommand {
    return this.rehearsal.hub.executeCommand(rehearsalXid, app, honest(changes))
  }

  run(changes: CommandChanges = {}, app = this.good) {
    return this.rehearsal.run(app, honest(changes))
  }

  /** Runs it by a command that this key signed. */
  async resultBy(key: SigningKey, changes: CommandChanges = {}, app = this.good) {
    const command = this.execute(changes, app)
    await this.rehearsal.hub.sendRaw(rehearsalXid, JSON.stringify(this.rehearsal.hub.envelope(command, key)))
    return (await this.rehearsal.resultOf(command.executionId)).result
  }

  /** By the hub's clock. */
  away(seconds: number): string {
    return new Date(this.rehearsal.hub.now() + seconds * 1000).toISOString()
  }

  policy(...argv: string[]): Promise<Said> {
    return runCommand(this.rehearsal.server.home, ['policy', ...argv])
  }

  reload(): Promise<Said> {
    return runCommand(this.rehearsal.server.home, ['reload'])
  }

  /** Waits for what the server says that it trusts. */
  async trusts(purpose: RotatedPurpose, ...keys: SigningKey[]): Promise<void> {
    const ids = keys.map(({ keyId }) => keyId).join()
    await waitFor(
      () => this.rehearsal.hub.settingsReports.at(-1)?.[lists[purpose]]?.join() === ids,
      `the server to trust ${ids}`,
      () => this.rehearsal.server.text,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rehearsal[Symbol.asyncDispose]()
  }
}
