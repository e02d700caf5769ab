import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Operation } from './api-breaks.ts'
import type { Schema } from './schema-breaks.ts'
import { hostileText, jsonOf, textOf } from './test-values.ts'

/** A request as it goes over the line, without its credential. */
export type FuzzedRequest = { url: string; headers: Record<string, string>; body: Buffer | undefined }

/** What a route takes: its address with `:parameters`, and its operation if the description has one. */
export type FuzzTarget = { method: string; path: string; operation: Operation | undefined }

/** Requests for a route: honest ones, ones with something hostile in one place, and ones that are hostile throughout. */
export function requestsFor(
  target: FuzzTarget,
  known: Readonly<Record<string, string>>,
  samples: readonly FuzzSample[],
): fc.Arbitrary<FuzzedRequest> {
  const schema = target.operation?.requestBody?.content['application/json']?.schema
  const takesBody = target.method !== 'GET'
  const honestBody = schema === undefined ? fc.constant(undefined) : jsonOf(schema, known, true).map(jsonBody)
  const oddBody = schema === undefined ? rawBody : fc.oneof(jsonOf(schema, known, false).map(jsonBody), rawBody)
  const body = fc.oneof({ weight: 2, arbitrary: honestBody }, { weight: takesBody ? 3 : 1, arbitrary: oddBody })
  const made = fc
    .tuple(pathOf(target.path, known), queryOf(target.operation), headers, body)
    .map(([path, query, odd, given]) => ({
      url: `${path}${query}`,
      headers: { ...odd, ...given?.headers },
      body: given?.bytes,
    }))
  if (samples.length === 0) return made
  const honestPath = target.path.replaceAll(/:(\w+)/g, (_, name: string) => known[name] ?? '1')
  const bent = fc.tuple(fc.constantFrom(...samples), damage).map(([{ query, headers: own, bytes }, bend]) => ({
    url: `${honestPath}${query ?? ''}`,
    headers: own ?? {},
    body: bytes === undefined ? undefined : bend(bytes),
  }))
  return fc.oneof(made, bent)
}

/** A request that a route takes, whose bytes are sent as they are or damaged. */
export type FuzzSample = { query?: string; headers?: Record<string, string>; bytes?: Buffer }

/** Nothing, a changed byte, a cut, a part twice. */
export const damage: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  { weight: 2, arbitrary: fc.constant((bytes: Buffer) => bytes) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      })
      .map((places) => (bytes: Buffer) => {
        const changed = Buffer.from(bytes)
        for (const [place, mask] of places) {
          const at = Math.floor(place * (changed.length - 1))
          changed[at] = (changed[at] ?? 0) ^ mask
        }
        return changed
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([from, to]) => (bytes: Buffer) => {
        const [start, end] = [from, to].sort((a, b) => a - b).map((each) => Math.floor(each * bytes.length))
        return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)])
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((end) => (bytes: Buffer) => bytes.subarray(0, Math.floor(end * bytes.length))),
  },
)

/** Mostly what is there, so that requests come far; else another number, or what is no number. */
function pathOf(path: string, known: Readonly<Record<string, string>>): fc.Arbitrary<string> {
  const parts = path.split('/').map((part): fc.Arbitrary<string> => {
    if (part === '*') return fc.oneof(fc.constantFrom('', 'jobs', 'v1', '%2e%2e'), hostileText.map(encoded))
    if (!part.startsWith(':')) return fc.constant(part)
    return fc.oneof(
      { weight: 6, arbitrary: fc.constant(known[part.slice(1)] ?? '1') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('0', '1', '999999999999999999', '9999999999999999999', 'latest', '%', '%00', '%ff'),
      },
      { weight: 1, arbitrary: hostileText.map(encoded) },
    )
  })
  return fc.tuple(...parts).map((all) => all.join('/'))
}

