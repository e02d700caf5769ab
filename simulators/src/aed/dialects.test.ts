import { randomUUID } from 'node:crypto'

import { expect, test } from 'vitest'

import { AedDialect } from './dialect.ts'
import { aedDialects, readDialect } from './dialects.ts'
import { addressIndicators, indicator, rehearse } from './testing/rehearsal-client.ts'
import type { Rehearsal } from './testing/rehearsal-client.ts'

const later = '2026-04-01T00:00:00.000Z'
const latest = '2026-05-01T00:00:00.000Z'

async function postedTo(rehearsal: Rehearsal, objects: readonly object[]): Promise<string> {
  const path = await rehearsal.client.objectsPath('Postern')
  expect((await rehearsal.client.post(path, objects)).status).toBe(202)
  return path
}

test('every setting of a dialect has a description, and every named dialect is one', () => {
  for (const [name, schema] of Object.entries(AedDialect.shape)) expect(schema.description, name).toBeTruthy()
  for (const name of Object.keys(aedDialects)) expect(() => readDialect([name])).not.toThrow()
})

test('dialects add up from left to right, and what is not known is named', () => {
  expect(readDialect(['quirky', 'write-only', 'pendingPolls=7', 'canRead=true', 'badToken=400'])).toMatchObject({
    discoveryPath: '/taxii2/',
    pendingPolls: 7,
    canRead: true,
    badToken: '400',
  })
  expect(() => readDialect(['klingon'])).toThrow('no dialect is called klingon')
  expect(() => readDialect(['colour=red'])).toThrow('colour')
  expect(() => readDialect(['pendingPolls=many'])).toThrow('pendingPolls')
})

test('discoveryPath, apiRoot, apiRootUrls: TAXII lies where the dialect says and nowhere else', async () => {
  await using rehearsal = await rehearse({ dialects: ['quirky', 'apiRootUrls=relative'] })
  expect((await rehearsal.client.taxii('/taxii2/')).json().api_roots).toEqual(['/taxii2/feeds/'])
  expect((await rehearsal.client.taxii('/taxii2/feeds/')).json().max_content_length).toBe(256 * 1024)
  expect((await rehearsal.client.taxii('/taxii/')).status).toBe(404)
})

test('canRead: a client that may not read is told so by the collection and by a 403', async () => {
  await using rehearsal = await rehearse({ dialects: ['write-only'] })
  const path = await postedTo(rehearsal, addressIndicators(1))
  expect((await rehearsal.client.taxii(path.replace('objects/', ''))).json().can_read).toBe(false)
  expect((await rehearsal.client.stix(path)).status).toBe(403)
  expect((await rehearsal.client.taxii(path.replace('objects/', 'manifest/'))).status).toBe(403)
})

test('accept: a lenient appliance takes */* and no Accept at all', async () => {
  await using rehearsal = await rehearse({ dialect: { accept: 'lenient' } })
  expect((await rehearsal.client.taxii('/taxii/', { headers: { accept: '*/*' } })).status).toBe(200)
  const { stixUsername, stixPassword } = rehearsal.aed.identity
  const authorization = `Basic ${Buffer.from(`${stixUsername}:${stixPassword}`).toString('base64')}`
  expect((await rehearsal.client.send('/taxii/', { headers: { authorization } })).status).toBe(200)
  expect((await rehearsal.client.taxii('/taxii/', { headers: { accept: 'text/html' } })).status).toBe(406)
})

