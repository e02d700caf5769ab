import type { CreateOwner, Owner } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { OwnerStore } from './owner-store.ts'

/** Who asserts things, and who may write in whose name (D22). */
export class Owners {
  readonly #db: DatabaseConnection['db']
  readonly #audit: Audit

  constructor({ db, audit }: { db: DatabaseConnection['db']; audit: Audit }) {
    this.#db = db
    this.#audit = audit
  }

  async list(
    caller: Caller,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<{ data: Owner[]; next?: string }> {
    if (caller.kind === 'stranger' || caller.kind === 'environment-server' || caller.kind === 'reader')
      return { data: [] }
    const readable = caller.kind === 'execution' ? caller.readableOwnerIds : undefined
    const rows = await new OwnerStore(this.#db).page(caller.organizationId, readable, cursor, limit + 1)
    const data = rows.slice(0, limit)
    const last = data.at(-1)
    return { data, ...(rows.length > limit && last !== undefined ? { next: last.id } : {}) }
  }

  async create(caller: PersonCaller, wanted: CreateOwner, address?: string): Promise<Owner> {
    const name = wanted.name.trim()
    if (name === '') throw new Problem('invalid', 'name: an owner needs more than blanks for a name.')
    return this.#db.transaction().execute(async (trx) => {
      const owner = await new OwnerStore(trx).create(caller.organizationId, name, wanted.kind ?? 'Source')
      if (owner === undefined)
        throw new Problem('conflict', `There is an owner named ${wanted.name} already; names are unique in the hub.`)
      await this.#audit.record(
        trx,
        caller,
        'owner.create',
        `owner ${owner.id}`,
        { name: owner.name, kind: owner.kind },
        address,
      )
      return owner
    })
  }

  /**
   * The owner of this name, if the caller may write in its name: an execution only its job's owner, people any of their
   * organization. An unknown owner and one of others sound alike.
   */
  async writable(caller: Caller, name: string): Promise<Owner> {
    if (caller.kind === 'stranger' || caller.kind === 'environment-server' || caller.kind === 'reader') {
      throw new Problem('forbidden', 'Only people and executions write to the library.')
    }
    const owner = await new OwnerStore(this.#db).findByName(caller.organizationId, name)
    const isOwn = caller.kind !== 'execution' || owner?.id === caller.ownerId
    if (owner === undefined || !isOwn) {
      throw new Problem('forbidden', `You have no right to create indicators and groups in the owner ${name}.`)
    }
    return owner
  }
}
