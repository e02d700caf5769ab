import {
  type Command,
  type ConfigureCommand,
  type ExecuteCommand,
  type ExecutionEvent,
  limits,
  type NarrowPolicyCommand,
  protocolVersionOldest,
  SignedCommand,
  SignedEnvelope,
} from '@postern/protocol'
import { createHash, type KeyObject, verify } from 'node:crypto'
import * as z from 'zod/mini'
import { parseJson } from '../home/parse-json.ts'
import type { HubClock } from '../hub-link/hub-clock.ts'
import { forgetAfter } from '../journal/forget-after.ts'
import type { Journal } from '../journal/journal.ts'
import type { ServerLog } from '../log/server-log.ts'
import type { AuditEntry, WriteAudit } from '../policy/local-audit.ts'
import type { PolicyInForce } from '../policy/policy-in-force.ts'
import type { Confinement } from '../sandbox/confinement.ts'
import { EndRequest } from './end-request.ts'
import { endedInQueue, type Executor } from './executor.ts'

export type GateParts = {
  serverXid: string
  /** Those that count now. */
  commandKeys: () => ReadonlyMap<string, KeyObject>
  publisherKeys: () => ReadonlyMap<string, KeyObject>
  policy: Pick<PolicyInForce, 'forbids'>
  confinement: Confinement
  clock: HubClock
  journal: Journal
  executor: Executor
  log: ServerLog
  audit: WriteAudit
  /** Also audits refusals. */
  tell: (event: Pick<ExecutionEvent, 'commandId' | 'executionId' | 'attempt' | 'event' | 'detail'>) => void
  onResult: () => void
  /** A command about the server's settings, with why it is refused, and the time by the hub's clock. */
  onConfigure: (command: ConfigureCommand, refusal: string | undefined, now: number) => void
  onNarrowPolicy: (command: NarrowPolicyCommand, refusal: string | undefined, now: number) => void
  /** An attempt was taken: the hub should see the queue, and grant the lease of a pooled one. */
  onAccepted: (command: ExecuteCommand) => void
  /** The command's package is of a publisher that nobody here trusts; why it is refused, as a sentence for people. */
  onUnknownPublisher: (app: ExecuteCommand['app']) => string
}

/** Attempts queued, running and not delivered: a heartbeat names them all, and has 256 KB. */
const heldMax = 1000

/**
 * Every command passes here, and in this order: signature → shape → is it ours → seen before → time → policy → journal → acknowledged
 * → queued (D8, S16). What fails before "seen before" is only logged: nobody whose word counts has said it, so nothing it
 * names may be answered. What fails after it is answered with a refusal, which is journaled like any result.
 */
export class CommandGate {
  readonly #parts: GateParts

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  receive(payload: Buffer): void {
    const { log, serverXid, journal } = this.#parts
    const opened = openEnvelope(payload, this.#parts.commandKeys())
    if ('problem' in opened) return this.#throwAway(payload, opened.problem)
    const { command, body } = opened
    if (command.serverXid !== serverXid) {
      const { kind, commandId } = command
      const problem = `it is for environment server ${command.serverXid}, not for this one`
      return this.#throwAway(payload, problem, { kind, commandId })
    }
    if (command.kind === 'configure') {
      const now = this.#parts.clock.now()
      return this.#parts.onConfigure(command, this.#timeRefusalOf(command, now), now)
    }
    if (command.kind === 'narrow-policy') {
      const now = this.#parts.clock.now()
      return this.#parts.onNarrowPolicy(command, this.#timeRefusalOf(command, now), now)
    }
    if (journal.hasSeenCommand(command.commandId)) return this.#acknowledgeAgain(command)
    const now = this.#parts.clock.now()
    if (command.kind === 'cancel') return this.#cancel(command, body, now)
    // The hub sends a new command for the same attempt when the first was not acknowledged in time.
    if (journal.seenAttempt(command)) {
      journal.rememberCommand(command, forgetAfter(command, now))
      return this.#acknowledgeAgain(command)
    }
    if (journal.heldAttempts().length >= heldMax) {
      return log(
        'warn',
        `Execution ${command.executionId} is not taken: ${heldMax} attempts are held already. The hub will ask again.`,
      )
    }
    const refusal = this.#refusalOf(command, now)
    if (refusal) return this.#refuse(command, body, now, refusal)
    this.#accept(command, body, now)
  }

  #throwAway(payload: Buffer, problem: string, named: Pick<AuditEntry, 'kind' | 'commandId'> = {}): void {
    this.#parts.log('error', `A command was thrown away: ${problem}.`)
    const sha256 = createHash('sha256').update(payload).digest('hex')
    this.#parts.audit({ event: 'thrown-away', why: problem, ...named, sha256 })
  }

