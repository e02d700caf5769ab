import { appendFileSync } from 'node:fs'
import type { HomeFolder } from '../home/home-folder.ts'
import { RotatedFile } from '../log/rotated-file.ts'
import { auditFileLimits } from './policy-limits.ts'

/** One thing that was asked of this server and not done, or that changed what it may do. */
export type AuditEntry = {
  /**
   * `thrown-away`: nobody whose word counts said it. `refused`: the hub said it, and it may not. `repeated`: it was done before.
   * `narrowed`: by the hub. `key-learned`, `key-missed`: a key of the hub that follows another one; `key-revoked`: one that others may have (D7). `locked`, `trusted`, `cleared`: by a person here.
   */
  event:
    | 'thrown-away'
    | 'refused'
    | 'repeated'
    | 'narrowed'
    | 'key-learned'
    | 'key-missed'
    | 'key-revoked'
    | 'locked'
    | 'trusted'
    | 'cleared'
  why: string
  kind?: string
  commandId?: string
  executionId?: string
  attempt?: number
  /** Of the bytes as they came, hexadecimal SHA-256. */
  sha256?: string
}

export type WriteAudit = (entry: AuditEntry) => void

const whyCharactersMax = 1000

/**
 * `logs/audit.log` (D36): one JSON object a line. The server only ever appends to it; the oldest of its parts goes when there are too
 * many, so that no hub can fill the disk with what it is refused.
 */
export class LocalAudit {
  readonly #file: RotatedFile

  constructor({ auditFile }: Pick<HomeFolder, 'auditFile'>) {
    this.#file = new RotatedFile(auditFile, auditFileLimits)
  }

  write(entry: AuditEntry): void {
    this.#file.write(lineOf(entry))
  }

  close(): void {
    this.#file.close()
  }
}

/** For commands that a person types beside the server, which alone begins new parts. */
export function appendToAudit({ auditFile }: Pick<HomeFolder, 'auditFile'>, entry: AuditEntry): void {
  appendFileSync(auditFile, lineOf(entry), { mode: 0o600 })
}

function lineOf({ event, why, ...named }: AuditEntry): string {
  return `${JSON.stringify({ at: new Date().toISOString(), event, why: why.slice(0, whyCharactersMax), ...named })}\n`
}
