import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connect as connectTls,
  createSecureContext,
  createServer as createSecureServer,
  getCACertificates,
  setDefaultCACertificates,
  TLSSocket,
} from 'node:tls'
import { BatchAnswer, paths, tcexPaths } from '@postern/protocol'
import { startMailServer } from '@postern/simulators'
import { Aedes } from 'aedes'
import { expect, test } from 'vitest'
import { readHubConfig } from './config.ts'
import { createTestDatabase } from './database/test-database.ts'
import { makeAuthority, selfSigned, type TestCertificate } from './http/test-certificate.ts'
import { startHub } from './hub.ts'

test('D16: whoever can open the socket is administrator, and sends and reads batches as one', async () => {
  await using hub = await open()
  expect((await hub.ask('GET', paths.me)).json).toMatchObject({ kind: 'machine', role: 'administrator' })
  expect((await hub.ask('POST', paths.owners, { name: 'Machine' })).status).toBe(201)
  const { successCount, errorCount } = await hub.send('Machine', [{ type: 'Host', summary: 'door.example.com' }])
  expect([successCount, errorCount]).toEqual([1, 0])
  const batches = `${tcexPaths.base}/v2/batch`
  const made = await hub.ask('POST', batches, { owner: 'Machine', action: 'Create' })
  expect(made).toMatchObject({ status: 201, json: { status: 'Success' } })
  const { data } = made.json as { data: { batchId: number } }
  expect((await hub.ask('GET', `${tcexPaths.base}${tcexPaths.batch(data.batchId)}`)).status).toBe(200)
  const found = await hub.ask('GET', `${paths.indicators}?tql=${encodeURIComponent('ownerName = "Machine"')}`)
  expect(found.json).toMatchObject({ data: [{ value: 'door.example.com' }] })
})

test('the thread that reads large batches ends with the hub', async () => {
  const before = threads()
  const begun = () => threads().filter((id) => !before.includes(id))
  {
    await using hub = await open()
    await hub.ask('POST', paths.owners, { name: 'Large' })
    const attribute = [{ type: 'Description', value: 'x'.repeat(1_100_000) }]
    await hub.send('Large', [{ type: 'Host', summary: 'large.example.com', attribute }])
    expect(begun()).not.toEqual([])
  }
  await expect.poll(begun).toEqual([])
})

test('ES-27: a public name that is saved is in the certificate of both ports within seconds, and the one that it replaced stays', async () => {
  await using hub = await open({ POSTERN_READER_PORT: '0' })
  const ca = readFileSync(join(hub.folder, 'pki', 'ca.pem'))
  const authorizedAs = async (port: number, servername: string) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername })
    const isAuthorized = await once(socket, 'secureConnect').then(
      () => true,
      () => false,
    )
    // The port of readers wants a certificate, of which it tells after the handshake.
    socket.on('error', () => {})
    socket.destroy()
    return isAuthorized
  }
  const ports = [hub.httpsPort, hub.readerPort ?? 0]
  const all = () => Promise.all(ports.map((port) => authorizedAs(port, 'hub.example.org')))
  expect(await all()).toEqual([false, false])
  await hub.ask('PATCH', paths.settings, { apiURL: 'https://hub.example.org:8443' })
  await expect.poll(all, { timeout: 10_000 }).toEqual([true, true])
  await hub.ask('PATCH', paths.settings, { apiURL: 'https://new.example.org:8443' })
  await expect.poll(() => authorizedAs(hub.httpsPort, 'new.example.org'), { timeout: 10_000 }).toBe(true)
  // Servers that are installed know the hub by it.
  expect(await authorizedAs(hub.httpsPort, 'hub.example.org')).toBe(true)
})

test('/metrics counts what is under way', async () => {
  await using hub = await open()
  const { text } = await hub.ask('GET', paths.metrics)
  expect(text).toContain('postern_executions_open{state="waiting"} 0')
  expect(text).toContain('postern_environment_servers_online 0')
  expect(text).toContain('postern_commands_unacknowledged 0')
})

