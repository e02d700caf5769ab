import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { addressIndicators, bundle, indicator, rehearse } from '../testing/rehearsal-client.ts'
import type { Rehearsal } from '../testing/rehearsal-client.ts'
import { stixType, taxiiType } from './media.ts'

const root = '/taxii/api/'
let rehearsal: Rehearsal
let objects: string

beforeAll(async () => {
  rehearsal = await rehearse({
    collections: ['Postern', 'Paged', 'Empty'],
    dialect: { maxContentLengthBytes: 64 * 1024 },
  })
  objects = await rehearsal.client.objectsPath('Postern')
  await rehearsal.client.post(await rehearsal.client.objectsPath('Paged'), addressIndicators(25))
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

describe('server information', () => {
  test('discovery names the API root, the API root its size limit, and both carry the TAXII media type', async () => {
    const discovery = await rehearsal.client.taxii('/taxii/')
    expect(discovery.status).toBe(200)
    expect(discovery.headers['content-type']).toBe(taxiiType)
    expect(discovery.json().api_roots).toEqual([`${rehearsal.aed.identity.url}${root}`])
    const apiRoot = await rehearsal.client.taxii(root)
    expect(apiRoot.json()).toEqual({ title: 'Indicators', versions: ['taxii-2.0'], max_content_length: 64 * 1024 })
  })

  test('links lead back to the name the client used, if it is one of this machine', async () => {
    const { port } = rehearsal.aed.identity
    const asLocalhost = await rehearsal.client.taxii('/taxii/', { headers: { host: `localhost:${port}` } })
    expect(asLocalhost.json().default).toBe(`https://localhost:${port}${root}`)
    const asStranger = await rehearsal.client.taxii('/taxii/', { headers: { host: 'attacker.example' } })
    expect(asStranger.json().default).toBe(`https://127.0.0.1:${port}${root}`)
  })

  test('a client without the right name and password gets 401 and the scheme to use', async () => {
    const strangers = ['', 'Basic bm86bm8=', 'Basic !!', `Bearer ${rehearsal.aed.identity.apiToken}`]
    for (const authorization of strangers) {
      const reply = await rehearsal.client.taxii('/taxii/', { headers: { authorization } })
      expect(reply.status).toBe(401)
      expect(reply.headers['www-authenticate']).toMatch(/^Basic realm=/)
      expect(reply.json()).toMatchObject({ title: 'Authentication failed', http_status: '401' })
    }
    const withToken = await rehearsal.client.send('/taxii/', {
      headers: { 'x-arbux-apitoken': rehearsal.aed.identity.apiToken },
    })
    expect(withToken.status).toBe(401)
  })

  test('an answer the client does not accept is 406', async () => {
    for (const accept of [
      'application/json',
      '*/*',
      'application/vnd.oasis.taxii+json; version=2.1',
      `${taxiiType};q=0`,
    ]) {
      expect((await rehearsal.client.taxii('/taxii/', { headers: { accept } })).status).toBe(406)
    }
    const bare = 'text/html, application/vnd.oasis.taxii+json'
    expect((await rehearsal.client.taxii('/taxii/', { headers: { accept: bare } })).status).toBe(200)
    expect((await rehearsal.client.taxii(objects)).status).toBe(406)
  })

  test('a missing slash is a redirect, an unknown path 404, another method 405', async () => {
    const redirect = await rehearsal.client.taxii('/taxii/api/collections?x=1')
    expect([redirect.status, redirect.headers.location]).toEqual([301, '/taxii/api/collections/?x=1'])
    expect((await rehearsal.client.taxii('/taxii/api/nothing/')).status).toBe(404)
    const deleted = await rehearsal.client.taxii(objects, { method: 'DELETE' })
    expect([deleted.status, deleted.headers.allow]).toEqual([405, 'GET, POST'])
  })
})

describe('collections', () => {
  test('the default collection comes first, every one with a UUID, a title and its rights', async () => {
    const { collections } = (await rehearsal.client.taxii(`${root}collections/`)).json()
    expect(collections.map((collection: { title: string }) => collection.title)).toEqual([
      'Default Indicators Collection',
      'Postern',
      'Paged',
      'Empty',
    ])
    for (const collection of collections) {
      expect(collection).toMatchObject({ can_read: true, can_write: true, media_types: [stixType] })
      expect(collection.id).toMatch(/^[0-9a-f-]{36}$/)
      expect((await rehearsal.client.taxii(`${root}collections/${collection.id}/`)).json()).toEqual(collection)
    }
  })

  test('the list of collections is range-paged', async () => {
    const page = await rehearsal.client.taxii(`${root}collections/`, { headers: { range: 'items 1-2' } })
    expect([page.status, page.headers['content-range']]).toEqual([206, 'items 1-2/4'])
    expect(page.json().collections).toHaveLength(2)
  })

  test('an unknown collection is 404 for every request', async () => {
    const unknown = `${root}collections/${randomUUID()}/`
    expect((await rehearsal.client.taxii(unknown)).status).toBe(404)
    expect((await rehearsal.client.stix(`${unknown}objects/`)).status).toBe(404)
    expect((await rehearsal.client.post(`${unknown}objects/`, addressIndicators(1))).status).toBe(404)
  })
})

describe('adding objects', () => {
  test('a bundle is answered 202 with a complete status that can be read again', async () => {
    const good = indicator("[domain-name:value = 'added.example.com']")
    const actor = { ...indicator('x'), type: 'threat-actor', id: `threat-actor--${randomUUID()}`, name: 'Someone' }
    const reply = await rehearsal.client.post(objects, [good, actor])
    expect([reply.status, reply.headers['content-type']]).toEqual([202, taxiiType])
    const status = reply.json()
    expect(status).toMatchObject({
      status: 'complete',
      total_count: 2,
      success_count: 1,
      successes: [good.id],
      failure_count: 1,
      failures: [{ id: actor.id, message: 'objects of type threat-actor are not supported' }],
      pending_count: 0,
    })
    expect((await rehearsal.client.taxii(`${root}status/${status.id}/`)).json()).toEqual(status)
    expect((await rehearsal.client.taxii(`${root}status/${randomUUID()}/`)).status).toBe(404)
    expect(rehearsal.aed.held('Postern')['domain-name']).toContain('added.example.com')
  })

  test('a body of another media type is 415', async () => {
    for (const type of ['application/json', taxiiType, 'application/vnd.oasis.stix+json; version=2.1', '']) {
      expect((await rehearsal.client.post(objects, addressIndicators(1), { 'content-type': type })).status).toBe(415)
    }
  })

  test('a body above max_content_length is 413, whether announced, chunked or hidden in gzip', async () => {
    const large = 'x'.repeat(64 * 1024 + 1)
    const post = { method: 'POST', headers: { 'content-type': stixType } }
    expect((await rehearsal.client.taxii(objects, { ...post, body: large })).status).toBe(413)
    expect((await rehearsal.client.taxii(objects, { ...post, body: large, chunked: true })).status).toBe(413)
    const zipped = { 'content-type': stixType, 'content-encoding': 'gzip' }
    expect((await rehearsal.client.taxii(objects, { ...post, body: gzipSync(large), headers: zipped })).status).toBe(
      413,
    )
    const far = Buffer.alloc(8 * 1024 * 1024, 0x20)
    expect((await rehearsal.client.taxii(objects, { ...post, body: far })).status).toBe(413)
  })

  test('gzip is read, broken gzip is 400, another encoding 415', async () => {
    const one = indicator("[url:value = 'http://gzip.example.com/']")
    const post = (body: string | Buffer, encoding: string) =>
      rehearsal.client.taxii(objects, {
        method: 'POST',
        body,
        headers: { 'content-type': stixType, 'content-encoding': encoding },
      })
    expect((await post(gzipSync(JSON.stringify(bundle([one]))), 'gzip')).status).toBe(202)
    expect(rehearsal.aed.held('Postern').url).toContain('http://gzip.example.com/')
    expect((await post('not gzip', 'gzip')).status).toBe(400)
    expect((await post('x', 'br')).status).toBe(415)
  })

  test('what is not JSON, or nested too deep, is 400; JSON that is no STIX 2.0 bundle is 422', async () => {
    const post = async (body: string | Buffer) =>
      (await rehearsal.client.taxii(objects, { method: 'POST', body, headers: { 'content-type': stixType } })).status
    expect(await post('{')).toBe(400)
    expect(await post(Buffer.from([0xff, 0xfe]))).toBe(400)
    expect(await post(`${'['.repeat(65)}${']'.repeat(65)}`)).toBe(400)
    expect(await post('[]')).toBe(422)
    expect(await post(JSON.stringify({ ...bundle([]) }))).toBe(422)
    expect(await post(JSON.stringify({ ...bundle(addressIndicators(1)), spec_version: '2.1' }))).toBe(422)
    expect(await post(JSON.stringify({ ...bundle(addressIndicators(1)), type: 'envelope' }))).toBe(422)
    expect(await post(JSON.stringify({ ...bundle(addressIndicators(1)), id: 'x' }))).toBe(422)
  })
})

describe('reading objects', () => {
  test('without a range all come as one bundle of the STIX media type, with the dates they were added', async () => {
    const reply = await rehearsal.client.stix(await rehearsal.client.objectsPath('Paged'))
    expect([reply.status, reply.headers['content-type'], reply.headers['accept-ranges']]).toEqual([
      200,
      stixType,
      'items',
    ])
    expect(reply.json()).toMatchObject({ type: 'bundle', spec_version: '2.0' })
    expect(reply.json().objects).toHaveLength(25)
    expect(reply.headers['x-taxii-date-added-first']).toMatch(/^\d{4}-.*Z$/)
    expect(reply.headers['x-taxii-date-added-last']).toMatch(/^\d{4}-.*Z$/)
  })

  test('pages by Range give every object once, in the order they were added', async () => {
    const path = await rehearsal.client.objectsPath('Paged')
    const ids: string[] = []
    for (const range of ['items 0-9', 'items=10-19', 'items 20-29']) {
      const page = await rehearsal.client.stix(path, { range })
      expect(page.status).toBe(206)
      ids.push(...page.json().objects.map((object: { id: string }) => object.id))
      expect(page.headers['content-range']).toBe(
        `items ${ids.length - page.json().objects.length}-${ids.length - 1}/25`,
      )
    }
    const all = (await rehearsal.client.stix(path)).json().objects.map((object: { id: string }) => object.id)
    expect(ids).toEqual(all)
  })

  test('a range behind the end, or unreadable, is 416; another unit is ignored', async () => {
    const path = await rehearsal.client.objectsPath('Paged')
    for (const range of ['items 25-30', 'items 9-3', 'items x']) {
      const reply = await rehearsal.client.stix(path, { range })
      expect([reply.status, reply.headers['content-range']]).toEqual([416, 'items */25'])
    }
    expect((await rehearsal.client.stix(path, { range: 'bytes=0-3' })).status).toBe(200)
  })

  test('an empty collection is a bundle without objects, since STIX 2.0 forbids empty lists', async () => {
    const reply = await rehearsal.client.stix(await rehearsal.client.objectsPath('Empty'))
    expect(reply.status).toBe(200)
    expect(reply.json()).not.toHaveProperty('objects')
  })

  test('match and added_after narrow what is read; a broken filter is 400', async () => {
    const path = await rehearsal.client.objectsPath('Paged')
    const [first, second] = (await rehearsal.client.stix(path)).json().objects
    const byId = await rehearsal.client.stix(`${path}?match[id]=${first.id},${second.id}`)
    expect(byId.json().objects).toEqual([first, second])
    expect((await rehearsal.client.stix(`${path}?match[type]=malware`)).json()).not.toHaveProperty('objects')
    expect((await rehearsal.client.stix(`${path}?match[version]=${first.modified}`)).json().objects).toHaveLength(25)
    expect((await rehearsal.client.stix(`${path}?match[version]=2020-01-01T00:00:00Z`)).json()).not.toHaveProperty(
      'objects',
    )
    expect((await rehearsal.client.stix(`${path}?added_after=2020-01-01T00:00:00Z`)).json().objects).toHaveLength(25)
    expect((await rehearsal.client.stix(`${path}?added_after=2099-01-01T00:00:00Z`)).json()).not.toHaveProperty(
      'objects',
    )
    expect((await rehearsal.client.stix(`${path}?added_after=yesterday`)).status).toBe(400)
    expect((await rehearsal.client.stix(`${path}?match[id]=a&match[id]=b`)).status).toBe(400)
  })

  test('one object is read by its id, and the manifest lists the versions held', async () => {
    const path = await rehearsal.client.objectsPath('Paged')
    const [first] = (await rehearsal.client.stix(path)).json().objects
    expect((await rehearsal.client.stix(`${path}${first.id}/`)).json().objects).toEqual([first])
    expect((await rehearsal.client.stix(`${path}indicator--${randomUUID()}/`)).status).toBe(404)
    const manifest = await rehearsal.client.taxii(path.replace('objects/', 'manifest/'))
    expect(manifest.json().objects).toHaveLength(25)
    expect(manifest.json().objects[0]).toMatchObject({
      id: first.id,
      versions: [first.modified],
      media_types: [stixType],
    })
  })

  test('a large collection is answered in parts even when nobody asks for a part', async () => {
    await using large = await rehearse()
    const path = await large.client.objectsPath('Postern')
    await large.client.post(path, addressIndicators(1_001))
    const reply = await large.client.stix(path)
    expect([reply.status, reply.headers['content-range']]).toEqual([206, 'items 0-999/1001'])
  })
})
