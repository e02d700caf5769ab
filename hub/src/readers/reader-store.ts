import type { Reader, ReaderGrants } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { runPrepared } from '../database/prepared.ts'
import { networksOf } from './networks.ts'
import type { ReaderCertificate } from './reader-certificate.ts'

/** What a request is judged by. */
export type ReaderCredential = {
  id: string
  organization_id: string
  name: string
  username: string | null
  password_hash: string | null
  networks: string[]
  /** Whether its last use was noted more than a minute ago, or never. */
  stale: boolean
}

export type NewReader = {
  organizationId: string
  name: string
  username: string | null
  passwordHash: string | null
  tokenSha256: Buffer | null
  certificate: ReaderCertificate | null
  networks: string[]
  createdBy: string
}

export type ReaderChange = {
  networks?: string[] | undefined
  isEnabled?: boolean | undefined
  certificate?: ReaderCertificate | undefined
}

type ReaderRow = {
  id: string
  name: string
  username: string | null
  hasToken: boolean
  certificate: Buffer | null
  networks: string[]
  lists: Reader['lists']
  taxiiCollections: Reader['taxiiCollections']
  created_at: Date
  last_used_at: Date | null
  disabled_at: Date | null
}

/** A client that reads page after page is looked up once in this time. */
const recentMs = 1000
const recentMax = 10_000

/** Whose a credential is. */
export class ReaderCredentialStore {
  readonly #connection: Pick<DatabaseConnection, 'db' | 'pool'>
  readonly #recent = new Map<string, { reader: ReaderCredential; until: number }>()

  constructor(connection: Pick<DatabaseConnection, 'db' | 'pool'>) {
    this.#connection = connection
  }

  byUsername(username: string, now: Date): Promise<ReaderCredential | undefined> {
    return this.#enabled('username', username, now)
  }

  byToken(sha256: Buffer, now: Date): Promise<ReaderCredential | undefined> {
    return this.#enabled('token_sha256', sha256, now)
  }

  byCertificate(sha256: Buffer, now: Date): Promise<ReaderCredential | undefined> {
    return this.#enabled('certificate_sha256', sha256, now)
  }

  /** What was changed here holds from the next request on; what another hub changed, within a second. */
  forget(): void {
    this.#recent.clear()
  }

  async #enabled(
    column: 'username' | 'token_sha256' | 'certificate_sha256',
    value: string | Buffer,
    now: Date,
  ): Promise<ReaderCredential | undefined> {
    const key = `${column} ${value.toString('base64')}`
    const known = this.#recent.get(key)
    if (known !== undefined && known.until > now.getTime()) return known.reader
    const [reader] = await runPrepared(
      this.#connection,
      sql<ReaderCredential>`
        select id, organization_id, name, username, password_hash, networks::text[] as networks,
          coalesce(last_used_at < ${now}::timestamptz - interval '1 minute', true) as stale
        from reader where ${sql.ref(column)} = ${value} and disabled_at is null`,
    )
    if (reader === undefined || reader.stale) return reader
    if (this.#recent.size >= recentMax) this.#recent.clear()
    this.#recent.set(key, { reader, until: now.getTime() + recentMs })
    return reader
  }

  async markUsed(readerId: string, now: Date): Promise<void> {
    await this.#connection.db.updateTable('reader').set({ last_used_at: now }).where('id', '=', readerId).execute()
  }
}

