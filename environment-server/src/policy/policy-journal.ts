import { type AppKind, type NarrowPolicyCommand, PolicyNarrowing } from '@postern/protocol'
import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod/mini'
import { inTransaction } from '../journal/journal-database.ts'
import { policyLimits } from './policy-limits.ts'

/** The same again within this time is no news: most commands write nothing. */
const useNotedEveryMs = 3_600_000

export type Narrowing = { commandId: string; narrowing: PolicyNarrowing; takenAt: string }

/** What `policy lock` writes down: everything of these that was let run. */
export type PolicyUse = { apps: string[]; versions: string[]; targets: string[]; directions: AppKind[] }

/** A key that came with a command and that nobody here trusts. */
export type OfferedPublisher = { fingerprint: string; publicKey: string; programName: string }

/** What the hub narrowed, what was let run, and whose packages were refused: beside the policy file, and never more than it (D36). */
export class PolicyJournal {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Oldest first. */
  narrowings(): Narrowing[] {
    const rows = this.#database
      .prepare('select command_id, narrowing, taken_at from policy_narrowing order by rowid')
      .all() as { command_id: string; narrowing: string; taken_at: string }[]
    return rows.map((row) => ({
      commandId: row.command_id,
      narrowing: z.parse(PolicyNarrowing, JSON.parse(row.narrowing)),
      takenAt: row.taken_at,
    }))
  }

  /** Keeps a narrowing together with what `answer` writes, or neither. */
  narrow({ commandId }: NarrowPolicyCommand, narrowing: PolicyNarrowing, answer: () => void): void {
    inTransaction(this.#database, () => {
      this.#database
        .prepare('insert or ignore into policy_narrowing (command_id, narrowing, taken_at) values (?, ?, ?)')
        .run(commandId, JSON.stringify(narrowing), new Date().toISOString())
      answer()
    })
  }

  /** For a person on the server alone. Returns how many there were. */
  clearNarrowings(): number {
    return Number(this.#database.prepare('delete from policy_narrowing').run().changes)
  }

  /** @param at epoch milliseconds */
  noteUse(use: PolicyUse, at: number): void {
    const note = this.#database.prepare(
      `insert into policy_use (kind, name, used_at) values (?, ?, ?) on conflict (kind, name)
       do update set used_at = excluded.used_at where used_at < excluded.used_at - ?`,
    )
    inTransaction(this.#database, () => {
      let added = 0
      for (const [kind, names] of Object.entries(use))
        for (const name of names) added += Number(note.run(kind, name, at, useNotedEveryMs).changes)
      if (added === 0) return
      this.#database
        .prepare(
          'delete from policy_use where rowid in (select rowid from policy_use order by used_at desc limit -1 offset ?)',
        )
        .run(policyLimits.usesMax)
    })
  }

  /** @param since epoch milliseconds */
  uses(since: number): PolicyUse {
    const rows = this.#database
      .prepare('select kind, name from policy_use where used_at >= ? order by kind, name')
      .all(since) as { kind: keyof PolicyUse; name: string }[]
    const named = (kind: keyof PolicyUse) => rows.filter((row) => row.kind === kind).map(({ name }) => name)
    return {
      apps: named('apps'),
      versions: named('versions'),
      targets: named('targets'),
      // Only kinds of apps were ever written there.
      directions: named('directions') as PolicyUse['directions'],
    }
  }

  /** Keeps the key of a publisher whose package was refused; of many, the newest. */
  offer({ fingerprint, publicKey, programName }: OfferedPublisher): void {
    this.#database
      .prepare('insert or replace into offered_publisher (fingerprint, public_key, program_name) values (?, ?, ?)')
      .run(fingerprint, publicKey, programName)
    this.#database
      .prepare(
        'delete from offered_publisher where rowid not in (select rowid from offered_publisher order by rowid desc limit ?)',
      )
      .run(policyLimits.offeredPublishersMax)
  }

  offered(): OfferedPublisher[] {
    return this.#database
      .prepare(
        'select fingerprint, public_key as "publicKey", program_name as "programName" from offered_publisher order by rowid',
      )
      .all() as OfferedPublisher[]
  }
}
