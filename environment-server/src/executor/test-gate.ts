import type { ExecuteCommand } from '@postern/protocol'
import { createPublicKey } from 'node:crypto'
import * as z from 'zod/mini'
import { HubClock } from '../hub-link/hub-clock.ts'
import { ConfigureJournal } from '../journal/configure-journal.ts'
import { openJournalDatabase } from '../journal/journal-database.ts'
import { Journal } from '../journal/journal.ts'
import { ResultBox } from '../journal/result-box.ts'
import type { AuditEntry } from '../policy/local-audit.ts'
import { LocalPolicy } from '../policy/local-policy.ts'
import { PolicyInForce } from '../policy/policy-in-force.ts'
import { PolicyJournal } from '../policy/policy-journal.ts'
import { PolicyNarrower } from '../policy/policy-narrower.ts'
import { refuseUnknownPublisher } from '../policy/unknown-publisher.ts'
import { CommandGate, type GateParts } from './command-gate.ts'

/** What came through a gate, and what it said about that. */
export type GateRecord = {
  /** Executions that would run, and words about others. */
  executed: string[]
  told: string[]
  logged: string[]
  audited?: AuditEntry[]
}

/** Public keys, as a hub for tests has them. */
type HubKeys = Record<'commandKey' | 'publisherKey', { keyId: string; publicKey: string }>

/** A gate with a journal in memory and with nothing behind it: it writes into the record what it lets through. */
export function openTestGate(hub: HubKeys, serverXid: string, record: GateRecord, policy: unknown = {}): CommandGate {
  const { executed, told, logged, audited } = record
  const database = openJournalDatabase(':memory:')
  const policies = new PolicyJournal(database)
  const log: GateParts['log'] = (_level, text) => void logged.push(text)
  const audit: GateParts['audit'] = (entry) => void audited?.push(entry)
  const configures = new ConfigureJournal(database)
  const narrower = new PolicyNarrower({ policies, configures, log, audit, onAnswer() {} })
  const file = z.parse(LocalPolicy, policy)
  return new CommandGate({
    serverXid,
    commandKeys: () => new Map([[hub.commandKey.keyId, createPublicKey(hub.commandKey.publicKey)]]),
    publisherKeys: () => new Map([[hub.publisherKey.keyId, createPublicKey(hub.publisherKey.publicKey)]]),
    policy: new PolicyInForce(() => file, policies),
    confinement: { tier: 'isolated' } as GateParts['confinement'],
    clock: new HubClock(),
    journal: new Journal(database, new ResultBox('a key of the keychain')),
    // What comes behind the gate is not asked here: only whether something came.
    executor: {
      add: ({ executionId }: ExecuteCommand) => void executed.push(executionId),
      end: ({ executionId }: ExecuteCommand) => void executed.push(`end ${executionId}`),
      endOlder() {},
    } as unknown as GateParts['executor'],
    log,
    audit,
    tell: ({ event }) => void told.push(event),
    onResult() {},
    onAccepted() {},
    onConfigure: ({ settings }, refusal) =>
      void executed.push(`configure ${Object.keys(settings).join()} ${refusal ?? ''}`),
    onNarrowPolicy: (command, refusal, now) => narrower.take(command, refusal, now),
    onUnknownPublisher: (app) => refuseUnknownPublisher(policies, { revoked: [] }, app),
  })
}