/** The SQL of readers and of what they are granted. */
export class ReaderStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Undefined where the name is taken in the organization, or the certificate in the hub. */
  async insert(reader: NewReader): Promise<string | undefined> {
    const { rows } = await sql<{ id: string }>`
      insert into reader (organization_id, name, username, password_hash, token_sha256, certificate_sha256,
        certificate_pem, networks, created_by)
      values (${reader.organizationId}, ${reader.name}, ${reader.username}, ${reader.passwordHash}, ${reader.tokenSha256},
        ${reader.certificate?.sha256 ?? null}, ${reader.certificate?.pem ?? null}, ${networksOf(reader.networks)}, ${reader.createdBy})
      on conflict do nothing returning id`.execute(this.#db)
    return rows[0]?.id
  }

  /** @returns whether there is such a reader */
  async change(
    organizationId: string,
    readerId: string,
    { networks, isEnabled, certificate }: ReaderChange,
    now: Date,
  ): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update reader set
        certificate_sha256 = ${certificate === undefined ? sql`certificate_sha256` : certificate.sha256},
        certificate_pem = ${certificate === undefined ? sql`certificate_pem` : certificate.pem},
        networks = ${networks === undefined ? sql`networks` : networksOf(networks)},
        disabled_at = ${isEnabled === undefined ? sql`disabled_at` : isEnabled ? null : sql`coalesce(disabled_at, ${now})`}
      where id = ${readerId} and organization_id = ${organizationId}`.execute(this.#db)
    return numAffectedRows === 1n
  }

  async remove(organizationId: string, readerId: string): Promise<string | undefined> {
    const row = await this.#db
      .deleteFrom('reader')
      .where('id', '=', readerId)
      .where('organization_id', '=', organizationId)
      .returning('name')
      .executeTakeFirst()
    return row?.name
  }

  /** Replaces the grants that are named. @returns what was granted that the organization does not have */
  async grant(organizationId: string, readerId: string, grants: ReaderGrants): Promise<string[]> {
    return [
      ...(await this.#grantLists(organizationId, readerId, grants.lists)),
      ...(await this.#grantTaxiiCollections(organizationId, readerId, grants.taxiiCollections)),
    ]
  }

  async #grantLists(organizationId: string, readerId: string, lists: ReaderGrants['lists']): Promise<string[]> {
    if (lists === undefined) return []
    await this.#db.deleteFrom('reader_list').where('reader_id', '=', readerId).execute()
    const { rows } = await sql<{ id: string }>`
      insert into reader_list (reader_id, list_id)
      select ${readerId}, id from firewall_list
      where organization_id = ${organizationId} and id::text = any(${[...lists]}::text[])
      returning list_id::text as id`.execute(this.#db)
    const granted = new Set(rows.map(({ id }) => id))
    return lists.filter((id) => !granted.has(id)).map((id) => `list ${id}`)
  }

  async #grantTaxiiCollections(
    organizationId: string,
    readerId: string,
    collections: ReaderGrants['taxiiCollections'],
  ): Promise<string[]> {
    if (collections === undefined) return []
    await this.#db.deleteFrom('reader_taxii_collection').where('reader_id', '=', readerId).execute()
    const { rows } = await sql<{ id: string }>`
      insert into reader_taxii_collection (reader_id, taxii_collection_id, can_read, can_write)
      select ${readerId}, c.id, bool_or(w.can_read), bool_or(w.can_write)
      from jsonb_to_recordset(${JSON.stringify(
        collections.map(({ id, canRead, canWrite }) => ({ id, can_read: canRead, can_write: canWrite })),
      )}::jsonb) as w(id uuid, can_read boolean, can_write boolean)
      join taxii_collection c on c.id = w.id
      join taxii_root r on r.id = c.root_id and r.organization_id = ${organizationId}
      group by c.id
      returning taxii_collection_id as id`.execute(this.#db)
    const granted = new Set(rows.map(({ id }) => id))
    return collections.filter(({ id }) => !granted.has(id.toLowerCase())).map(({ id }) => `TAXII collection ${id}`)
  }

  async mayReadList(readerId: string, listId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('reader_list')
      .select('list_id')
      .where('reader_id', '=', readerId)
      .where('list_id', '=', listId)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Of all organizations: one port is everybody's. In the order in which the readers were made. */
  async certificatePems(): Promise<{ id: string; pem: string | null }[]> {
    const { rows } = await sql<{ id: string; pem: string | null }>`
      select id, certificate_pem as pem from reader
      where certificate_sha256 is not null and disabled_at is null order by id`.execute(this.#db)
    return rows
  }

  async isCertificateTaken(sha256: Buffer): Promise<boolean> {
    const { rows } = await sql`select 1 from reader where certificate_sha256 = ${sha256}`.execute(this.#db)
    return rows.length > 0
  }

  async find(organizationId: string, readerId: string): Promise<Reader | undefined> {
    return (await this.#select(sql`r.organization_id = ${organizationId} and r.id = ${readerId}`, 1))[0]
  }

  /** In the order in which they were made. */
  async page(organizationId: string, after: string | undefined, limit: number): Promise<Reader[]> {
    const from = after === undefined ? sql`` : sql`and r.id > ${after}`
    return await this.#select(sql`r.organization_id = ${organizationId} ${from}`, limit)
  }

  async #select(condition: ReturnType<typeof sql>, limit: number): Promise<Reader[]> {
    const { rows } = await sql<ReaderRow>`
      select r.id, r.name, r.username, r.token_sha256 is not null as "hasToken", r.certificate_sha256 as certificate,
        r.networks::text[] as networks, r.created_at, r.last_used_at, r.disabled_at,
        (select coalesce(jsonb_agg(jsonb_build_object('id', l.id::text, 'name', l.name) order by l.id), '[]')
          from reader_list g join firewall_list l on l.id = g.list_id where g.reader_id = r.id) as lists,
        (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'title', c.title, 'canRead', g.can_read, 'canWrite', g.can_write)
            order by c.created_at, c.id), '[]')
          from reader_taxii_collection g join taxii_collection c on c.id = g.taxii_collection_id
          where g.reader_id = r.id) as "taxiiCollections"
      from reader r where ${condition} order by r.id limit ${limit}`.execute(this.#db)
    return rows.map(toReader)
  }
}

function toReader(row: ReaderRow): Reader {
  return {
    id: row.id,
    name: row.name,
    username: row.username,
    hasToken: row.hasToken,
    certificateSha256: row.certificate?.toString('hex') ?? null,
    networks: row.networks,
    lists: row.lists,
    taxiiCollections: row.taxiiCollections,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    isEnabled: row.disabled_at === null,
  }
}
