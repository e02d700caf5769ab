import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer } from '../http/server.ts'
import { selfSigned } from '../http/test-certificate.ts'
import { taxiiMediaType } from './media-type.ts'
import { taxiiLimits } from './taxii-limits.ts'
import { createTestTaxii, discovery, testBase, type TaxiiReply, type TestTaxii, walk } from './test-taxii.ts'

let taxii: TestTaxii
let read: { id: string; url: string; collectionId: string }
let written: { id: string; url: string; ownerId: string }
/** May read the one, and read and write the other. */
let reader: string
/** Of the same organization, granted nothing. */
let other: string
let indicatorId: string

const alias = 'bad-hosts'
const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

beforeAll(async () => {
  taxii = await createTestTaxii()
  await taxii.at.hosts('Source', ['a.example.com', 'b.example.com', 'c.example.com'])
  read = await taxii.serve('ownerName = "Source"', { alias })
  written = await taxii.serveOwner('Written')
  reader = await taxii.reader({ id: read.id }, { id: written.id, canWrite: true })
  other = await taxii.reader()
  indicatorId = (await taxii.get(`${read.url}objects/?limit=1`, reader)).json.objects[0].id
})
afterAll(async () => await taxii.close())

const root = () => `${discovery}${taxii.root}/`
const get = (url: string, headers?: Record<string, string>, as = reader) => taxii.get(url, as, headers)
/** Every address that is read, of the collection that holds objects. */
const readable = () => [
  discovery,
  root(),
  `${root()}collections/`,
  read.url,
  `${read.url}objects/`,
  `${read.url}manifest/`,
  `${read.url}objects/${indicatorId}/`,
  `${read.url}objects/${indicatorId}/versions/`,
]
const ofObjects = () => readable().slice(4)

function said({ status, headers, json }: TaxiiReply, wanted: number): void {
  expect([status, headers['content-type']]).toEqual([wanted, taxiiMediaType])
  expect(json).toMatchObject({ title: expect.any(String), http_status: String(wanted) })
}

let made = 0
function object(fields: object = {}): { id: string; [field: string]: unknown } {
  made += 1
  const id = `indicator--00000000-0000-4000-8000-${String(made).padStart(12, '0')}`
  return {
    type: 'indicator',
    spec_version: '2.1',
    id,
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    name: `made${made}.example.com`,
    pattern: `[domain-name:value = 'made${made}.example.com']`,
    pattern_type: 'stix',
    valid_from: '2026-01-01T00:00:00Z',
    ...fields,
  }
}
const version = (number: number) => `2026-01-0${number}T00:00:00.000Z`

