import { gzipSync } from 'node:zlib'
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { createServer } from '../http/server.ts'
import { selfSigned } from '../http/test-certificate.ts'
import { taxiiMediaType } from './media-type.ts'
import { taxiiLimits } from './taxii-limits.ts'
import {
  alias,
  errorCodes,
  get,
  indicatorId,
  microseconds,
  object,
  ofObjects,
  other,
  put,
  read,
  readable,
  reader,
  root,
  said,
  taxii,
  uuid,
  version,
  withTaxiiServer,
  written,
} from './test-requirements.ts'
import { discovery, testBase, type TaxiiReply } from './test-taxii.ts'

withTaxiiServer()

describe('addresses, media types and errors', () => {
  test('LIB-5: §1.6.8 every answer is application/taxii+json;version=2.1, byte for byte', async () => {
    for (const url of readable()) {
      const { status, headers } = await get(url)
      expect([url, status, headers['content-type']]).toEqual([url, 200, 'application/taxii+json;version=2.1'])
    }
  })

  test('LIB-5: §3.3 Accept is read: this version, none, and ranges are answered, anything else is 406', async () => {
    const good = [
      'application/taxii+json;version=2.1',
      'application/taxii+json; version=2.1',
      'application/taxii+json',
      'Application/TAXII+JSON;Version="2.1"',
      '*/*',
      'application/*',
      'text/html, application/taxii+json;version=2.1;q=0.5',
      'application/taxii+json;version=2.2, application/taxii+json;version=2.1',
    ]
    for (const accept of good) expect([accept, (await get(read.url, { accept })).status]).toEqual([accept, 200])
    const bad = [
      'application/json',
      'application/taxii+json;version=2.0',
      'application/vnd.oasis.taxii+json; version=2.0',
      'application/stix+json;version=2.1',
      'application/taxii+json;version=2.1;charset=utf-8',
      'text/*',
      'application/taxii+json;version=2.1;q=0, */*',
      '',
    ]
    for (const accept of bad) said(await get(read.url, { accept }), 406)
    const { status } = await taxii.send('GET', read.url, { authorization: reader })
    expect(status).toBe(200)
  })

  test('LIB-5: §3.3 a body of another media type is 415, and nothing is written', async () => {
    const url = `${written.url}objects/`
    const types = [
      'application/json',
      'application/stix+json;version=2.1',
      'application/taxii+json;version=2.0',
      'text/plain',
    ]
    for (const type of types) said(await taxii.post(url, reader, { objects: [object()] }, type), 415)
    const bare = await taxii.send('POST', url, { authorization: reader, accept: taxiiMediaType })
    expect(bare.status).toBe(415)
    const packed = {
      authorization: reader,
      accept: taxiiMediaType,
      'content-type': taxiiMediaType,
      'content-encoding': 'gzip',
    }
    const reply = await taxii.send('POST', url, packed, gzipSync(JSON.stringify({ objects: [object()] })))
    said(reply, 415)
    expect(reply.json.description).toContain('This route takes no compressed body')
  })

  test('LIB-5: §3.6 an error says its title and its status as text', async () => {
    said(await get(`${root()}collections/none/`), 404)
    said(await get(`${read.url}objects/?limit=x`), 400)
    said(await get(`${discovery}no/such/address/`), 404)
    said(await get(`${read.url}objects`), 404)
    const headers = { authorization: reader, accept: taxiiMediaType }
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) said(await taxii.send(method, read.url, headers), 404)
  })

  test('LIB-5: §3.6 nothing of the inside is in an error', async () => {
    const reply = await get(`${read.url}objects/?next=${'9'.repeat(18)}&added_after=9999-12-31T23:59:59.999999Z`)
    expect(reply.status).toBe(200)
    for (const url of [`${read.url}objects/%00/`, `${read.url}objects/?match[id]=%00`, `${root()}collections/%00/`]) {
      const answer = await get(url)
      expect(answer.status).toBeLessThan(500)
      expect(answer.text).not.toMatch(/select |postgres|\.ts/)
    }
  })

  test('LIB-5: §3.1 times are UTC with six digits of a second', async () => {
    const { json, headers } = await get(`${read.url}manifest/`)
    for (const { date_added: added, version: of } of json.objects) {
      expect(added).toMatch(microseconds)
      expect(of).toMatch(microseconds)
    }
    expect(headers['x-taxii-date-added-first']).toMatch(microseconds)
    const { json: status } = await put(object())
    expect(status.request_timestamp).toMatch(microseconds)
    const { json: versions } = await get(`${read.url}objects/${indicatorId}/versions/`)
    expect(versions.versions[0]).toMatch(microseconds)
  })

  test('LIB-5: §1.6.5 lists that would be empty are absent', async () => {
    expect((await get(discovery, {}, other)).json).not.toHaveProperty('api_roots')
    const empty = await get(`${read.url}objects/?match[type]=malware`)
    expect([empty.status, empty.json]).toEqual([200, {}])
    expect((await get(`${read.url}manifest/?match[type]=malware`)).json).toEqual({})
    expect((await put(object())).json).not.toHaveProperty('failures')
  })
})

