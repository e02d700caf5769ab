import type { Pool } from 'pg'
import type { PreparedBatch } from '../content/prepared-batch.ts'

/** Names that a hub remembers as registered. */
const knownMax = 50_000

const statements = {
  tag: 'insert into tag (name) select name from unnest($1::text[]) name order by name on conflict do nothing',
  security_label:
    'insert into security_label (name) select name from unnest($1::text[]) name order by name on conflict do nothing',
} as const

/**
 * Gives every tag and label that a batch names its row, before the batch's own transaction: batches of several owners
 * often bring the same new tag, and would otherwise wait for each other to their ends. A name too many does no harm.
 */
export class NameRegister {
  readonly #pool: Pool
  readonly #known = { tag: new Set<string>(), security_label: new Set<string>() }

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async add(batch: PreparedBatch): Promise<void> {
    await this.#register('tag', batch.tagNames)
    await this.#register('security_label', batch.labelNames)
  }

  async #register(table: 'tag' | 'security_label', names: readonly string[]): Promise<void> {
    const known = this.#known[table]
    const unknown = names.filter((name) => !known.has(name))
    if (unknown.length === 0) return
    await this.#pool.query(statements[table], [unknown])
    if (known.size + unknown.length > knownMax) known.clear()
    for (const name of unknown) known.add(name)
  }
}
