import { statSync } from 'node:fs'

import { expect, test } from 'vitest'

import { addressIndicators, askOracle, rehearse } from './testing/rehearsal-client.ts'

test('the back door tells what is held and how often what was asked, and only its owner may open it', async () => {
  await using rehearsal = await rehearse()
  const { oracleSocket } = rehearsal.aed.identity
  expect(statSync(oracleSocket).mode & 0o777).toBe(0o600)
  await rehearsal.client.post(await rehearsal.client.objectsPath('Postern'), addressIndicators(3))
  const state = (await askOracle(oracleSocket, '/state')).json()
  expect(state.collections[1]).toMatchObject({
    title: 'Postern',
    indicators: 3,
    others: 0,
    held: { 'ipv4-addr': ['198.51.100.0', '198.51.100.1', '198.51.100.2'], 'domain-name': [], url: [] },
  })
  expect(state.requests).toEqual({ 'taxii-collections': { 200: 1 }, 'taxii-post': { 202: 1 } })
  expect(state.inFlight).toBe(0)
  const numbers = (await askOracle(oracleSocket, '/state?values=no')).json()
  expect(numbers.collections[1]).not.toHaveProperty('held')
})

test('what is held is kept and put back by the back door, with all that was said of it', async () => {
  await using rehearsal = await rehearse({ limits: { indicatorsPerCollection: 3 } })
  const { aed, client } = rehearsal
  const { oracleSocket } = aed.identity
  const path = await client.objectsPath('Postern')
  const [a, b, c, d] = addressIndicators(4).map((object) => [object])
  const early = await askOracle(oracleSocket, '/recall', { method: 'POST' })
  expect([early.status, early.json().message]).toEqual([409, expect.stringContaining('POST /keep')])
  await client.post(path, [...(a ?? []), ...(b ?? [])])
  expect((await askOracle(oracleSocket, '/keep', { method: 'POST' })).status).toBe(200)
  for (let round = 0; round < 2; round += 1) {
    await client.rest(await client.configurationPath('Postern'), { method: 'DELETE' })
    for (const object of [c, d]) await client.post(path, object ?? [])
    expect(aed.held('Postern')['ipv4-addr']).toEqual(['198.51.100.2', '198.51.100.3'])
    expect((await askOracle(oracleSocket, '/recall', { method: 'POST' })).status).toBe(200)
    expect(aed.held('Postern')['ipv4-addr']).toEqual(['198.51.100.0', '198.51.100.1'])
  }
  // Room is counted anew, too: of two there is one left.
  expect((await client.post(path, c ?? [])).json()).toMatchObject({ success_count: 1 })
  expect((await client.post(path, d ?? [])).json()).toMatchObject({ failure_count: 1 })
})

test('alerts put in by the back door are found by the connector’s way', async () => {
  await using rehearsal = await rehearse()
  const alert = {
    alertType: 'System',
    severity: 2,
    startTime: 1_800_000_000,
    updateTime: 1_800_000_000,
    description: 'put in',
  }
  const added = await askOracle(rehearsal.aed.identity.oracleSocket, '/alerts', {
    method: 'POST',
    body: JSON.stringify([alert]),
  })
  expect(added.status).toBe(201)
  const [found] = (await rehearsal.client.rest('/alerts/?sort=id&direction=DESC&perPage=1')).json().alerts
  expect(found).toMatchObject({ id: added.json().ids[0], description: 'put in', isActive: 1 })
  const refused = await askOracle(rehearsal.aed.identity.oracleSocket, '/alerts', {
    method: 'POST',
    body: '[{"severity":9}]',
  })
  expect([refused.status, refused.json().message]).toEqual([400, expect.stringContaining('severity')])
})

test('faults: a dropped connection before or after storing, an answer without effect, 503, and a slow answer', async () => {
  await using rehearsal = await rehearse()
  const { client, aed } = rehearsal
  const path = await client.objectsPath('Postern')
  const [a, b, c] = addressIndicators(3).map((object) => [object])
  const setFaults = async (rules: object[]) => {
    const set = await askOracle(aed.identity.oracleSocket, '/faults', { method: 'POST', body: JSON.stringify(rules) })
    expect(set.status).toBe(200)
  }

  await setFaults([{ on: 'taxii-post', fault: 'drop', times: 1 }])
  await expect(client.post(path, a ?? [])).rejects.toThrow(/hang up|ECONNRESET/)
  expect(aed.held('Postern')['ipv4-addr']).toEqual([])

  await setFaults([{ on: 'taxii-post', fault: 'drop-after-storing', times: 1 }])
  await expect(client.post(path, a ?? [])).rejects.toThrow(/hang up|ECONNRESET/)
  expect(aed.held('Postern')['ipv4-addr']).toEqual(['198.51.100.0'])

  await setFaults([{ on: 'taxii-post', fault: 'store-nothing-answer-ok', times: 1 }])
  expect((await client.post(path, b ?? [])).json()).toMatchObject({ status: 'complete', success_count: 1 })
  expect(aed.held('Postern')['ipv4-addr']).toEqual(['198.51.100.0'])

  await setFaults([{ on: '*', fault: 'error-503', after: 1, times: 2 }])
  const statuses = [
    await client.rest('/summary/'),
    await client.rest('/summary/'),
    await client.taxii('/taxii/'),
    await client.taxii('/taxii/'),
  ]
  expect(statuses.map((reply) => reply.status)).toEqual([200, 503, 503, 200])

  await setFaults([{ on: 'rest-summary', fault: 'slow', delayMs: 300, times: 1 }])
  const before = performance.now()
  expect((await client.rest('/summary/')).status).toBe(200)
  expect(performance.now() - before).toBeGreaterThanOrEqual(290)

  await setFaults([{ on: 'rest-objects-delete', fault: 'store-nothing-answer-ok' }])
  expect((await client.rest(await client.configurationPath('Postern'), { method: 'DELETE' })).status).toBe(204)
  expect(aed.held('Postern')['ipv4-addr']).toEqual(['198.51.100.0'])

  await setFaults([])
  await client.post(path, c ?? [])
  expect(aed.held('Postern')['ipv4-addr']).toEqual(['198.51.100.0', '198.51.100.2'])
})

test('a fault for a kind of request there is not is refused with the kinds there are', async () => {
  await using rehearsal = await rehearse()
  const body = JSON.stringify([{ on: 'taxi', fault: 'drop' }])
  const reply = await askOracle(rehearsal.aed.identity.oracleSocket, '/faults', { method: 'POST', body })
  expect([reply.status, reply.json().message]).toEqual([400, expect.stringContaining('taxii-post')])
  await expect(rehearse({ faults: [{ on: 'taxi', fault: 'drop' }] })).rejects.toThrow('taxii-post')
})
