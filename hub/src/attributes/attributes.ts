import {
  attributeKey,
  attributeLimits,
  type AttributeRule,
  AttributeRules,
  parseGroupType,
  parseIndicatorType,
  readAttributePattern,
} from '@postern/intel'
import type { AttributeType, WriteAttributeType } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import { contentTag, requireMatch } from '../http/if-match.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
import { AttributeStore } from './attribute-store.ts'

const { typesMax, nameLengthMax } = attributeLimits
/** Organizations whose rules a hub keeps compiled. */
const organizationsKeptMax = 100

/** The rules of an organization as they are at a revision, for whoever reads its batches. */
export type OrganizationRules = {
  organizationId: string
  revision: string
  rules: readonly AttributeRule[]
  compiled: AttributeRules
}

type Page = { cursor?: string | undefined; limit: number }

/** What attributes may hold (LIB-1), by organization. */
export class Attributes {
  readonly #db: DatabaseConnection['db']
  readonly #audit: Audit
  readonly #kept = new Map<string, OrganizationRules>()
  /** Names that are registered, by organization, as far as this hub has seen; only good for that revision. */
  readonly #known = new Map<string, { revision: string; keys: Set<string> }>()

  constructor({ db, audit }: { db: DatabaseConnection['db']; audit: Audit }) {
    this.#db = db
    this.#audit = audit
  }

  /** One small look-up a batch; the rules are read and compiled when they changed. */
  async rulesOf(organizationId: string): Promise<OrganizationRules> {
    const store = new AttributeStore(this.#db)
    const revision = await store.revision(organizationId)
    const kept = this.#kept.get(organizationId)
    if (kept?.revision === revision) return kept
    const rules = await store.rules(organizationId)
    const read = { organizationId, revision, rules, compiled: new AttributeRules(rules) }
    if (this.#kept.size >= organizationsKeptMax) this.#kept.clear()
    this.#kept.set(organizationId, read)
    return read
  }

  /** What a batch would leave out, and write the rest, a person is told of. @throws Problem `invalid` */
  async requirePermitted(
    { organizationId }: PersonCaller,
    on: Parameters<AttributeRules['whyNot']>[0],
    attributes: readonly { type: string; value: unknown }[] = [],
  ): Promise<void> {
    if (attributes.length === 0) return
    const { compiled } = await this.rulesOf(organizationId)
    for (const { type, value } of attributes) {
      const why = compiled.whyNot(on, type, String(value))
      if (why !== undefined) throw new Problem('invalid', `attributes: ${why}`)
    }
  }

  /** Gives names that a batch brought their rows, before the batch's own transaction, as with tags. */
  async register({ organizationId, revision }: OrganizationRules, names: readonly string[]): Promise<void> {
    let known = this.#known.get(organizationId)
    if (known?.revision !== revision) known = { revision, keys: new Set() }
    const { keys } = known
    const unknown = names.filter((name) => name.length <= nameLengthMax && !keys.has(attributeKey(name)))
    if (unknown.length === 0) return
    await new AttributeStore(this.#db).register(organizationId, unknown, typesMax)
    if (keys.size + unknown.length > typesMax) keys.clear()
    for (const name of unknown.slice(0, typesMax)) keys.add(attributeKey(name))
    if (this.#known.size >= organizationsKeptMax) this.#known.clear()
    this.#known.set(organizationId, known)
  }

  async list(
    { organizationId }: PersonCaller,
    { cursor, limit }: Page,
  ): Promise<{ data: AttributeType[]; next?: string }> {
    const store = new AttributeStore(this.#db)
    await store.revision(organizationId)
    const rows = await store.page(organizationId, cursor, limit + 1)
    return pageOf(rows, limit)
  }

  async create(caller: PersonCaller, wanted: WriteAttributeType, address?: string): Promise<AttributeType> {
    const checked = check(wanted)
    return this.#change(caller, 'attribute-type.create', checked, address, async (store) => {
      await store.revision(caller.organizationId)
      if ((await store.count(caller.organizationId)) >= typesMax)
        throw new Problem('conflict', `There are ${typesMax} attribute types already; delete one first.`)
      const made = await store.create(caller.organizationId, checked)
      if (made === undefined) throw taken(checked.name)
      return made
    })
  }

  async get({ organizationId }: PersonCaller, id: string): Promise<AttributeType> {
    return found(await new AttributeStore(this.#db).find(organizationId, id), 'attribute type')
  }

  /**
   * Rules hold for what batches bring from now on; what is written stays.
   * @param ifMatch tag of the attribute type that the caller read
   */
  async replace(
    caller: PersonCaller,
    id: string,
    wanted: WriteAttributeType,
    address?: string,
    ifMatch?: string,
  ): Promise<AttributeType> {
    await this.get(caller, id)
    const checked = check(wanted)
    return this.#change(caller, 'attribute-type.change', checked, address, async (store) => {
      const before = found(await store.findLocked(caller.organizationId, id), 'attribute type')
      requireMatch(ifMatch, tagOfAttributeType(before), 'the rules of this attribute type')
      try {
        return found(await store.replace(caller.organizationId, id, checked), 'attribute type')
      } catch (error) {
        if (failedBy(error, 'uniqueViolation')) throw taken(checked.name)
        throw error
      }
    })
  }

  async delete(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await this.#change(caller, 'attribute-type.delete', {}, address, async (store) =>
      found(await store.delete(caller.organizationId, id), 'attribute type'),
    )
  }

  async #change(
    caller: PersonCaller,
    action: string,
    detail: object,
    address: string | undefined,
    change: (store: AttributeStore) => Promise<AttributeType>,
  ): Promise<AttributeType> {
    return this.#db.transaction().execute(async (trx: Db) => {
      const store = new AttributeStore(trx)
      const changed = await change(store)
      await store.raiseRevision(caller.organizationId)
      await this.#audit.record(
        trx,
        caller,
        action,
        `attribute type ${changed.id}`,
        { name: changed.name, ...detail },
        address,
      )
      return changed
    })
  }
}

function taken(name: string): Problem {
  return new Problem('conflict', `There is an attribute type named ${name} already; case does not matter.`)
}

export function tagOfAttributeType(type: AttributeType): string {
  return contentTag(type)
}

/** What the schema cannot say. Names of types come in any case and are kept in ours. */
function check(wanted: WriteAttributeType): WriteAttributeType {
  const name = wanted.name.trim()
  if (name === '') throw new Problem('invalid', 'name: an attribute type needs more than blanks for a name.')
  if (wanted.pattern !== undefined) {
    const read = readAttributePattern(wanted.pattern)
    if (!read.ok) throw new Problem('invalid', `pattern: ${read.reason}`)
  }
  const { indicatorTypes, groupTypes } = wanted
  return {
    ...wanted,
    name,
    ...(indicatorTypes === undefined
      ? {}
      : { indicatorTypes: known('indicatorTypes', indicatorTypes, parseIndicatorType) }),
    ...(groupTypes === undefined ? {} : { groupTypes: known('groupTypes', groupTypes, parseGroupType) }),
  }
}

function known(field: string, names: readonly string[], parse: (name: string) => string | undefined): string[] {
  return [
    ...new Set(
      names.map((name) => {
        const type = parse(name)
        if (type === undefined) throw new Problem('invalid', `${field}: there is no type named ${name}.`)
        return type
      }),
    ),
  ]
}
