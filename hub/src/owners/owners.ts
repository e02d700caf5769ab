import { escapeTerminal, nearestName } from '@postern/intel'
import type { ChangeOwner, CreateOwner, Owner, OwnerDetail } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
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
    return pageOf(rows, limit)
  }

  /** One owner with what it has in the library; a large library is counted for a bounded time, then estimated. */
  async detail({ organizationId }: PersonCaller, ownerId: string): Promise<OwnerDetail> {
    const store = new OwnerStore(this.#db)
    const owner = found(await store.find(organizationId, ownerId), 'owner')
    return { ...owner, ...(await store.counts(ownerId, countMsMax)) }
  }

  async create(caller: PersonCaller, wanted: CreateOwner, address?: string): Promise<Owner> {
    const name = wanted.name.trim()
    if (name === '') throw new Problem('invalid', 'name: an owner needs more than blanks for a name.')
    if (escapeTerminal(name) !== name)
      throw new Problem(
        'invalid',
        `name: an owner's name is one line of what can be seen, and this one is ${escapeTerminal(name)}.`,
      )
    return this.#db.transaction().execute(async (trx) => {
      const store = new OwnerStore(trx)
      await refuseTwin(store, caller.organizationId, name)
      const owner = await store.create(caller.organizationId, {
        name,
        kind: wanted.kind ?? 'Source',
        statusDefault: wanted.statusDefault ?? 'Active',
      })
      if (owner === undefined)
        throw new Problem('conflict', `There is an owner named ${wanted.name} already; names are unique in the hub.`)
      await this.#audit.record(
        trx,
        caller,
        'owner.create',
        `owner ${owner.id}`,
        { name: owner.name, kind: owner.kind, statusDefault: owner.statusDefault },
        address,
      )
      return owner
    })
  }

  /** A status by default is that of what comes from now on; what was asserted keeps its own. */
  async change(caller: PersonCaller, ownerId: string, wanted: ChangeOwner, address?: string): Promise<Owner> {
    return this.#db.transaction().execute(async (trx) => {
      const owner = found(await new OwnerStore(trx).change(caller.organizationId, ownerId, wanted), 'owner')
      await this.#audit.record(trx, caller, 'owner.change', `owner ${ownerId}`, { ...wanted }, address)
      return owner
    })
  }

  /**
   * The owner of this name, if the caller may write in its name: an execution only its job's owner, a reader only those of TAXII
   * collections that it may write to, people any of their organization. To machines an unknown owner and one of others sound alike;
   * people see all owners of their organization anyway.
   */
  async writable(caller: Caller, name: string): Promise<Owner> {
    if (caller.kind === 'stranger' || caller.kind === 'environment-server') {
      throw new Problem('forbidden', 'Only people, executions and readers with a right to it write to the library.')
    }
    const store = new OwnerStore(this.#db)
    const owner = await store.findByName(caller.organizationId, name)
    if (owner === undefined && 'role' in caller)
      throw new Problem('not-found', await noOwner(store, caller.organizationId, name))
    if (owner === undefined || !(await isOwn(store, caller, owner.id))) {
      throw noRightTo(name)
    }
    if (owner.removalStartedAt !== null) throw beingRemoved()
    return owner
  }
}

/** What people read as one name would be two owners. Those that there are already stay. */
async function refuseTwin(store: OwnerStore, organizationId: string, name: string): Promise<void> {
  const twin = await store.lockedTwin(organizationId, name)
  if (twin === undefined) return
  throw new Problem(
    'conflict',
    `There is an owner named ${twin} already; names that differ in case alone are one. Name that one, or choose another name.`,
  )
}

async function noOwner(store: OwnerStore, organizationId: string, name: string): Promise<string> {
  const owners = await store.page(organizationId, undefined, undefined, nearNamesMax)
  const names = owners.map((owner) => owner.name)
  const near = nearestName(name, names)
  return near === undefined
    ? `There is no owner ${name}. Make it first, or name one that there is.`
    : `There is no owner ${name}; did you mean ${near}?`
}

/** Names of owners among which one that was mistyped is looked for. */
const nearNamesMax = 1000

/** How long an owner's indicators are counted, in milliseconds. */
const countMsMax = 3000

export function noRightTo(ownerName: string): Problem {
  return new Problem('forbidden', `You have no right to create indicators and groups in the owner ${ownerName}.`)
}

export function beingRemoved(): Problem {
  return new Problem('conflict', 'This owner is being removed; nothing is written in its name any more.')
}

async function isOwn(store: OwnerStore, caller: Caller, ownerId: string): Promise<boolean> {
  if (caller.kind === 'execution') return caller.ownerId === ownerId
  return caller.kind !== 'reader' || (await store.mayReaderWrite(caller.readerId, ownerId))
}