test('pendingPolls, statusLists: a status is pending for so many answers, and its counts always add up', async () => {
  await using rehearsal = await rehearse({ dialect: { pendingPolls: 2 } })
  const path = await rehearsal.client.objectsPath('Postern')
  const [good, bad] = [...addressIndicators(1), indicator('nonsense')]
  const posted = (await rehearsal.client.post(path, [good ?? {}, bad ?? {}])).json()
  expect(posted).toMatchObject({ status: 'pending', total_count: 2, pending_count: 2, pendings: [good?.id, bad?.id] })
  const polled: string[] = []
  for (let poll = 0; poll < 3; poll += 1) {
    polled.push((await rehearsal.client.taxii(`/taxii/api/status/${posted.id}/`)).json().status)
  }
  expect(polled).toEqual(['pending', 'pending', 'complete'])
  await using counting = await rehearse({ dialect: { statusLists: 'counts' } })
  const counted = (
    await counting.client.post(await counting.client.objectsPath('Postern'), addressIndicators(2))
  ).json()
  expect(counted).toMatchObject({ success_count: 2, pending_count: 0 })
  expect(counted).not.toHaveProperty('successes')
})

test('unsupportedObjects: an appliance may count what it does not know as a success and forget it', async () => {
  await using rehearsal = await rehearse({ dialect: { unsupportedObjects: 'ignored' } })
  const path = await rehearsal.client.objectsPath('Postern')
  const report = { type: 'report', id: `report--${randomUUID()}`, created: later, modified: later, labels: ['x'] }
  const status = (
    await rehearsal.client.post(path, [report, indicator("[mutex:name = 'm']"), indicator('', {})])
  ).json()
  expect(status).toMatchObject({ success_count: 2, failure_count: 1 })
  expect((await rehearsal.client.stix(path)).json()).not.toHaveProperty('objects')
})

test('cidr, uuids: both may be taken', async () => {
  await using rehearsal = await rehearse({ dialect: { cidr: 'taken', uuids: 'any' } })
  const id = 'indicator--67e55044-10b1-526f-9247-bb680e5fe0c8'
  await postedTo(rehearsal, [
    indicator("[ipv4-addr:value = '192.0.2.0/24']", { id }),
    indicator("[ipv6-addr:value = '2001:db8::/32']"),
  ])
  expect(rehearsal.aed.held('Postern')['ipv4-addr']).toEqual(['192.0.2.0/24'])
})

test('revoke: where it is ignored, a revoked object stays held and the status says nothing of it', async () => {
  await using rehearsal = await rehearse({ dialects: ['no-revoke'] })
  const one = indicator("[domain-name:value = 'a.example']")
  const path = await postedTo(rehearsal, [one])
  const status = (await rehearsal.client.post(path, [{ ...one, revoked: true, modified: later }])).json()
  expect(status.success_count).toBe(1)
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['a.example'])
  expect((await rehearsal.client.stix(path)).json().objects).toEqual([one])
})

test('afterRevoke: where revoking is for good, a later version of the id is refused', async () => {
  await using rehearsal = await rehearse({ dialects: ['revoked-for-good'] })
  const one = indicator("[domain-name:value = 'a.example']")
  const path = await postedTo(rehearsal, [one])
  await rehearsal.client.post(path, [{ ...one, revoked: true, modified: later }])
  const status = (await rehearsal.client.post(path, [{ ...one, modified: latest }])).json()
  expect(status.failures).toEqual([{ id: one.id, message: 'this id was revoked, and revoking is permanent' }])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual([])
})

test('revokedListed: reads may still show what was revoked, marked as such', async () => {
  await using rehearsal = await rehearse({ dialect: { revokedListed: true } })
  const one = indicator("[domain-name:value = 'a.example']")
  const path = await postedTo(rehearsal, [one])
  const revoked = { ...one, revoked: true, modified: later }
  await rehearsal.client.post(path, [revoked])
  expect((await rehearsal.client.stix(path)).json().objects).toEqual([revoked])
  expect((await rehearsal.client.rest(await rehearsal.client.configurationPath('Postern'))).json().objects).toEqual([
    revoked,
  ])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual([])
})

