import { randomBytes } from 'node:crypto'
import { paths } from '@postern/protocol'
import { Access } from '../access/access.ts'
import { authenticateHttps } from '../access/authenticate.ts'
import { Audit } from '../audit/audit.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { createServer, type Server } from '../http/server.ts'
import { createReaders, type Readers } from '../readers/readers.ts'
import { createStix, type Stix } from '../stix/stix.ts'
import { taxiiMediaType } from './media-type.ts'
import { removeByBatch } from './remove-from-owner.ts'
import { taxiiRoutes } from './routes.ts'
import { createTaxiiSettings } from './taxii-settings.ts'
import { createTaxii, type Taxii } from './taxii.ts'

export const testBase = 'https://hub.example.org'

export type TaxiiReply = {
  status: number
  headers: Record<string, string | undefined>
  text: string
  // Tests look into answers whose shape is what they test.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any
}

/** The TAXII server over a real library. Readers have tokens, which cost no hash. */
export type TestTaxii = {
  at: TestCollections
  server: Server
  readers: Readers
  taxii: Taxii
  stix: Stix
  root: string
  /** A data collection over TAXII, refreshed and numbered. */
  serve(
    tql: string,
    settings?: { alias?: string; tlpMax?: string },
  ): Promise<{ id: string; collectionId: string; url: string }>
  /** An owner over TAXII, to read and to write. */
  serveOwner(name: string, settings?: { tlpMax?: string }): Promise<{ id: string; ownerId: string; url: string }>
  /** Refreshes the data collection, as a batch and the clock do. */
  refresh(collectionId: string): Promise<void>
  /** @returns the Authorization header of a new reader */
  reader(...grants: { id: string; canRead?: boolean; canWrite?: boolean }[]): Promise<string>
  get(url: string, authorization: string, headers?: Record<string, string>): Promise<TaxiiReply>
  post(url: string, authorization: string, body: string | Buffer | object, contentType?: string): Promise<TaxiiReply>
  send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    headers: Record<string, string>,
    body?: string | Buffer,
  ): Promise<TaxiiReply>
  close(): Promise<void>
}

export async function createTestTaxii(): Promise<TestTaxii> {
  const at = await createTestCollections()
  const { database, clock, owners, batches, person } = at.library
  const audit = new Audit()
  const silent = () => {}
  const log = { error: silent, warn: silent, info: silent, debug: silent }
  const readers = createReaders({ ...database, audit, clock })
  const stix = createStix({ ...database, audit, batches, owners, collections: at.collections })
  const { importBundle } = stix
  const removeFromOwner = removeByBatch(batches)
  const taxii = createTaxii({ ...database, clock, audit, log, importBundle, removeFromOwner })
  const names = { publicNames: async () => ({ apiURL: testBase }) }
  const settings = createTaxiiSettings({ db: database.db, audit, settings: names })
  const nobody = async () => undefined
  const access = new Access(database, audit, clock)
  const server = await createServer({
    authenticate: authenticateHttps(access, nobody, nobody, readers.credentials),
    logger: false,
  })
  taxiiRoutes(server, taxii, names)
  const root = `root-${randomBytes(4).toString('hex')}`
  await settings.createRoot(person, { name: root, title: 'A root', description: 'Of a test' })

  async function send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    headers: Record<string, string>,
    body?: string | Buffer,
  ): Promise<TaxiiReply> {
    const reply = await server.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) })
    const isJson = reply.body.startsWith('{')
    return {
      status: reply.statusCode,
      headers: reply.headers as Record<string, string>,
      text: reply.body,
      json: isJson ? reply.json() : undefined,
    }
  }

  return {
    at,
    server,
    readers,
    taxii,
    stix,
    root,
    async serve(tql, { alias, tlpMax } = {}) {
      const collectionId = await at.refreshed(tql)
      const { name } = await at.collections.get(person, collectionId)
      const { id, url } = await settings.createCollection(person, {
        root,
        title: `Collection ${collectionId}`,
        collection: name,
        ...(alias === undefined ? {} : { alias }),
        ...(tlpMax === undefined ? {} : { tlpMax }),
      })
      await taxii.tick()
      return { id, collectionId, url: url.slice(testBase.length) }
    },
    async serveOwner(name, { tlpMax } = {}) {
      const ownerId = await at.library.owner(name)
      const { id, url } = await settings.createCollection(person, {
        root,
        title: `Owner ${name}`,
        owner: name,
        canWrite: true,
        ...(tlpMax === undefined ? {} : { tlpMax }),
      })
      return { id, ownerId, url: url.slice(testBase.length) }
    },
    async refresh(collectionId) {
      await at.collections.refresh(person, collectionId)
    },
    async reader(...grants) {
      const taxiiCollections = grants.map(({ id, canRead = true, canWrite = false }) => ({ id, canRead, canWrite }))
      const name = randomBytes(6).toString('hex')
      const { token } = await readers.create(person, { name, credential: 'token', taxiiCollections })
      return `Bearer ${token}`
    },
    get: (url, authorization, headers = {}) => send('GET', url, { accept: taxiiMediaType, authorization, ...headers }),
    post: (url, authorization, body, contentType = taxiiMediaType) =>
      send(
        'POST',
        url,
        { accept: taxiiMediaType, authorization, 'content-type': contentType },
        typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      ),
    send,
    async close() {
      await requireRightCounts(database.pool)
      await server.close()
      await stix.close()
      await at.close()
    },
  }
}

/** Whatever a test did, the counts that are kept are those of the rows. */
async function requireRightCounts(pool: TestCollections['library']['database']['pool']): Promise<void> {
  const { rows } = await pool.query(
    `select c.title, c.live_count as live, c.revoked_count as revoked, o.* from taxii_collection c cross join lateral (
       select count(*) filter (where not is_revoked) as "liveRows", count(*) filter (where is_revoked) as "revokedRows"
       from taxii_object where taxii_collection_id = c.id and is_last) o
     where (c.live_count, c.revoked_count) <> (o."liveRows", o."revokedRows")`,
  )
  if (rows.length > 0) throw new Error(`counts of TAXII collections are wrong: ${JSON.stringify(rows)}`)
}

export const discovery = paths.taxii

/** Follows `next` to the end. @returns pages of what `pick` takes of each */
export async function walk(
  taxii: TestTaxii,
  url: string,
  authorization: string,
  limits: readonly number[] = [2],
): Promise<TaxiiReply[]> {
  const pages: TaxiiReply[] = []
  for (let next: string | undefined = ''; next !== undefined;) {
    const limit = limits[pages.length % limits.length]
    const join = url.includes('?') ? '&' : '?'
    const page = await taxii.get(`${url}${join}limit=${limit}${next === '' ? '' : `&next=${next}`}`, authorization)
    if (page.status !== 200) throw new Error(`${page.status} ${page.text}`)
    pages.push(page)
    next = page.json.more === true ? (page.json.next as string) : undefined
  }
  return pages
}