test('D27: the reader port is closed unless it is set; it lets in a certificate, and TAXII names addresses of it', async () => {
  {
    await using hub = await open()
    expect(hub.readerPort).toBeUndefined()
  }
  await using hub = await open({ POSTERN_READER_PORT: '0' })
  const { cert, key } = await selfSigned(new Date(Date.now() + 3_600_000))
  const root = { name: 'partners', title: 'Partners' }
  expect((await hub.ask('POST', paths.taxiiRoots, root)).status).toBe(201)
  expect((await hub.ask('POST', paths.owners, { name: 'Partner' })).status).toBe(201)
  const collection = { root: 'partners', title: 'Theirs', owner: 'Partner' }
  const { id } = (await hub.ask('POST', paths.taxiiCollections, collection)).json as { id: string }
  const taxiiCollections = [{ id, canRead: true, canWrite: false }]
  const reader = { name: 'Partner', credential: 'certificate', certificate: cert, taxiiCollections }
  expect((await hub.ask('POST', paths.readers, reader)).status).toBe(201)
  const discovered = await new Promise<string>((resolve, reject) => {
    const ca = readFileSync(join(hub.folder, 'pki/ca.pem'))
    const options = { port: hub.readerPort, path: paths.taxii, servername: 'localhost', ca, cert, key, agent: false }
    secureRequest({ ...options, headers: { accept: 'application/taxii+json;version=2.1' } }, (response) => {
      void response.toArray().then((parts) => resolve(Buffer.concat(parts).toString()))
    })
      .once('error', reject)
      .end()
  })
  expect(JSON.parse(discovered)).toMatchObject({
    api_roots: [expect.stringMatching(`^https://[^/]+:${hub.readerPort}/taxii2/partners/$`)],
  })
})

test('ES-17: the hub trusts its CA folder with its database, broker and mail server; without it each refusal names the CA', async () => {
  using stack = new DisposableStack()
  // What a process trusts, the next file of tests in it would trust too.
  stack.adopt(getCACertificates('default'), setDefaultCACertificates)
  const site = await makeAuthority('CN=Example Site CA', new Date(Date.now() + 3_600_000))
  const identity = await site.issue('CN=site', 'server')
  await using database = await securedDatabase(identity)
  await using broker = await securedBroker(identity)
  await using mailServer = await startMailServer({
    security: 'starttls',
    identity: { certificatePem: identity.cert, privateKeyPem: identity.key },
  })
  const folder = mkdtempSync(join(tmpdir(), 'cas-'))
  const withMail = async (hub: Awaited<ReturnType<typeof open>>) => {
    await hub.ask('PUT', paths.mailSettings, {
      smtpHost: 'localhost',
      smtpPort: mailServer.port,
      smtpSecurity: 'starttls',
      smtpUsername: '',
      smtpFrom: 'postern@example.org',
    })
    return (await hub.ask('POST', paths.mailTest, { to: 'ada@example.org' })).json
  }
  await expect(open({ POSTERN_CA_FOLDER: folder, DATABASE_URL: database.url })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('a certificate issued by Example Site CA, which nobody here trusts') },
  })
  {
    await using hub = await open({ POSTERN_CA_FOLDER: folder })
    const said = expect.stringContaining('It was issued by Example Site CA.')
    expect(await withMail(hub)).toEqual({ isSent: false, said })
  }
  writeFileSync(join(folder, 'site.pem'), site.cert)
  await using hub = await open({
    POSTERN_CA_FOLDER: folder,
    DATABASE_URL: database.url,
    POSTERN_BROKER_URL: broker.url,
  })
  expect(await withMail(hub)).toMatchObject({ isSent: true })
  expect(mailServer.mails).toMatchObject([{ isEncrypted: true }])
  await expect.poll(async () => (await hub.ask('GET', paths.ready)).status).toBe(200)
  rmSync(folder, { recursive: true })
})