test('deleteById, clear: each may be missing with 405, and a DELETE by name may take everything', async () => {
  const objects = addressIndicators(3)
  const body = JSON.stringify({ ids: [objects[0]?.id] })
  await using without = await rehearse({ dialects: ['no-delete'] })
  await postedTo(without, objects)
  const path = await without.client.configurationPath('Postern')
  expect((await without.client.rest(path, { method: 'DELETE', body })).status).toBe(405)
  expect((await without.client.rest(path, { method: 'DELETE' })).status).toBe(405)
  expect(without.aed.held('Postern')['ipv4-addr']).toHaveLength(3)
  await using careless = await rehearse({ dialects: ['delete-clears'] })
  await postedTo(careless, objects)
  const carelessPath = await careless.client.configurationPath('Postern')
  expect((await careless.client.rest(carelessPath, { method: 'DELETE', body })).status).toBe(204)
  expect(careless.aed.held('Postern')['ipv4-addr']).toEqual([])
})

test('objectShape, collectionKeys: the configuration interface may list rows of its own under other keys', async () => {
  await using rehearsal = await rehearse({ dialect: { objectShape: 'summary', collectionKeys: 'id-name' } })
  const one = indicator("[domain-name:value = 'a.example']")
  await postedTo(rehearsal, [one])
  const { collections } = (await rehearsal.client.rest('/taxii/configuration/collections/')).json()
  expect(collections[1]).toMatchObject({ name: 'Postern', indicatorCount: 1 })
  const { objects } = (await rehearsal.client.rest(await rehearsal.client.configurationPath('Postern'))).json()
  expect(objects).toEqual([
    {
      id: one.id,
      type: 'indicator',
      indicatorType: 'domain-name',
      value: 'a.example',
      revoked: 0,
      updateTime: 1_772_323_200,
    },
  ])
})

test('alertSeverity, alertTimes, alertFilters, keywords: alerts may be written and searched otherwise', async () => {
  await using text = await rehearse({ dialects: ['text-alerts', 'keywords=all'] })
  const [alert] = (await text.client.rest('/alerts/?q=malware+payload')).json().alerts
  expect(alert.severity).toBe('high')
  expect(alert.startTime).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  expect((await text.client.rest('/alerts/?q=malware+nowhere')).json().alerts).toEqual([])
  await using deaf = await rehearse({ dialect: { keywords: 'ignored', alertFilters: 'ignored' } })
  expect((await deaf.client.rest('/alerts/?q=nowhere&severity=1')).json().alerts).toHaveLength(7)
})

test('badToken: a stranger may meet 400, a redirect to the login or the login page with 200', async () => {
  const answers = {
    '400': [400, 'application/json'],
    'login-redirect': [302, 'text/html'],
    'login-page': [200, 'text/html'],
  }
  for (const [badToken, [status, type]] of Object.entries(answers)) {
    await using rehearsal = await rehearse({ dialects: [`badToken=${badToken}`] })
    const reply = await rehearsal.client.send('/api/aed/v3/alerts/')
    expect([reply.status, reply.headers['content-type']]).toEqual([status, expect.stringContaining(String(type))])
  }
})

test('errorShape: a REST error may be one message or a page', async () => {
  await using message = await rehearse({ dialect: { errorShape: 'message' } })
  expect((await message.client.rest('/nothing/')).json()).toEqual({ message: 'there is no such resource', code: 404 })
  await using html = await rehearse({ dialect: { errorShape: 'html' } })
  const page = await html.client.rest('/alerts/?severity=%3Cscript%3E')
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  expect(page.text).not.toContain('<script>')
})

test('AED-8: apiVersions: an older appliance serves v2 under both its names and has no v3', async () => {
  await using rehearsal = await rehearse({ dialects: ['older'] })
  const headers = { 'x-arbux-apitoken': rehearsal.aed.identity.apiToken }
  for (const base of ['/api/aed/v2', '/api/aps/v2']) {
    expect((await rehearsal.client.send(`${base}/summary/`, { headers })).json()).toHaveProperty('protectionLevel')
    expect((await rehearsal.client.send(`${base}/alerts/`, { headers })).json().alerts).toHaveLength(7)
  }
  expect((await rehearsal.client.rest('/summary/')).status).toBe(404)
})
