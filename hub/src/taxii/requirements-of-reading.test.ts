import { describe, expect, test } from 'vitest'
import {
  get,
  indicatorId,
  object,
  ofObjects,
  put,
  read,
  reader,
  said,
  taxii,
  version,
  withTaxiiServer,
  written,
} from './test-requirements.ts'
import { walk } from './test-taxii.ts'

withTaxiiServer()

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
