/**
 * The other side of reading: `node bare-server.ts DATABASE-URL COLLECTION-ID`. Node's own HTTP server over the same stored text, by the
 * same key, one prepared statement a page; no TLS, no framework, nobody asked who they are.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const [, , connectionString = '', collectionId = ''] = process.argv
const pool = new pg.Pool({ connectionString, max: 4 })
const text =
  'select number, body from taxii_object where taxii_collection_id = $1 and number > $2 order by number limit $3'

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://localhost')
  const limit = Number(searchParams.get('limit'))
  void answer(searchParams.get('next') ?? '0', limit, response)
})

async function answer(next: string, limit: number, response: ServerResponse): Promise<void> {
  const { rows } = await pool.query<{ number: string; body: string }>({
    name: 'page',
    text,
    values: [collectionId, next, limit],
  })
  const bodies = rows.map(({ body }) => body).join(',')
  response.setHeader('content-type', 'application/taxii+json;version=2.1')
  response.end(`{"more":${rows.length === limit},"next":"${rows.at(-1)?.number ?? ''}","objects":[${bodies}]}`)
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', () => process.exit(0))