/** The test database behind TLS, as a database server offers it: by an answer to the client's question (PostgreSQL, 54.2.11). */
async function securedDatabase({ cert, key }: TestCertificate) {
  const { url, drop } = await createTestDatabase()
  const { searchParams, pathname } = new URL(url.replace(':///', '://localhost/'))
  const socketPath = join(searchParams.get('host') ?? '', '.s.PGSQL.5432')
  const secureContext = createSecureContext({ cert, key })
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('S')
      const client = new TLSSocket(socket, { isServer: true, secureContext })
      const backend = connect(socketPath)
      client.on('error', () => backend.destroy())
      backend.on('error', () => client.destroy())
      client.pipe(backend).pipe(client)
    })
  })
  const port = await listening(server)
  return {
    url: `postgresql://postern@localhost:${port}${pathname}?sslmode=verify-full`,
    async [Symbol.asyncDispose]() {
      server.close()
      await drop()
    },
  }
}

async function securedBroker({ cert, key }: TestCertificate) {
  const aedes = await Aedes.createBroker()
  const server = createSecureServer({ cert, key }, (socket) => aedes.handle(socket))
  const port = await listening(server)
  return {
    url: `mqtts://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => aedes.close(resolve))
      server.close()
    },
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address has a port.
  return (server.address() as AddressInfo).port
}

/** Worker threads of this process, by number: those of other tests may still be about to end. */
function threads(): number[] {
  // It would look up the names of all that this process is connected with, however long that takes; the types do not have it yet.
  Object.assign(process.report, { excludeNetwork: true })
  const { workers } = process.report.getReport() as { workers: { header: { threadId: number } }[] }
  return workers.map(({ header }) => header.threadId)
}

/** A hub on a database and in a folder of its own; it is spoken to through its socket. */
async function open(more: Record<string, string> = {}) {
  const database = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hub-'))
  const hub = await startHub(
    readHubConfig({
      POSTERN_DATA_DIR: folder,
      POSTERN_HTTPS_PORT: '0',
      POSTERN_BROKER_PORT: '0',
      POSTERN_LISTEN_HOST: '127.0.0.1',
      POSTERN_LOG_LEVEL: 'error',
      DATABASE_URL: database.url,
      ...more,
    }),
  )

  async function ask(method: string, path: string, body?: object) {
    const json = body === undefined ? '' : JSON.stringify(body)
    return await exchange(method, path, body === undefined ? {} : { 'content-type': 'application/json' }, json)
  }

  async function send(owner: string, indicator: object[]) {
    const parts = Object.entries({ config: { owner, action: 'Create' }, content: { indicator } })
    const form = parts.map(
      ([name, part]) =>
        `--frame\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${JSON.stringify(part)}\r\n`,
    )
    const path = `${tcexPaths.base}${tcexPaths.createAndUpload}?includeAdditional=true`
    const type = { 'content-type': 'multipart/form-data; boundary=frame' }
    const { json } = await exchange('POST', path, type, `${form.join('')}--frame--\r\n`)
    return BatchAnswer.parse(json).data.batchStatus
  }

  async function exchange(method: string, path: string, headers: Record<string, string>, body: string) {
    return await new Promise<{ status: number; text: string; json: unknown }>((resolve, reject) => {
      const sent = request({ socketPath: join(folder, 'hub.sock'), method, path, headers }, async (response) => {
        const text = Buffer.concat(await response.toArray()).toString()
        const json: unknown = text.startsWith('{') ? JSON.parse(text) : undefined
        resolve({ status: response.statusCode ?? 0, text, json })
      })
      sent.once('error', reject)
      sent.end(body)
    })
  }

  return {
    folder,
    httpsPort: hub.httpsPort,
    readerPort: hub.readerPort,
    ask,
    send,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await database.drop()
      rmSync(folder, { recursive: true })
    },
  }
}
