import { randomUUID } from 'node:crypto'
import {
  type AppKind,
  type CancelCommand,
  type ExecuteCommand,
  type ExecutionLimits,
  type InstallJson,
  limits,
  type PosternJson,
  protocolVersion,
  type SealedBox,
  type SignedCommand,
  type SignedEnvelope,
} from '@postern/protocol'
import type { GivenSignature } from '../apps/package-signature.ts'
import type { Db } from '../database/database.ts'
import { commandKeyFor } from '../keys/command-key.ts'
import type { Keys } from '../keys/keys.ts'

export type CommandFor = { serverXid: string; executionId: string; attempt: number }

export type AppFacts = {
  programName: string
  kind: AppKind
  programVersion: string
  packageSha256: string
  packageBytes: number
  install: InstallJson
  postern: PosternJson | undefined
}

/** Bounds of an attempt whose app names none. */
const defaultLimits = { memoryBytesMax: 512 * 1024 * 1024, processesMax: 64, logBytesMax: 50 * 1024 * 1024 }

/** D10: feeds, exports and alerts are repeatable by ledger, plan and cursor; anything else must say so. */
export function isRepeatable(kind: AppKind, postern: PosternJson | undefined): boolean {
  return postern?.repeatable ?? (kind === 'feed' || kind === 'export' || kind === 'alerts')
}

export function executionLimits(postern: PosternJson | undefined, remainingSeconds: number): ExecutionLimits {
  const asked = postern?.limits
  return {
    timeoutSeconds: Math.max(1, Math.min(asked?.timeoutSeconds ?? Number.MAX_SAFE_INTEGER, remainingSeconds)),
    memoryBytesMax:
      asked?.memoryMegabytesMax === undefined ? defaultLimits.memoryBytesMax : asked.memoryMegabytesMax * 1024 * 1024,
    processesMax: asked?.processesMax ?? defaultLimits.processesMax,
    logBytesMax: defaultLimits.logBytesMax,
    ...(asked?.cpuSecondsMax !== undefined && { cpuSecondsMax: asked.cpuSecondsMax }),
  }
}

export function executeCommand(given: {
  for: CommandFor
  placement: 'pooled' | 'pinned'
  app: AppFacts & GivenSignature
  egress: string[]
  sealed: SealedBox
  now: Date
  deadline: Date
}): ExecuteCommand {
  const { app, now, deadline } = given
  const { install } = app
  return {
    kind: 'execute',
    ...header(given.for, now, deadline),
    placement: given.placement,
    app: {
      programName: app.programName,
      programVersion: app.programVersion,
      kind: app.kind,
      repeatable: isRepeatable(app.kind, app.postern),
      programLanguage: languageOf(install.programLanguage),
      programMain: install.programMain,
      ...(install.languageVersion === undefined ? {} : { languageVersion: install.languageVersion }),
      packageSha256: app.packageSha256,
      packageBytes: app.packageBytes,
      packageSignature: { keyId: app.publisherKeyId, signature: app.signature.toString('base64') },
      ...(app.publisherKey === null ? {} : { publisherKey: app.publisherKey }),
    },
    egress: given.egress,
    limits: executionLimits(app.postern, Math.ceil((deadline.getTime() - now.getTime()) / 1000)),
    sealed: given.sealed,
  }
}

/** A cancellation lives as long as a command may: it must still be good when a server comes back. */
export function cancelCommand(commandFor: CommandFor, reason: string, now: Date): CancelCommand {
  const end = new Date(now.getTime() + limits.commandLifeSecondsMax * 1000)
  return { kind: 'cancel', ...header(commandFor, now, end), reason: reason.slice(0, 500) }
}

/** D8: what is signed is the bytes of the body. @param db the transaction that somebody is in */
export async function signCommand(keys: Keys, command: SignedCommand, db?: Db): Promise<SignedEnvelope> {
  const body = JSON.stringify(command)
  const { keyId, signature } = await keys.signBy(
    await commandKeyFor(keys, command, db),
    'command',
    Buffer.from(body),
    db,
  )
  return { v: 1, keyId, body, signature: signature.toString('base64') }
}

function header({ serverXid, executionId, attempt }: CommandFor, now: Date, end: Date) {
  const life = limits.commandLifeSecondsMax * 1000
  return {
    protocolVersion,
    commandId: randomUUID(),
    serverXid,
    executionId,
    attempt,
    notBefore: now.toISOString(),
    notAfter: new Date(Math.min(end.getTime(), now.getTime() + life)).toISOString(),
  }
}

/** T17: written in lower case in the wild. Anything else was refused at install. */
function languageOf(programLanguage: string): 'NODE' | 'PYTHON' | 'JAVA' {
  const language = programLanguage.toUpperCase()
  if (language === 'NODE' || language === 'PYTHON' || language === 'JAVA') return language
  throw new Error(`no environment server runs ${programLanguage} apps`)
}
