import { randomBytes } from 'node:crypto'
import type { CreateFirewallList, FirewallList } from '@postern/protocol'
import { Access } from '../access/access.ts'
import { authenticateHttps } from '../access/authenticate.ts'
import { Audit } from '../audit/audit.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { createServer, type Server } from '../http/server.ts'
import { createReaders, type Readers } from '../readers/readers.ts'
import { createFirewallLists, type FirewallLists } from './lists.ts'
import { firewallListRoutes } from './routes.ts'

/** Lists over a real library, behind the real server. */
export type TestLists = {
  at: TestCollections
  server: Server
  readers: Readers
  lists: FirewallLists
  /** A list over a data collection that was refreshed once, written. */
  serve(tql: string, wanted?: Partial<CreateFirewallList>): Promise<FirewallList>
  /** Refreshes the list's data collection and writes the list. */
  renew(list: FirewallList): Promise<FirewallList>
  /** Writes the list as its data collection is by now. */
  renewWritten(list: FirewallList): Promise<FirewallList>
  /** @returns the Authorization header of a new reader of these lists */
  reader(...lists: FirewallList[]): Promise<string>
  get(
    name: string,
    headers?: Record<string, string>,
    from?: { address?: string; method?: 'GET' | 'HEAD' },
  ): Promise<TestReply>
  close(): Promise<void>
}

export type TestReply = {
  status: number
  headers: Record<string, string | undefined>
  text: string
  bytes: Buffer
}

export async function createTestLists(): Promise<TestLists> {
  const at = await createTestCollections()
  const { database, clock, person } = at.library
  const audit = new Audit()
  const silent = () => {}
  const log = { error: silent, warn: silent, info: silent, debug: silent }
  const readers = createReaders({ ...database, audit, clock })
  const settings = { publicNames: async () => ({ apiURL: 'https://hub.example.org' }) }
  const lists = createFirewallLists({
    db: database.db,
    pool: database.pool,
    clock,
    audit,
    log,
    settings,
    collections: at.collections,
    readers,
  })
  const nobody = async () => undefined
  const access = new Access(database, audit, clock)
  const server = await createServer({
    authenticate: authenticateHttps(access, nobody, nobody, readers.credentials),
    logger: false,
  })
  firewallListRoutes(server, lists)

  async function renewWritten({ id }: FirewallList): Promise<FirewallList> {
    await database.db.updateTable('firewall_list').set({ considered_ms: 0 }).where('id', '=', id).execute()
    await lists.tick()
    return await lists.get(person, id)
  }

  return {
    at,
    renewWritten,
    server,
    readers,
    lists,
    async serve(tql, wanted = {}) {
      const { name: collection } = await at.collections.get(person, await at.refreshed(tql))
      const name = `list-${randomBytes(4).toString('hex')}`
      const { id } = await lists.create(person, { name, collection, format: 'text', ...wanted })
      await lists.tick()
      return await lists.get(person, id)
    },
    async renew(list) {
      await at.collections.refresh(person, list.collectionId)
      return await renewWritten(list)
    },
    async reader(...granted) {
      const name = randomBytes(6).toString('hex')
      const { token } = await readers.create(person, { name, credential: 'token', lists: granted.map(({ id }) => id) })
      return `Bearer ${token}`
    },
    async get(name, headers = {}, { address = '192.0.2.1', method = 'GET' } = {}) {
      const reply = await server.inject({ method, url: `/lists/${name}`, headers, remoteAddress: address })
      const told = reply.headers as Record<string, string>
      return { status: reply.statusCode, headers: told, text: reply.body, bytes: reply.rawPayload }
    },
    async close() {
      await server.close()
      await at.close()
    },
  }
}

/** Hosts of a domain that stands for a test of its own. */
export const names = (count: number, of: string) => Array.from({ length: count }, (_, n) => `h${n}.${of}.example.com`)