function queryOf(operation: Operation | undefined): fc.Arbitrary<string> {
  const own = (operation?.parameters ?? []).filter((each) => each.in === 'query')
  const pairs = own.map(({ name, schema = {} }) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      { weight: 3, arbitrary: honestQuery(schema).map((value) => `${name}=${encoded(value)}`) },
      { weight: 2, arbitrary: hostileText.map((value) => `${name}=${encoded(value)}`) },
      { weight: 1, arbitrary: fc.constantFrom(`${name}=1&${name}=2`, `${name}[]=1`, name, `${name}=%`, `${name}=%00`) },
    ),
  )
  const stray = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('x=1', '__proto__=1', '&&', '%') },
  )
  return fc.tuple(...pairs, stray).map((all) => {
    const given = all.filter((each) => each !== '')
    return given.length === 0 ? '' : `?${given.join('&')}`
  })
}

function honestQuery(schema: Schema): fc.Arbitrary<string> {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum'].map(String))
  if (schema['type'] === 'integer') return fc.constantFrom('1', '7', '1000')
  return textOf(schema)
}

const headers: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { accept: 'application/x-ndjson' },
      { accept: 'text/html' },
      { range: 'bytes=0-99999999999' },
      { 'if-none-match': '"x"' },
      { 'x-forwarded-for': "1.2.3.4, ' or 1=1" },
      { upgrade: 'websocket', connection: 'upgrade' },
      { 'x-http-method-override': 'DELETE' },
      { cookie: '__Host-postern_session=%00' },
      { expect: '200-ok' },
    ),
  },
)

type Body = { headers: Record<string, string>; bytes: Buffer }

function jsonBody(text: string): Body {
  return { headers: { 'content-type': 'application/json' }, bytes: Buffer.from(text) }
}

const lines =
  '["add","Host","a.example.com"]\n{"seq":1,"at":"2026-11-21T08:00:00Z","stream":"stdout","level":"info","text":"x\\u0000"}\n'
const gzipped = gzipSync(lines)
const bomb = gzipSync(Buffer.alloc(4_000_000, '['))
const form = (name: string, text: string) =>
  `--frame\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${text}\r\n`
/** The parts of an upload to the batch API. */
export function batchForm(owner: string, content: string): FuzzSample {
  const config = JSON.stringify({ owner, action: 'Create' })
  const bytes = Buffer.from(`${form('config', config)}${form('content', content)}--frame--\r\n`)
  return { headers: { 'content-type': 'multipart/form-data; boundary=frame' }, bytes }
}

const forms = [
  `${form('config', '{"owner":"Nobody","action":"Create"}')}${form('content', '{"indicator":[]}')}--frame--\r\n`,
  `${form('config', '{"owner":"\\u0000","action":"Create"}')}${form('content', '{"indicator":[]}')}--frame--\r\n`,
  `${form('content', '[')}--frame--\r\n`,
  `${form('config', '{').repeat(20)}--frame--\r\n`,
  form('config', '{}'),
  '--frame\r\n\r\n--frame--',
]

/** Bodies that nothing describes: other content types, cut and broken compression, other encodings. */
const rawBody: fc.Arbitrary<Body> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'application/json',
        'application/octet-stream',
        'application/x-ndjson',
        'text/plain',
        'a/b;c=',
        'application/json; charset=utf-16',
      ),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(Buffer.from('{}'), Buffer.from('[1'), Buffer.from([0xff, 0xfe]), Buffer.alloc(0)),
      ),
    )
    .map(([type, bytes]) => ({ headers: { 'content-type': type }, bytes: Buffer.from(bytes) })),
  fc
    .constantFrom(
      gzipped,
      gzipped.subarray(0, 20),
      bomb,
      Buffer.from('no gzip'),
      gzipSync('\n\n'),
      gzipSync('[1,2]\n[,\n'),
      gzipSync('["add","Host","\\u0000"]\n'),
    )
    .map((bytes) => ({ headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }, bytes })),
  fc
    .constantFrom(...forms)
    .map((text) => ({ headers: { 'content-type': 'multipart/form-data; boundary=frame' }, bytes: Buffer.from(text) })),
  fc.constant({ headers: { 'content-type': 'multipart/form-data' }, bytes: Buffer.from('x') }),
  fc.constant({ headers: { 'content-type': 'application/json' }, bytes: Buffer.alloc(1_100_000, 32) }),
)

/** As a client sends it. A half character becomes the three bytes that careless writers make of it. */
function encoded(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) =>
      byte < 0x80 && /[\w.-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('')
}
