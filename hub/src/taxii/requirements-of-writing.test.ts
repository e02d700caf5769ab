import { indicatorId } from '@postern/intel'
import { describe, expect, test } from 'vitest'
import { taxiiMediaType } from './media-type.ts'
import { get, object, put, reader, said, taxii, version, withTaxiiServer, written } from './test-requirements.ts'

withTaxiiServer()

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

  test('S1: an object whose value must never be exported is taken, and not served', async () => {
    const [kept, served] = [object(), object()]
    const { pool } = taxii.at.library.database
    await pool.query(
      `insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
       values ($1, $2, 'Whitelisted', 'Our own.', 'test', now())`,
      [taxii.at.library.organizationId, indicatorId('Host', String(kept['name']))],
    )
    await put(kept, served)
    expect((await get(`${written.url}objects/?match[id]=${kept.id},${served.id}`)).json.objects).toEqual([served])
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
    for (const body of ['{"objects":[', '{"more":true,']) {
      const reply = await taxii.post(url, reader, body)
      const { description } = JSON.parse(reply.text) as { description: string }
      expect([reply.status, description]).toEqual([
        400,
        expect.stringContaining(`not a TAXII envelope: it ends too early, at character ${body.length}.`),
      ])
    }
    const wrong = ['{}', '{"objects":7}', `{"objects":${'['.repeat(100)}${']'.repeat(100)}}`]
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

  test('LIB-5: §5.7 an object is deleted with what it said in the library, or neither is', async () => {
    const sent = object()
    await put(sent)
    const { pool } = taxii.at.library.database
    const asserted = () =>
      pool.query(
        'select from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1 and i.value = $2',
        [written.ownerId, sent['name']],
      )
    const headers = { accept: taxiiMediaType, authorization: reader }
    const url = `${written.url}objects/${sent.id}/`
    expect((await get(url)).status).toBe(200)
    // The last statement of the transaction fails.
    await pool.query("alter table audit_event add constraint nobody check (action <> 'taxii.delete') not valid")
    said(await taxii.send('DELETE', url, headers), 500)
    expect((await get(url)).json.objects).toEqual([sent])
    expect((await asserted()).rowCount).toBe(1)
    await pool.query('alter table audit_event drop constraint nobody')
    await pool.query('update owner set removal_started_at = now() where id = $1', [written.ownerId])
    said(await taxii.send('DELETE', url, headers), 409)
    expect((await get(url)).json.objects).toEqual([sent])
    await pool.query('update owner set removal_started_at = null where id = $1', [written.ownerId])
    expect((await taxii.send('DELETE', url, headers)).status).toBe(200)
    expect((await asserted()).rowCount).toBe(0)
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

  test('LIB-5: §5.7 match[spec_version] deletes what is of that version of STIX alone', async () => {
    const { pattern_type: _, spec_version: _of21, ...of20 } = object({ labels: ['malicious-activity'] })
    await put(of20, object({ id: of20.id, modified: version(2) }))
    const url = `${written.url}objects/${of20.id}/`
    const headers = { accept: taxiiMediaType, authorization: reader }
    expect((await get(`${url}versions/?match[spec_version]=2.0`)).json.versions).toHaveLength(1)
    expect((await taxii.send('DELETE', `${url}?match[spec_version]=2.0`, headers)).status).toBe(200)
    expect((await get(`${url}versions/`)).json.versions).toEqual(['2026-01-02T00:00:00.000000Z'])
    said(await taxii.send('DELETE', `${url}?match[spec_version]=2.0`, headers), 404)
  })

  test('LIB-5: §5.7 DELETE of an object that there is not is 404, and changes nothing', async () => {
    const headers = { accept: taxiiMediaType, authorization: reader }
    const before = await get(`${written.url}manifest/?match[version]=all`)
    said(await taxii.send('DELETE', `${written.url}objects/${object().id}/`, headers), 404)
    expect((await get(`${written.url}manifest/?match[version]=all`)).text).toBe(before.text)
  })
})