describe('who may', () => {
  test('LIB-5: §3.2 without a credential, and with a wrong one, every address is 401 with WWW-Authenticate', async () => {
    for (const url of readable()) {
      const { db } = taxii.at.library.database
      // Else the tenth is one too many.
      await db.deleteFrom('sign_in_failure').execute()
      // A password costs a hash, so that one address stands for all.
      const wrong = url === discovery ? ['Bearer psr_wrong', 'Basic eDp5'] : ['Bearer psr_wrong']
      for (const headers of [{}, ...wrong.map((authorization) => ({ authorization }))]) {
        const reply = await taxii.send('GET', url, { accept: taxiiMediaType, ...headers } as Record<string, string>)
        said(reply, 401)
        expect(reply.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+", charset="UTF-8"/)
      }
    }
  })

  test('LIB-5: §8.1 HTTP Basic is a way in', async () => {
    const { id, url } = read
    const { username, password } = await taxii.readers.create(taxii.at.library.person, {
      name: 'Basic',
      credential: 'basic',
      taxiiCollections: [{ id, canRead: true, canWrite: false }],
    })
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    expect((await get(`${url}objects/`, {}, basic)).json.objects).toHaveLength(3)
    said(await get(`${url}objects/`, {}, `Basic ${Buffer.from(`${username}:x`).toString('base64')}`), 401)
  })

  test('S12: a reader that asks without end is told when to come again, at every address, and others go on', async () => {
    const eager = await taxii.reader()
    const statuses = new Set<number>()
    for (let n = 0; n < taxiiLimits.requestsPerMinuteMax; n += 1)
      statuses.add((await get(n % 2 === 0 ? root() : discovery, { accept: 'text/plain' }, eager)).status)
    const refused = await get(`${read.url}objects/`, {}, eager)
    expect([...statuses]).toEqual([406])
    said(refused, 429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await get(discovery, {}, other)).status).toBe(200)
  })

  test('LIB-5: §8.2 TLS 1.2 and later are spoken, and nothing before', async () => {
    const { cert, key } = await selfSigned(new Date(Date.now() + 3_600_000))
    const server = await createServer({
      authenticate: async () => ({ kind: 'stranger', name: 'stranger' }),
      logger: false,
      https: { cert, key },
    })
    await server.listen({ port: 0, host: '127.0.0.1' })
    const { port } = server.server.address() as AddressInfo
    const speak = (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      new Promise<string | null>((resolve, reject) => {
        const options = { port, ca: cert, servername: 'hub.example.org', minVersion: 'TLSv1', maxVersion } as const
        const socket: TLSSocket = connect({ ...options, ciphers: 'DEFAULT@SECLEVEL=0' }, () => {
          resolve(socket.getProtocol())
          socket.destroy()
        }).once('error', reject)
      })
    try {
      expect(await speak('TLSv1.3')).toBe('TLSv1.3')
      expect(await speak('TLSv1.2')).toBe('TLSv1.2')
      await expect(speak('TLSv1.1')).rejects.toThrow()
    } finally {
      await server.close()
    }
  })

  test('LIB-5: §5 what a reader is not granted is as if it were not there', async () => {
    const strip = ({ status, json }: TaxiiReply) => JSON.stringify([status, { ...json, error_id: '' }])
    for (const url of readable().slice(1)) {
      const imagined = url.replace(taxii.root, 'no-root')
      expect(strip(await get(url, {}, other))).toBe(strip(await get(imagined, {}, other)))
      expect((await get(url, {}, other)).status).toBe(404)
    }
    const imagined = `${root()}collections/${crypto.randomUUID()}/`
    const half = await taxii.reader({ id: written.id })
    expect(strip(await get(read.url, {}, half))).toBe(strip(await get(imagined, {}, half)))
    expect((await get(`${root()}collections/`, {}, half)).json.collections).toHaveLength(1)
  })

  test('LIB-5: §5.3 §5.4 §5.6 §5.8 where can_read is false, objects, manifest and versions are 403', async () => {
    const writer = await taxii.reader({ id: read.id, canRead: false, canWrite: true })
    // A data collection cannot be written to, so that such a grant gives nothing but its name.
    expect((await get(read.url, {}, writer)).json).toMatchObject({ can_read: false, can_write: false })
    for (const url of ofObjects()) said(await get(url, {}, writer), 403)
  })

  test('LIB-5: §5.5 §5.7 where can_write is false, adding and deleting are 403', async () => {
    const onlyReader = await taxii.reader({ id: written.id })
    said(await taxii.post(`${written.url}objects/`, onlyReader, { objects: [object()] }), 403)
    said(await taxii.post(`${read.url}objects/`, reader, { objects: [object()] }), 403)
    const { id } = object()
    await put(object({ id }))
    const headers = { accept: taxiiMediaType, authorization: onlyReader }
    said(await taxii.send('DELETE', `${written.url}objects/${id}/`, headers), 403)
    const onlyWriter = await taxii.reader({ id: written.id, canRead: false, canWrite: true })
    said(await taxii.send('DELETE', `${written.url}objects/${id}/`, { ...headers, authorization: onlyWriter }), 403)
  })
})

describe('discovery, API roots, collections and status', () => {
  test('LIB-5: §4.1 discovery at /taxii2/ names its title, its API roots and the default one', async () => {
    const { json } = await get('/taxii2/')
    expect(json).toMatchObject({ title: expect.any(String), api_roots: [`${testBase}${root()}`] })
    expect(json.api_roots).toContain(json.default)
  })

  test('LIB-5: §4.2 an API root says its title, its versions and how much it takes', async () => {
    expect((await get(root())).json).toEqual({
      title: 'A root',
      description: 'Of a test',
      versions: ['application/taxii+json;version=2.1'],
      max_content_length: taxiiLimits.bodyBytesMax,
    })
  })

  test('LIB-5: §4.2 a body larger than max_content_length is 413', async () => {
    const body = Buffer.alloc(taxiiLimits.bodyBytesMax + 1, ' ')
    const reply = await taxii.post(`${written.url}objects/`, reader, body)
    said(reply, 413)
    expect(reply.json.description).toContain('the 10,000,000 bytes that this route takes')
  })

  test('LIB-5: §4.3 the status of a request can be asked for by who sent it, and by nobody else', async () => {
    const { json } = await put(object())
    expect(json).toMatchObject({ id: expect.stringMatching(uuid), status: 'complete' })
    const url = `${root()}status/${json.id}/`
    expect((await get(url)).json).toEqual(json)
    said(await get(url, {}, await taxii.reader({ id: written.id, canWrite: true })), 404)
    said(await get(`${root()}status/${crypto.randomUUID()}/`), 404)
    said(await get(`${root()}status/x/`), 404)
  })

  test('LIB-5: §4.3.1 the counts of a status add up, and failures say which and why', async () => {
    const good = object()
    const wrong = object({ pattern: 7, modified: version(3) })
    const marking = { type: 'marking-definition', id: 'marking-definition--x', created: version(2) }
    const long = object({ name: 'x', pattern: `[domain-name:value = '${'x'.repeat(300)}.example.com'` })
    const { json } = await put(good, { type: 'indicator', id: 'indicator--x' }, wrong, marking, long)
    expect(json).toMatchObject({ total_count: 5, success_count: 1, failure_count: 4, pending_count: 0 })
    for (const { message } of json.failures) expect(message).toEqual(expect.any(String))
    const versions = new Map(json.failures.map(({ id, version: of }: Record<string, string>) => [id, of]))
    expect(versions).toEqual(
      new Map([
        // Of one that has none, the request's.
        ['indicator--x', json.request_timestamp],
        [wrong.id, '2026-01-03T00:00:00.000000Z'],
        [marking.id, '2026-01-02T00:00:00.000000Z'],
        [long.id, '2026-01-01T00:00:00.000000Z'],
      ]),
    )
    expect((await get(`${written.url}objects/${good.id}/`)).status).toBe(200)
  })

  test('LIB-5: §5.1 §5.2 a collection says its id, title, alias and what this reader may', async () => {
    const { json } = await get(`${root()}collections/`)
    expect(json.collections).toHaveLength(2)
    const [first] = json.collections
    expect(first).toMatchObject({ id: expect.stringMatching(uuid), alias, can_read: true, can_write: false })
    expect(first.media_types).toContain('application/stix+json;version=2.1')
    expect((await get(read.url)).json).toEqual(first)
    expect(json.collections[1]).toMatchObject({ id: written.id, can_read: true, can_write: true })
  })

  test('LIB-5: §5.2 an alias stands for the id at every address', async () => {
    for (const url of readable().slice(3)) {
      const named = url.replace(read.id, alias)
      expect(named).not.toBe(url)
      expect((await get(named)).text).toBe((await get(url)).text)
    }
  })
})

test('LIB-5: §3.6 the names of errors are those that the document says', () => {
  const text = readFileSync(new URL('../../../docs/operating/taxii.md', import.meta.url), 'utf8')
  const rows = text.matchAll(/^ +\| (\d{3}) \| `([\w-]+)`/gm)
  expect(Object.fromEntries([...rows].map(([, status, code]) => [status, code]))).toEqual(errorCodes)
})

test('LIB-5: every requirement of requirements.md names a test that there is', () => {
  const here = new URL('.', import.meta.url)
  const tests = readdirSync(here)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, here), 'utf8'))
    .join('\n')
  const rows = readFileSync(new URL('requirements.md', here), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| §'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.length).toBeGreaterThan(40)
  const missing = rows.filter(([, , , title = '']) => title === '' || !tests.includes(`'LIB-5: ${title}'`))
  expect(missing.map(([, clause, , title]) => `${clause}: ${title}`)).toEqual([])
})
