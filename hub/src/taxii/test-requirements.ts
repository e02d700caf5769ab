import { beforeAll, afterAll, expect } from 'vitest'
import { taxiiMediaType } from './media-type.ts'
import { createTestTaxii, discovery, type TaxiiReply, type TestTaxii } from './test-taxii.ts'

/** An alias of the collection that is read. */
export const alias = 'bad-hosts'
export const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export let taxii: TestTaxii
/** Made of a data collection of three hosts. */
export let read: { id: string; url: string; collectionId: string }
/** An owner's. */
export let written: { id: string; url: string; ownerId: string }
/** May read the one, and read and write the other. */
export let reader: string
/** Of the same organization, granted nothing. */
export let other: string
/** Of an object of the first collection. */
export let indicatorId: string

/** The server that the standard is held against, for the tests of one file. */
export function withTaxiiServer(): void {
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
}

export const root = () => `${discovery}${taxii.root}/`
export const get = (url: string, headers?: Record<string, string>, as = reader) => taxii.get(url, as, headers)
/** Every address that is read, of the collection that holds objects. */
export const readable = () => [
  discovery,
  root(),
  `${root()}collections/`,
  read.url,
  `${read.url}objects/`,
  `${read.url}manifest/`,
  `${read.url}objects/${indicatorId}/`,
  `${read.url}objects/${indicatorId}/versions/`,
]
export const ofObjects = () => readable().slice(4)

export const errorCodes: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  406: 'not-acceptable',
  409: 'conflict',
  413: 'too-large',
  415: 'unsupported-media-type',
  422: 'unprocessable',
  429: 'too-many',
  500: 'internal',
  503: 'unavailable',
}

export function said({ status, headers, json }: TaxiiReply, wanted: number): void {
  expect([status, headers['content-type']]).toEqual([wanted, taxiiMediaType])
  const code = errorCodes[wanted]
  expect(json).toMatchObject({ title: expect.any(String), http_status: String(wanted), error_code: code })
}

let made = 0
export function object(fields: object = {}): { id: string; [field: string]: unknown } {
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
export const version = (number: number) => `2026-01-0${number}T00:00:00.000Z`

export async function put(...objects: object[]): Promise<TaxiiReply> {
  const reply = await taxii.post(`${written.url}objects/`, reader, { objects })
  expect([reply.status, reply.text]).toEqual([202, expect.any(String)])
  return reply
}
