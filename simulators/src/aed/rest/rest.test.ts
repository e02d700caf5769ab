import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { addressIndicators, indicator, rehearse } from '../testing/rehearsal-client.ts'
import type { Rehearsal } from '../testing/rehearsal-client.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await rehearse({ collections: ['Postern', 'Read', 'Gone'] })
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

const ids = (reply: { json(): { alerts: Array<{ id: number }> } }) => reply.json().alerts.map((alert) => alert.id)

test('the summary holds protectionLevel, by which clients find the version of the interface', async () => {
  const reply = await rehearsal.client.rest('/summary/')
  expect(reply.headers['content-type']).toBe('application/json')
  expect(reply.json()).toMatchObject({ protectionLevel: 1, stixCollections: 4 })
})

test('a missing or wrong token is an error with the header named', async () => {
  for (const token of ['', 'x'.repeat(40), rehearsal.aed.identity.stixPassword]) {
    const reply = await rehearsal.client.rest('/alerts/', { headers: { 'x-arbux-apitoken': token } })
    expect(reply.status).toBe(401)
    expect(reply.json()).toEqual({
      errors: [{ code: 'invalidAuthToken', message: 'Authentication Failed', field: 'X-Arbux-APIToken' }],
    })
  }
  const basic = await rehearsal.client.send('/api/aed/v3/alerts/', {
    headers: { authorization: rehearsal.client.basic() },
  })
  expect(basic.status).toBe(401)
})

test('a missing slash is a redirect, another method 405, an unknown resource 404, all as JSON errors', async () => {
  const redirect = await rehearsal.client.rest('/alerts?perPage=3')
  expect([redirect.status, redirect.headers.location]).toEqual([301, '/api/aed/v3/alerts/?perPage=3'])
  const deleted = await rehearsal.client.rest('/alerts/', { method: 'DELETE' })
  expect([deleted.status, deleted.headers.allow]).toEqual([405, 'GET'])
  const unknown = await rehearsal.client.rest('/nothing/')
  expect([unknown.status, unknown.json().errors[0].code]).toEqual([404, 'notFound'])
  expect((await rehearsal.client.rest('/alerts/%E0%A4/')).status).toBe(404)
})

test('AED-1: alerts come in pages of 10, narrowed by severity and words, sorted and cut as asked', async () => {
  const startTime = 1_800_000_000
  const more = Array.from({ length: 12 }, (_, index) => ({
    alertType: 'Protection' as const,
    severity: (index % 3) + 1,
    isActive: true,
    startTime: startTime + index,
    updateTime: startTime + index,
    description: `numbered word${index} of the list`,
  }))
  const added = rehearsal.aed.addAlerts(more)
  expect(ids(await rehearsal.client.rest('/alerts/'))).toHaveLength(10)
  const second = ids(await rehearsal.client.rest('/alerts/?page=2&perPage=10'))
  expect([second.length, second.at(-1)]).toEqual([9, added.at(-1)])
  expect(ids(await rehearsal.client.rest('/alerts/?perPage=0'))).toHaveLength(19)
  expect(ids(await rehearsal.client.rest('/alerts/?q=WORD3+word5'))).toEqual([added[3], added[5]])
  expect(ids(await rehearsal.client.rest('/alerts/?q=numbered&severity=3&perPage=50'))).toHaveLength(4)
  expect(ids(await rehearsal.client.rest('/alerts/?q=numbered&severity=high,low&perPage=50'))).toHaveLength(8)
  expect(ids(await rehearsal.client.rest('/alerts/?sort=startTime&direction=DESC&perPage=1'))).toEqual([added.at(-1)])
  const [cut] = (await rehearsal.client.rest('/alerts/?select=id,severity&perPage=1')).json().alerts
  expect(Object.keys(cut)).toEqual(['id', 'severity'])
  expect((await rehearsal.client.rest(`/alerts/${added[0]}/`)).json()).toMatchObject({
    id: added[0],
    severity: 1,
    startTime,
  })
  expect((await rehearsal.client.rest('/alerts/999999/')).status).toBe(404)
})

test('a list parameter that cannot be is an error that names it', async () => {
  const wrong = { page: '0', perPage: 'many', direction: 'UP', sort: 'colour', severity: 'awful' }
  for (const [field, value] of Object.entries(wrong)) {
    const reply = await rehearsal.client.rest(`/alerts/?${field}=${value}`)
    expect([reply.status, reply.json().errors[0].field]).toEqual([400, field])
  }
})

test('clients are listed without their passwords', async () => {
  const reply = await rehearsal.client.rest('/taxii/configuration/clients/')
  expect(reply.json().clients[0].username).toBe(rehearsal.aed.identity.stixUsername)
  expect(reply.text).not.toContain(rehearsal.aed.identity.stixPassword)
})

test('AED-7: what a collection holds is read back in pages, as STIX, by the UUID that TAXII knows too', async () => {
  const objects = [...addressIndicators(12), indicator("[domain-name:value = 'find-me.example']")]
  const taxiiPath = await rehearsal.client.objectsPath('Read')
  await rehearsal.client.post(taxiiPath, objects)
  const path = await rehearsal.client.configurationPath('Read')
  expect(taxiiPath).toContain(path.split('/').at(-3))
  expect((await rehearsal.client.rest(path)).json().objects).toHaveLength(10)
  const second = (await rehearsal.client.rest(`${path}?page=2`)).json().objects
  expect(second).toEqual(objects.slice(10))
  expect((await rehearsal.client.rest(`${path}?page=3`)).json()).toEqual({ objects: [] })
  expect((await rehearsal.client.rest(`${path}?q=FIND-me`)).json().objects).toEqual([objects.at(-1)])
  const patterns = (await rehearsal.client.rest(`${path}?select=pattern&perPage=1`)).json().objects
  expect(patterns).toEqual([{ pattern: objects[0]?.['pattern'] }])
  const reversed = (await rehearsal.client.rest(`${path}?sort=id&direction=DESC&perPage=500`)).json().objects
  expect(reversed.map((object: { id: string }) => object.id)).toEqual(
    objects
      .map((object) => object.id)
      .toSorted()
      .toReversed(),
  )
  expect((await rehearsal.client.rest(`/taxii/configuration/collections/${randomUUID()}/objects/`)).status).toBe(404)
})

test('D6: DELETE removes the objects it names, in a body or in the query, and without names clears the collection', async () => {
  const objects = addressIndicators(6)
  await rehearsal.client.post(await rehearsal.client.objectsPath('Gone'), objects)
  const path = await rehearsal.client.configurationPath('Gone')
  const remove = (query: string, body?: unknown) =>
    rehearsal.client.rest(`${path}${query}`, {
      method: 'DELETE',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const byBody = await remove('', { ids: [objects[0]?.id, `indicator--${randomUUID()}`] })
  expect([byBody.status, byBody.text]).toEqual([204, ''])
  await remove(`?ids=${objects[1]?.id},${objects[2]?.id}`)
  expect(rehearsal.aed.held('Gone')['ipv4-addr']).toHaveLength(3)
  expect((await remove('', { ids: 'all' })).status).toBe(400)
  expect((await remove('', { ids: [] })).status).toBe(204)
  expect(rehearsal.aed.held('Gone')['ipv4-addr']).toHaveLength(3)
  expect((await remove('')).status).toBe(204)
  expect(rehearsal.aed.held('Gone')['ipv4-addr']).toEqual([])
  await rehearsal.client.post(await rehearsal.client.objectsPath('Gone'), objects)
  expect(rehearsal.aed.held('Gone')['ipv4-addr']).toHaveLength(6)
})
