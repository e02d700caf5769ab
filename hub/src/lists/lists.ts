import { type IndicatorType, listFormatFacts, prefixesMinDefault, readIndicatorTypeName } from '@postern/intel'
import type { ChangeFirewallList, CreateFirewallList, FirewallList, LeftOutValue, ListFormat } from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { Collections } from '../collections/collections.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pageOf } from '../lib/page.ts'
import { found, Problem } from '../lib/problem.ts'
import { tlpMaxNumber } from '../lib/tlp-max.ts'
import { isWithin, readNetworks, type Readers } from '../readers/readers.ts'
import { considerFirewallLists, forgetReplacedTexts, serveHeld } from './consider-lists.ts'
import { leftOutOfText } from './left-out-values.ts'
import { FirewallListStore, firewallListToApi, type FirewallListWords, type ServedList } from './list-store.ts'
import { TextStreams } from './text-streams.ts'

export type FirewallListsParts = {
  db: DatabaseConnection['db']
  pool: DatabaseConnection['pool']
  clock: Clock
  audit: Audit
  log: Log
  settings: { publicNames(): Promise<{ apiURL: string }> }
  collections: Collections
  readers: Pick<Readers, 'mayReadList'>
}

export type FirewallLists = ReturnType<typeof createFirewallLists>

const shrinkPercentDefault = 50

