/**
 * The other side of searching: `node bare-server.ts DATABASE-URL ORGANIZATION-ID KEY CERTIFICATE`. A bare Fastify route over HTTPS
 * with the hub's own statements, compiled before and prepared; nobody is asked who they are, and the rows go out as they come.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { searchStatement } from '@postern/hub'
import fastify from 'fastify'
import pg from 'pg'
import { indicatorCount } from './config.ts'
import { rowsAPage, searches } from './searches.ts'

const [, , connectionString = '', organizationId = '', key = '', certificate = ''] = process.argv
const pool = new pg.Pool({ connectionString, max: 4 })
const now = new Date()
const statements = new Map(
  searches(indicatorCount).flatMap(({ name, queries }) =>
    queries.map((tql) => [tql, { name, ...searchStatement(organizationId, tql, rowsAPage, now) }] as const),
  ),
)

const server = fastify({ https: { key: readFileSync(key), cert: readFileSync(certificate) } })
server.get<{ Querystring: { tql: string } }>('/v1/indicators', async (request) => {
  const statement = statements.get(request.query.tql)
  if (statement === undefined) throw new Error('a search that nobody compiled')
  const { rows } = await pool.query(statement)
  return { data: rows }
})
await server.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`port ${(server.server.address() as AddressInfo).port}\n`)
process.once('SIGTERM', () => process.exit(0))
