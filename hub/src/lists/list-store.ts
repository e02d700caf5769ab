import { type FirewallList, type ListFormat, paths } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { tlpMaxOfNumber } from '../lib/tlp-max.ts'
import { networksOf } from '../readers/networks.ts'
import { retire } from './consider-lists.ts'

export type StoredFirewallList = Omit<FirewallList, 'url' | 'tlpMax' | 'servedSince'> & {
  tlpMax: number
  servedSince: Date | null
  servedTextId: string | null
  heldTextId: string | null
}

/** What people say of a list. */
export type FirewallListWords = {
  name: string
  collectionId: string
  format: ListFormat
  indicatorTypes: string[] | null
  tlpMax: number
  valuesMax: number | null
  shrinkPercentMax: number
  ipv4PrefixMin: number
  ipv6PrefixMin: number
  isPublic: boolean
  openNetworks: string[]
}

/** What a request for a list is answered from. */
export type ServedList = {
  id: string
  organizationId: string
  format: ListFormat
  isPublic: boolean
  openNetworks: string[]
  /** The version that the guard holds back, if it does. */
  heldVersion: number | null
  text: {
    id: string
    count: number
    leftOut: Record<string, number>
    bytes: number
    gzipBytes: number
    sha256: string
    madeAt: string
    version: number
  } | null
}

/** Lists as people set them up, within one organization. */
export class FirewallListStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async page(organizationId: string, after: string | undefined, limit: number): Promise<StoredFirewallList[]> {
    return await this.#rows(sql`l.organization_id = ${organizationId} and l.id > ${after ?? '0'}`, limit)
  }

  async find(organizationId: string, id: string): Promise<StoredFirewallList | undefined> {
    return (await this.#rows(sql`l.organization_id = ${organizationId} and l.id = ${id}`, 1))[0]
  }

  /** Keeps whoever else would change it, and the writer, from doing so before this transaction ends. */
  async findLocked(organizationId: string, id: string): Promise<StoredFirewallList | undefined> {
    await sql`select id from firewall_list where id = ${id} and organization_id = ${organizationId} for update`.execute(
      this.#db,
    )
    return await this.find(organizationId, id)
  }

  async #rows(condition: RawBuilder<unknown>, limit: number): Promise<StoredFirewallList[]> {
    const { rows } = await sql<StoredFirewallList>`
      select l.id, l.name, l.collection_id as "collectionId", c.name as "collectionName", l.format,
        l.indicator_types as "indicatorTypes", l.tlp_max as "tlpMax", l.values_max as "valuesMax",
        l.shrink_percent_max as "shrinkPercentMax", l.ipv4_prefix_min as "ipv4PrefixMin", l.ipv6_prefix_min as "ipv6PrefixMin", l.is_public as "isPublic", l.open_networks::text[] as "openNetworks",
        coalesce(l.served_version, 0) as "servedVersion", coalesce(l.served_count, 0)::float8 as "servedCount",
        l.served_since as "servedSince", coalesce(t.left_out, '{}') as "leftOut",
        case when l.held_version is not null then jsonb_build_object('version', l.held_version, 'reason', l.held_reason) end as held,
        l.served_text_id as "servedTextId", l.held_text_id as "heldTextId"
      from firewall_list l join collection c on c.id = l.collection_id left join list_text t on t.id = l.served_text_id
      where ${condition} order by l.id limit ${limit}`.execute(this.#db)
    return rows
  }

  /** @returns undefined where the name is taken, by whomever */
  async insert(organizationId: string, words: FirewallListWords): Promise<string | undefined> {
    const { rows } = await sql<{ id: string }>`
      insert into firewall_list (organization_id, name, collection_id, format, indicator_types, tlp_max, values_max,
        shrink_percent_max, ipv4_prefix_min, ipv6_prefix_min, is_public, open_networks)
      values (${organizationId}, ${words.name}, ${words.collectionId}, ${words.format}, ${words.indicatorTypes}, ${words.tlpMax},
        ${words.valuesMax}, ${words.shrinkPercentMax}, ${words.ipv4PrefixMin}, ${words.ipv6PrefixMin}, ${words.isPublic}, ${networksOf(words.openNetworks)})
      on conflict do nothing returning id`.execute(this.#db)
    return rows[0]?.id
  }

  /** @returns whether the name was free */
  async change(id: string, words: FirewallListWords, now: Date): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update firewall_list set name = ${words.name}, collection_id = ${words.collectionId}, format = ${words.format},
        indicator_types = ${words.indicatorTypes}, tlp_max = ${words.tlpMax}, values_max = ${words.valuesMax},
        shrink_percent_max = ${words.shrinkPercentMax}, ipv4_prefix_min = ${words.ipv4PrefixMin},
        ipv6_prefix_min = ${words.ipv6PrefixMin}, is_public = ${words.isPublic},
        open_networks = ${networksOf(words.openNetworks)}, changed_at = ${now}
      where id = ${id} and not exists (select 1 from firewall_list o where o.name = ${words.name} and o.id <> ${id})`.execute(
      this.#db,
    )
    return numAffectedRows === 1n
  }

  /** The collection's version is looked at again. @param isOther whether what is served may not be served any more */
  async considerAnew(row: StoredFirewallList, isOther: boolean, now: Date): Promise<void> {
    await retire(this.#db, row.heldTextId, now)
    if (isOther) await retire(this.#db, row.servedTextId, now)
    const served = isOther
      ? sql`, served_version = null, served_count = null, served_since = null, served_text_id = null`
      : sql``
    await sql`
      update firewall_list set considered_version = 0, considered_at = null, held_version = null, held_reason = null,
        held_text_id = null ${served}
      where id = ${row.id}`.execute(this.#db)
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('firewall_list').where('id', '=', id).execute()
  }

  async served(name: string): Promise<ServedList | undefined> {
    const { rows } = await sql<ServedList>`
      select l.id, l.organization_id as "organizationId", l.format, l.is_public as "isPublic",
        l.open_networks::text[] as "openNetworks", l.held_version as "heldVersion",
        case when t.id is not null then jsonb_build_object('id', t.id::text, 'count', t.value_count, 'leftOut', t.left_out,
          'bytes', t.byte_count, 'gzipBytes', t.gzip_byte_count, 'sha256', encode(t.sha256, 'hex'), 'madeAt', l.served_since,
          'version', l.served_version) end as text
      from firewall_list l left join list_text t on t.id = l.served_text_id where l.name = ${name}`.execute(this.#db)
    return rows[0]
  }
}

export function firewallListToApi(row: StoredFirewallList, base: string): FirewallList {
  const { tlpMax, servedSince, servedTextId: _served, heldTextId: _held, ...rest } = row
  return {
    ...rest,
    url: `${base}${paths.list(row.name)}`,
    tlpMax: tlpMaxOfNumber(tlpMax),
    servedSince: servedSince?.toISOString() ?? null,
  }
}
