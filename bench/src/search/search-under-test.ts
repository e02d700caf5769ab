import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callHub } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { CreatedToken, paths } from '@postern/protocol'
import pg from 'pg'
import { SpokenLines } from '../spoken-lines.ts'
import type { PageSource } from '../taxii/taxii-client.ts'

/** A hub of its own processes, and a connection of one's own to its database. */
export type SearchUnderTest = AsyncDisposable & {
  /** The hub, over HTTPS with a token. */
  hub: PageSource
  /** The hub's own door on this machine, for setting up. */
  door: Parameters<typeof callHub>[0]
  database: pg.Client
  databaseUrl: string
  organizationId: string
}

const bareServer = fileURLToPath(new URL('bare-server.ts', import.meta.url))

export async function startSearchUnderTest(): Promise<SearchUnderTest> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem())
  const databaseUrl = `postgresql:///postern?host=${encodeURIComponent(join(system.dataFolder, 'cluster/socket'))}&user=postern`
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  stack.defer(() => database.end())
  const { token } = await callHub(system.hub.target, paths.tokens, CreatedToken, {
    json: { name: 'bench', role: 'administrator', expiresInDays: 1 },
  })
  const { rows } = await database.query<{ id: string }>('select id from organization order by id limit 1')
  const organizationId = rows[0]?.id
  if (organizationId === undefined) throw new Error('The hub has no organization.')
  const started = stack.move()
  return {
    hub: {
      url: `https://localhost:${new URL(system.hub.file.url).port}`,
      headers: { authorization: `Bearer ${token}` },
      caPem: readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'),
    },
    door: system.hub.target,
    database,
    databaseUrl,
    organizationId,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** The bare server, with a certificate that it signed itself. */
export async function startBareServer({
  databaseUrl,
  organizationId,
}: SearchUnderTest): Promise<PageSource & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-search-'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
  const names = ['-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', [...request.split(' '), ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const server = spawn(process.execPath, [bareServer, databaseUrl, organizationId, key, certificate], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new SpokenLines(server).next('port ')
  return {
    url: `https://localhost:${line.split(' ')[1]}`,
    headers: {},
    caPem: readFileSync(certificate, 'utf8'),
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}