/** Lists that firewalls fetch (D27): their settings, their texts, and who may have them. */
export function createFirewallLists({
  db,
  pool,
  clock,
  audit,
  log,
  settings,
  collections,
  readers,
}: FirewallListsParts) {
  const store = new FirewallListStore(db)
  const baseUrl = async () => (await settings.publicNames()).apiURL

  async function create(caller: PersonCaller, wanted: CreateFirewallList, address?: string): Promise<FirewallList> {
    const words: FirewallListWords = {
      name: wanted.name,
      collectionId: await collectionIdOf(caller, wanted.collection),
      format: wanted.format,
      indicatorTypes: readTypes(wanted.indicatorTypes, wanted.format),
      tlpMax: tlpMaxNumber(wanted.tlpMax ?? 'AMBER'),
      valuesMax: wanted.valuesMax ?? null,
      shrinkPercentMax: wanted.shrinkPercentMax ?? shrinkPercentDefault,
      ipv4PrefixMin: wanted.ipv4PrefixMin ?? prefixesMinDefault.ipv4,
      ipv6PrefixMin: wanted.ipv6PrefixMin ?? prefixesMinDefault.ipv6,
      isPublic: wanted.isPublic ?? false,
      openNetworks: readNetworks('openNetworks', wanted.openNetworks ?? []),
    }
    const base = await baseUrl()
    return await db.transaction().execute(async (trx) => {
      const own = new FirewallListStore(trx)
      const id = (await own.insert(caller.organizationId, words)) ?? nameTaken(words.name)
      await audit.record(trx, caller, 'list.create', `list ${id}`, { ...words }, address)
      return firewallListToApi(found(await own.find(caller.organizationId, id), 'list'), base)
    })
  }

  /**
   * What decides on a list's values makes it a new list: nothing is served until it is written, within seconds, and the guard compares
   * with nothing, since a person wanted it so. A changed guard judges the newest version anew.
   */
  async function change(
    caller: PersonCaller,
    id: string,
    wanted: ChangeFirewallList,
    address?: string,
  ): Promise<FirewallList> {
    const collectionId = wanted.collection === undefined ? undefined : await collectionIdOf(caller, wanted.collection)
    const base = await baseUrl()
    return await db.transaction().execute(async (trx) => {
      const own = new FirewallListStore(trx)
      const row = found(await own.findLocked(caller.organizationId, id), 'list')
      const format = wanted.format ?? row.format
      const types = wanted.indicatorTypes === undefined ? row.indicatorTypes : wanted.indicatorTypes
      const words: FirewallListWords = {
        name: wanted.name ?? row.name,
        collectionId: collectionId ?? row.collectionId,
        format,
        indicatorTypes: readTypes(types ?? undefined, format),
        tlpMax: wanted.tlpMax === undefined ? row.tlpMax : tlpMaxNumber(wanted.tlpMax),
        valuesMax: wanted.valuesMax === undefined ? row.valuesMax : wanted.valuesMax,
        shrinkPercentMax: wanted.shrinkPercentMax ?? row.shrinkPercentMax,
        ipv4PrefixMin: wanted.ipv4PrefixMin ?? row.ipv4PrefixMin,
        ipv6PrefixMin: wanted.ipv6PrefixMin ?? row.ipv6PrefixMin,
        isPublic: wanted.isPublic ?? row.isPublic,
        openNetworks:
          wanted.openNetworks === undefined ? row.openNetworks : readNetworks('openNetworks', wanted.openNetworks),
      }
      if (!(await own.change(id, words, clock.now()))) nameTaken(words.name)
      const isOther =
        words.collectionId !== row.collectionId ||
        words.format !== row.format ||
        words.tlpMax !== row.tlpMax ||
        words.ipv4PrefixMin !== row.ipv4PrefixMin ||
        words.ipv6PrefixMin !== row.ipv6PrefixMin ||
        String(words.indicatorTypes) !== String(row.indicatorTypes)
      const isGuardedOtherwise = words.valuesMax !== row.valuesMax || words.shrinkPercentMax !== row.shrinkPercentMax
      if (isOther || isGuardedOtherwise) await own.considerAnew(row, isOther, clock.now())
      await audit.record(trx, caller, 'list.change', `list ${id}`, { ...wanted }, address)
      return firewallListToApi(found(await own.find(caller.organizationId, id), 'list'), base)
    })
  }

  async function remove(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const own = new FirewallListStore(trx)
      const { name } = found(await own.findLocked(caller.organizationId, id), 'list')
      await own.remove(id)
      await audit.record(trx, caller, 'list.delete', `list ${id}`, { name }, address)
    })
  }

  /** Serves the version that is held back, if it is still the one that the person saw. */
  async function release(caller: PersonCaller, id: string, version: number, address?: string): Promise<FirewallList> {
    const base = await baseUrl()
    return await db.transaction().execute(async (trx) => {
      const own = new FirewallListStore(trx)
      const row = found(await own.findLocked(caller.organizationId, id), 'list')
      const { held, heldTextId } = row
      if (held === null || heldTextId === null)
        throw new Problem('conflict', `List ${row.name} holds no version back; version ${row.servedVersion} is served.`)
      if (held.version !== version)
        throw new Problem('conflict', `List ${row.name} holds version ${held.version} back by now. Look at it again.`)
      const { count } = await serveHeld(trx, id, { textId: heldTextId, version }, clock)
      const detail = { name: row.name, version, count, reason: held.reason }
      await audit.record(trx, caller, 'list.release', `list ${id}`, detail, address)
      return firewallListToApi(found(await own.find(caller.organizationId, id), 'list'), base)
    })
  }

  async function collectionIdOf(caller: PersonCaller, name: string): Promise<string> {
    return found((await collections.list(caller, { name, limit: 1 })).data[0], 'data collection').id
  }

  /**
   * What is to be sent to this caller.
   * @throws Problem `unauthenticated` to who sent no credential, `not-found` to others, both alike for a list that is not there and one
   *   that the caller may not have (S12); `unavailable` where nothing can be served yet
   */
  async function fetch(
    caller: Caller,
    name: string,
    address: string,
  ): Promise<ServedList & { text: NonNullable<ServedList['text']> }> {
    const list = await store.served(name)
    if (list === undefined || !(await mayFetch(caller, list, address))) {
      if (caller.kind === 'stranger')
        throw new Problem(
          'unauthenticated',
          'Lists need a user name and password or a token; client certificates have a port of their own.',
        )
      throw new Problem('not-found', 'There is no list of this name, or you may not fetch it.')
    }
    if (list.text === null) throw new Problem('unavailable', whyNothingIsServed(name, list.heldVersion))
    return { ...list, text: list.text }
  }

  async function mayFetch(caller: Caller, list: ServedList, address: string): Promise<boolean> {
    if (list.isPublic || isWithin(list.openNetworks, address)) return true
    if (caller.kind === 'reader') return await readers.mayReadList(caller.readerId, list.id)
    // People who may read data collections, which every role may.
    return 'role' in caller && caller.organizationId === list.organizationId
  }

  return {
    create,
    change,
    remove,
    release,
    fetch,
    clock,
    streams: new TextStreams(pool),
    async list(caller: PersonCaller, after: string | undefined, limit: number) {
      const base = await baseUrl()
      const rows = await store.page(caller.organizationId, after, limit + 1)
      const { data, ...next } = pageOf(rows, limit)
      return { data: data.map((row) => firewallListToApi(row, base)), ...next }
    },
    async get(caller: PersonCaller, id: string): Promise<FirewallList> {
      return firewallListToApi(found(await store.find(caller.organizationId, id), 'list'), await baseUrl())
    },
    /** Values that what is served lacks; the first of each reason. */
    async leftOut(
      caller: PersonCaller,
      id: string,
      after: number,
      limit: number,
    ): Promise<{ data: LeftOutValue[]; next?: string }> {
      const { organizationId } = caller
      const { servedTextId: textId } = found(await store.find(organizationId, id), 'list')
      const rows = textId === null ? [] : await leftOutOfText(db, { organizationId, textId }, after, limit + 1)
      const { data, ...next } = pageOf(rows, limit, (row) => String(row.number))
      return { data: data.map(({ number: _number, ...value }) => value), ...next }
    },
    /** Writes what is due and forgets what nobody reads any more. @returns how many lists were written */
    async tick(): Promise<number> {
      const count = await considerFirewallLists({ db, clock, log })
      await forgetReplacedTexts(db, clock.now())
      return count
    },
  }
}

function readTypes(names: readonly string[] | undefined, format: ListFormat): string[] | null {
  if (names === undefined) return null
  const possible: readonly IndicatorType[] = listFormatFacts[format].types
  return names.map((name) => {
    const type = readIndicatorTypeName(name)
    if (type !== undefined && possible.includes(type)) return type
    throw new Problem('invalid', `The format ${format} cannot say ${name}; it takes ${possible.join(', ')}.`)
  })
}

function whyNothingIsServed(name: string, heldVersion: number | null): string {
  const why =
    heldVersion === null
      ? 'it is being written. Fetch it again in a minute.'
      : `the guard holds its version ${heldVersion} back until a person lets it go, with postern lists release ${name} or in the console; postern lists show ${name} says why.`
  return `Nothing of this list is served yet: ${why}`
}

function nameTaken(name: string): never {
  // It is part of an address, so that another organization may have it, of which nothing else is told.
  throw new Problem('conflict', `The name ${name} is taken. Choose another name.`)
}