async function put(...objects: object[]): Promise<TaxiiReply> {
  const reply = await taxii.post(`${written.url}objects/`, reader, { objects })
  expect([reply.status, reply.text]).toEqual([202, expect.any(String)])
  return reply
}

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
  })

  test('LIB-5: §3.6 an error says its title and its status as text', async () => {
    said(await get(`${root()}collections/none/`), 404)
    said(await get(`${read.url}objects/?limit=x`), 400)
    said(await get(`${discovery}no/such/address/`), 404)
    said(await get(`${read.url}objects`), 404)
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
    said(await taxii.post(`${written.url}objects/`, reader, body), 413)
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
    const { json } = await put(good, { type: 'indicator', id: 'indicator--x' }, { ...object(), pattern: 7 })
    expect(json).toMatchObject({ total_count: 3, success_count: 1, failure_count: 2, pending_count: 0 })
    expect(json.failures).toHaveLength(2)
    for (const { id, version: of, message } of json.failures) {
      expect([id, of, message]).toEqual([expect.any(String), expect.stringMatching(microseconds), expect.any(String)])
    }
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

describe('objects, manifest and versions', () => {
  test('LIB-5: §3.7 §5.4 objects come in an envelope', async () => {
    const { json } = await get(`${read.url}objects/`)
    expect(json).toMatchObject({ more: false, objects: [{ type: 'indicator', spec_version: '2.1' }, {}, {}] })
    expect(json).not.toHaveProperty('next')
  })

  test('LIB-5: §5.3 the manifest has a record of each object that the same filters give', async () => {
    for (const query of [
      '',
      '?match[version]=all',
      '?limit=2',
      '?match[type]=indicator',
      `?match[id]=${indicatorId}`,
    ]) {
      const { json: objects } = await get(`${read.url}objects/${query}`)
      const { json: manifest } = await get(`${read.url}manifest/${query}`)
      expect(manifest.objects.map(({ id }: { id: string }) => id)).toEqual(
        objects.objects.map(({ id }: { id: string }) => id),
      )
      expect(manifest.objects[0]).toMatchObject({ media_type: 'application/stix+json;version=2.1' })
      expect([manifest.more, manifest.next]).toEqual([objects.more, objects.next])
    }
  })

  test('LIB-5: §5.3 §5.4 §5.6 §5.8 the first and the last date of a page stand in its headers', async () => {
    const { json } = await get(`${read.url}manifest/`)
    const dates = json.objects.map(({ date_added: added }: { date_added: string }) => added) as string[]
    for (const url of ofObjects()) {
      const { headers } = await get(url)
      const wanted = url.includes(indicatorId) ? [dates[0], dates[0]] : [dates[0], dates.at(-1)]
      expect([headers['x-taxii-date-added-first'], headers['x-taxii-date-added-last']]).toEqual(wanted)
    }
    const page = await get(`${read.url}objects/?limit=2`)
    expect(page.headers['x-taxii-date-added-last']).toBe(dates[1])
    expect((await get(`${read.url}objects/?match[type]=tool`)).headers).not.toHaveProperty('x-taxii-date-added-first')
  })

  test('LIB-5: §3.5 objects are in the order in which they were added', async () => {
    const { json } = await get(`${read.url}manifest/`)
    const dates = json.objects.map(({ date_added: added }: { date_added: string }) => added) as string[]
    expect(dates).toEqual(dates.toSorted())
    expect(new Set(dates).size).toBe(dates.length)
  })

  test('LIB-5: §3.4 added_after gives what was added later than that, and not at it', async () => {
    const { json } = await get(`${read.url}manifest/`)
    const [first, second, third] = json.objects as { id: string; date_added: string }[]
    for (const [after, wanted] of [
      [first!.date_added, [second!.id, third!.id]],
      [second!.date_added, [third!.id]],
    ] as const) {
      const page = await get(`${read.url}manifest/?added_after=${after}`)
      expect(page.json.objects.map(({ id }: { id: string }) => id)).toEqual(wanted)
    }
    expect((await get(`${read.url}objects/?added_after=${third!.date_added}`)).json).toEqual({})
    const offset = await get(`${read.url}objects/?added_after=2020-01-01T02:00:00%2B02:00`)
    expect(offset.json.objects).toHaveLength(3)
    for (const wrong of ['yesterday', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01', '']) {
      said(await get(`${read.url}objects/?added_after=${wrong}`), 400)
    }
  })

  test('LIB-5: §3.4 limit is a number above zero, more says that there is more, and next goes on there', async () => {
    const first = await get(`${read.url}objects/?limit=2`)
    expect(first.json).toMatchObject({ more: true, next: expect.any(String), objects: [{}, {}] })
    const second = await get(`${read.url}objects/?limit=2&next=${first.json.next}`)
    expect(second.json).toMatchObject({ more: false, objects: [{}] })
    for (const wrong of ['0', '-1', 'x', '1.5', '', '00', '1e9'])
      said(await get(`${read.url}objects/?limit=${wrong}`), 400)
    expect((await get(`${read.url}objects/?limit=999999999`)).json.objects).toHaveLength(3)
    for (const wrong of ['x', '-1', '', '9'.repeat(19)]) said(await get(`${read.url}objects/?next=${wrong}`), 400)
  })

  test('LIB-5: §3.4 the same parameter twice, and a match that there is not, are 400', async () => {
    for (const query of ['limit=1&limit=2', 'match[type]=a&match[type]=b', 'match[name]=x', 'match=x', 'match[id]=,']) {
      said(await get(`${read.url}objects/?${query}`), 400)
    }
    said(await get(`${read.url}objects/${indicatorId}/?match[type]=indicator`), 400)
    expect((await get(`${read.url}objects/?unknown=1`)).status).toBe(200)
  })

  test('LIB-5: §3.4.1 values of a match are alternatives, and several matches all hold', async () => {
    const { json } = await get(`${read.url}objects/`)
    const [a, b] = json.objects as { id: string }[]
    const ids = async (query: string) =>
      ((await get(`${read.url}objects/?${query}`)).json.objects ?? []).map(({ id }: { id: string }) => id) as string[]
    expect(await ids(`match[id]=${b!.id},${a!.id}`)).toEqual([a!.id, b!.id])
    expect(await ids(`match[id]=${a!.id}&match[type]=indicator,malware`)).toEqual([a!.id])
    expect(await ids(`match[id]=${a!.id}&match[type]=malware`)).toEqual([])
    expect(await ids('match[spec_version]=2.1')).toHaveLength(3)
    expect(await ids('match[spec_version]=2.0')).toEqual([])
    expect(await ids('match[spec_version]=2.0,2.1')).toHaveLength(3)
  })

  test('LIB-5: §3.4.1 match[version] is first, last, all or a version; last where it is absent', async () => {
    const { id } = object()
    for (const number of [1, 2, 3]) await put(object({ id, modified: version(number) }))
    const url = `${written.url}objects/`
    const versions = async (query: string, at = `${url}${id}/`) =>
      ((await get(`${at}${query}`)).json.objects as { modified: string }[]).map(({ modified }) => modified).toSorted()
    const held = await versions('?match[version]=all')
    expect(held).toEqual([version(1), version(2), version(3)])
    expect(await versions('')).toEqual([held.at(-1)])
    expect(await versions('?match[version]=last')).toEqual([held.at(-1)])
    expect(await versions('?match[version]=first')).toEqual([held[0]])
    expect(await versions(`?match[version]=${held[0]}`)).toEqual([held[0]])
    expect(await versions(`?match[version]=first,${held.at(-1)}`)).toEqual([held[0], held.at(-1)])
    expect(await versions(`?match[id]=${id}`, url)).toEqual([held.at(-1)])
    expect(await versions(`?match[id]=${id}&match[version]=first,last`, url)).toEqual([held[0], held.at(-1)])
    said(await get(`${url}${id}/?match[version]=newest`), 400)
  })

  test('LIB-5: §5.6 an object by its id, and 404 for one that is not there', async () => {
    const { json } = await get(`${read.url}objects/${indicatorId}/`)
    expect(json.objects).toMatchObject([{ id: indicatorId }])
    said(await get(`${read.url}objects/indicator--${crypto.randomUUID()}/`), 404)
    said(await get(`${read.url}objects/x/versions/`), 404)
    expect((await get(`${read.url}objects/${indicatorId}/?match[spec_version]=2.0`)).json).toEqual({})
  })

  test('LIB-5: §5.8 the versions of an object, all of them, in pages', async () => {
    const { id } = object()
    for (const number of [1, 2, 3]) await put(object({ id, modified: version(number) }))
    const pages = await walk(taxii, `${written.url}objects/${id}/versions/`, reader, [2])
    expect(pages.flatMap(({ json }) => json.versions)).toEqual(
      [1, 2, 3].map((number) => `2026-01-0${number}T00:00:00.000000Z`),
    )
  })
})

describe('adding and deleting', () => {
  test('LIB-5: §5.5 objects are added with 202 and a status, and come back as they were sent', async () => {
    const sent = object({ x_custom: { deep: [1, null, '\u2028'] }, labels: ['a'] })
    const { status, json } = await put(sent)
    expect([status, json]).toEqual([202, expect.objectContaining({ total_count: 1, success_count: 1 })])
    const { json: back } = await get(`${written.url}objects/${sent.id}/`)
    expect(back.objects).toEqual([sent])
    const { rows } = await taxii.at.library.database.pool.query(
      'select from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1 and i.value = $2',
      [written.ownerId, sent['name']],
    )
    expect(rows).toHaveLength(1)
  })

  test('LIB-5: §5.5 an object that is there already is no failure and no second version', async () => {
    const sent = object()
    await put(sent)
    const { json } = await put(sent)
    expect(json).toMatchObject({ total_count: 1, success_count: 1, failure_count: 0 })
    expect((await get(`${written.url}objects/${sent.id}/versions/`)).json.versions).toHaveLength(1)
  })

  test('LIB-5: §5.5 objects of every kind and of both versions of STIX are taken and served as they came', async () => {
    const identity = {
      type: 'identity',
      id: 'identity--0f4b2d5e-27e0-4d6f-8f0e-5f6d0c3f9a11',
      created: '2020-01-01T00:00:00.000Z',
      modified: '2020-01-01T00:00:00.000Z',
      name: 'Old',
      identity_class: 'organization',
    }
    const observable = {
      type: 'ipv4-addr',
      spec_version: '2.1',
      id: `ipv4-addr--${crypto.randomUUID()}`,
      value: '192.0.2.1',
    }
    await put(identity, observable)
    for (const sent of [identity, observable]) {
      expect((await get(`${written.url}objects/${sent.id}/`)).json.objects).toEqual([sent])
    }
    const old = await get(`${written.url}manifest/?match[spec_version]=2.0`)
    expect(old.json.objects).toMatchObject([{ id: identity.id, media_type: 'application/stix+json;version=2.0' }])
    const { json } = await get(`${written.url}objects/?match[type]=ipv4-addr,identity`)
    expect(json.objects).toHaveLength(2)
  })

  test('LIB-5: §5.5 what is no envelope is 400, and objects that are none 422', async () => {
    const url = `${written.url}objects/`
    for (const body of ['', '[]', 'x', '"objects"']) said(await taxii.post(url, reader, body), 400)
    const wrong = [
      '{}',
      '{"objects":7}',
      '{"objects":[',
      '{"more":true,',
      `{"objects":${'['.repeat(100)}${']'.repeat(100)}}`,
    ]
    for (const body of wrong) {
      const reply = await taxii.post(url, reader, body)
      expect([body.slice(0, 20), reply.status]).toEqual([body.slice(0, 20), 422])
    }
  })

  test('LIB-5: §5.7 a deleted object is gone, its versions with it, and so is what its owner said by it', async () => {
    const sent = object()
    await put(sent, object({ id: sent.id, modified: version(2) }))
    const headers = { accept: taxiiMediaType, authorization: reader }
    const url = `${written.url}objects/${sent.id}/`
    const reply = await taxii.send('DELETE', url, headers)
    expect([reply.status, reply.text]).toEqual([200, ''])
    said(await get(url), 404)
    said(await taxii.send('DELETE', url, headers), 404)
    const { rows } = await taxii.at.library.database.pool.query(
      'select from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1 and i.value = $2',
      [written.ownerId, sent['name']],
    )
    expect(rows).toHaveLength(0)
    await put(sent)
    expect((await get(url)).json.objects).toEqual([sent])
  })

  test('LIB-5: §5.7 match[version] deletes that version alone', async () => {
    const { id } = object()
    for (const number of [1, 2, 3]) await put(object({ id, modified: version(number) }))
    const url = `${written.url}objects/${id}/`
    const headers = { accept: taxiiMediaType, authorization: reader }
    expect((await taxii.send('DELETE', `${url}?match[version]=last`, headers)).status).toBe(200)
    expect((await get(url)).json.objects).toMatchObject([{ modified: version(2) }])
    expect((await taxii.send('DELETE', `${url}?match[version]=${version(1)}`, headers)).status).toBe(200)
    expect((await get(`${url}versions/`)).json.versions).toEqual(['2026-01-02T00:00:00.000000Z'])
    said(await taxii.send('DELETE', `${url}?match[version]=${version(9)}`, headers), 404)
  })
})

test('LIB-5: every requirement of requirements.md names a test that there is', () => {
  const here = new URL('.', import.meta.url)
  const tests = readdirSync(here)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, here), 'utf8'))
    .join('\n')
  const rows = readFileSync(new URL('requirements.md', here), 'utf8')
    .split('\n')
    .filter((line) => /^\| §/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.length).toBeGreaterThan(40)
  const missing = rows.filter(([, , , title = '']) => title === '' || !tests.includes(`'LIB-5: ${title}'`))
  expect(missing.map(([, clause, , title]) => `${clause}: ${title}`)).toEqual([])
})