  #accept(command: ExecuteCommand, body: string, now: number): void {
    const { journal, executor, log, tell, onAccepted } = this.#parts
    journal.accept(command, body, new Date().toISOString(), forgetAfter(command, now))
    tell({ ...identityOf(command), event: 'accepted' })
    log('info', `Execution ${command.executionId}, attempt ${command.attempt}: accepted (${command.app.programName}).`)
    executor.endOlder(command)
    executor.add(command)
    onAccepted(command)
  }

  #refuse(command: ExecuteCommand, body: string, now: number, sentence: string): void {
    const { journal, log, tell, onResult } = this.#parts
    journal.acceptEnded(
      command,
      body,
      { ...endedInQueue(new EndRequest('cancelled', sentence)), outcome: 'refused' },
      forgetAfter(command, now),
    )
    log('warn', `Execution ${command.executionId}, attempt ${command.attempt}: refused. ${sentence}`)
    tell({ ...identityOf(command), event: 'refused', detail: sentence })
    onResult()
  }

  #cancel(command: Extract<Command, { kind: 'cancel' }>, body: string, now: number): void {
    const { journal, executor, tell, onResult, log, audit } = this.#parts
    const refusal = this.#timeRefusalOf(command, now)
    if (refusal) {
      audit({ event: 'refused', why: refusal, kind: command.kind, ...identityOf(command) })
      return log('warn', `A command to cancel execution ${command.executionId} was thrown away. ${refusal}`)
    }
    const request = new EndRequest('cancelled', command.reason)
    if (journal.seenAttempt(command)) {
      journal.rememberCommand(command, forgetAfter(command, now))
      executor.end(command, request)
    } else {
      // It overtook the command that it cancels: that one, when it comes, is never started.
      journal.acceptEnded(command, body, endedInQueue(request), forgetAfter(command, now))
      onResult()
    }
    log('info', `Execution ${command.executionId}, attempt ${command.attempt}: the hub has it ended. ${command.reason}`)
    tell({ ...identityOf(command), event: 'accepted' })
  }

  #acknowledgeAgain(command: Command): void {
    const held = this.#parts.journal.seenAttempt(command) === 'held'
    // The hub asks again for what it was not told of in time; once it has the result, it has no reason to.
    if (!held)
      this.#parts.audit({ event: 'repeated', why: 'It was done before.', kind: command.kind, ...identityOf(command) })
    this.#parts.tell({ ...identityOf(command), event: held ? 'accepted' : 'finished' })
  }

  #refusalOf(command: ExecuteCommand, now: number): string | undefined {
    const { journal, policy, confinement, publisherKeys, onUnknownPublisher } = this.#parts
    const timely = this.#timeRefusalOf(command, now)
    if (timely) return timely
    if (command.attempt < journal.latestAttempt(command.executionId)) {
      return 'A later attempt of this execution has been here already.'
    }
    if (!publisherKeys().has(command.app.packageSignature.keyId)) {
      return onUnknownPublisher(command.app)
    }
    return policy.forbids(command, confinement.tier)
  }

  /** D8: judged by the hub's time, as far as that can be believed. */
  #timeRefusalOf({ notBefore, notAfter }: SignedCommand, now: number): string | undefined {
    const { clock } = this.#parts
    if (!clock.isBelievable) {
      const minutes = Math.round(clock.offsetMs / 60_000)
      return `clock: this environment server's clock is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'behind' : 'ahead of'} the hub's. Set up time synchronisation on it.`
    }
    const begin = Date.parse(notBefore)
    const end = Date.parse(notAfter)
    if (end - begin > limits.commandLifeSecondsMax * 1000)
      return 'The command is valid for more than 24 hours, which no hub may ask for.'
    if (now < begin - limits.clockToleranceSeconds * 1000) return 'clock: the command is from the future.'
    if (now > end) return 'The command came after its time.'
    return undefined
  }
}

type Opened = { command: SignedCommand; body: string } | { problem: string }

function openEnvelope(payload: Buffer, commandKeys: ReadonlyMap<string, KeyObject>): Opened {
  if (payload.length > limits.messageBytesMax) return { problem: 'it is too large' }
  const envelope = z.safeParse(SignedEnvelope, parseJson(payload.toString('utf8')))
  if (!envelope.success) return { problem: 'it is not a signed envelope' }
  const { keyId, body, signature } = envelope.data
  const key = commandKeys.get(keyId)
  if (!key)
    return {
      problem: `it was signed by key ${keyId}, which this server does not trust; if the hub rotated its keys while this server was off: ./postern-envsvr policy show`,
    }
  if (!verify(null, Buffer.from(body, 'utf8'), key, Buffer.from(signature, 'base64')))
    return { problem: 'its signature is wrong' }
  const command = z.safeParse(SignedCommand, parseJson(body))
  if (!command.success)
    return { problem: 'it is signed, but not a command that this release knows; update the environment server' }
  if (command.data.protocolVersion < protocolVersionOldest) return { problem: 'its protocol is too old' }
  return { command: command.data, body }
}

function identityOf({ commandId, executionId, attempt }: Command) {
  return { commandId, executionId, attempt }
}
