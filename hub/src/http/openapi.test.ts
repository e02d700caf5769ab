import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ApiDocument, apiBreaks, operationsOf } from './api-breaks.ts'
import { type ApiDescription, describeApi } from './describe-api.ts'

const regenerate = 'If it is meant, run: node tools/openapi.ts && oxfmt hub/openapi.json'
const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

let now: ApiDescription
let committed: ApiDocument

beforeAll(async () => {
  now = await describeApi()
  committed = JSON.parse(read('openapi.json')) as ApiDocument
})

test('D17: nothing of the API that is described in openapi.json was removed or narrowed', () => {
  expect(apiBreaks(committed, now.openapi)).toEqual([])
})

test('D17: openapi.json describes all that there is', () => {
  expect(now.openapi, regenerate).toEqual(committed)
})

test('D17: every operation says which problems it may answer, and how they look', () => {
  for (const [name, , , { responses = {} }] of operationsOf(now.openapi)) {
    expect([name, ...Object.keys(responses)]).toEqual(
      expect.arrayContaining(['400', '401', '403', '413', '500', '503']),
    )
  }
  const { components } = now.openapi as unknown as { components: Record<string, Record<string, object>> }
  const refused = now.openapi.paths['/v1/jobs/{jobId}']?.['get']?.responses?.['404']
  expect(refused).toEqual({ $ref: '#/components/responses/NotFound' })
  expect(components['responses']?.['NotFound']).toMatchObject({ description: 'Not found' })
  expect(components['schemas']?.['ProblemDocument']).toMatchObject({
    required: expect.arrayContaining(['code', 'detail']),
  })
})

test('D17: every operation says what its parameters and its good answers are, and where nothing has to be sent', () => {
  const all = operationsOf(now.openapi)
  const unsaid = all.flatMap(([name, , , { parameters = [], responses = {} }]) => [
    ...parameters.filter(({ description = '' }) => description === '').map((parameter) => `${name}: ${parameter.name}`),
    ...Object.entries(responses)
      .filter(([, { description, $ref }]) => $ref === undefined && /^(?:Default Response)?$/.test(description ?? ''))
      .map(([status]) => `${name}: ${status}`),
  ])
  expect(unsaid).toEqual([])
  const open = all.filter(([, , , { security }]) => security?.length === 0).map(([name]) => name)
  expect(open).toContain('POST /v1/session')
  expect(open).not.toContain('GET /v1/jobs')
})

test('D17: a good answer that has a body says what stands in it, also where it is a stream', () => {
  const bare = operationsOf(now.openapi).filter(([, , , { responses = {} }]) => {
    const good = responses['200']
    return good !== undefined && good.content === undefined
  })
  // Archives, whose bytes are no matter of a schema.
  expect(bare.map(([name]) => name)).toEqual([
    'POST /v1/environments/{environmentId}/downloads',
    'GET /v1/packages/{sha256}',
  ])
})

test('D22: every operation of the description has a rule, and every route has the one that route-rules.txt names', () => {
  const ruled = new Set(now.rules.map((line) => line.split(' ', 2).join(' ')))
  const operations = operationsOf(now.openapi).map(([name]) => name.replaceAll(/\{(\w+)\}/g, ':$1'))
  expect(operations.length).toBeGreaterThan(50)
  expect(operations.filter((name) => !ruled.has(name))).toEqual([])
  expect(now.rules, regenerate).toEqual(read('route-rules.txt').trimEnd().split('\n'))
})

test('D22: what strangers may call is this and no more', () => {
  const open = now.rules.filter((line) => line.split(' ').at(-1)?.split(',').includes('stranger'))
  expect(open.map((line) => line.split(' ', 2).join(' '))).toEqual([
    'DELETE /v1/session',
    'GET /*',
    'GET /api/appAuth',
    'GET /healthz',
    // A list is public, open to networks, or asks for a credential by itself (D27).
    'GET /lists/:name',
    'GET /metrics',
    'GET /readyz',
    'GET /v1/docs',
    'GET /v1/openapi.json',
    // Brings the token of a password link.
    'POST /v1/chosen-passwords',
    'POST /v1/enrolments',
    // Both bring a credential of their own: a locked server's token, and a move's with a proof of the server's key (D37).
    'POST /v1/locked-notices',
    'POST /v1/moves',
    // Likewise, and says only whether it still holds.
    'POST /v1/password-link-checks',
    // Says the same to everybody, and mails nobody but the owner of an account.
    'POST /v1/password-requests',
    'POST /v1/session',
    'POST /v1/setup',
  ])
})

describe('D17: what a client notices is noticed', () => {
  const changes: [what: string, change: (job: Job) => void, wanted: RegExp | undefined][] = [
    ['an operation that is gone', (job) => delete job.paths['/v1/things']?.['post'], /is gone/],
    ['a field of an answer that is gone', (job) => delete job.answer.properties['name'], /name: is gone/],
    ['a field of an answer that may be absent', (job) => job.answer.required.pop(), /name: is not always there/],
    ['a field of an answer that may be null', (job) => (job.answer.properties['name'] = nullable), /name/],
    ['a new field of an answer', (job) => (job.answer.properties['more'] = { type: 'string' }), undefined],
    ['a field of a body that is gone', (job) => delete job.body.properties['kind'], /kind: is gone/],
    ['a field of a body that is wanted now', (job) => job.body.required.push('kind'), /kind: is required now/],
    ['a field of a body that may be shorter only', (job) => (job.body.properties['name'] = short), /maxLength/],
    ['a field of a body that may be null too', (job) => (job.body.properties['name'] = nullable), undefined],
    ['a value that is taken no more', (job) => job.kinds.pop(), /"b" is gone/],
    ['a value more that is taken', (job) => job.kinds.push('c'), undefined],
    ['a parameter that is gone', (job) => job.parameters.pop(), /query limit is gone/],
    ['a new parameter', (job) => job.parameters.push({ in: 'query', name: 'x', required: false }), undefined],
    [
      'a parameter that is wanted now',
      (job) => job.parameters.push({ in: 'query', name: 'x', required: true }),
      /x is/,
    ],
  ]
  test.each(changes)('%s', (_, change, wanted) => {
    const [before, after] = [job(), job()]
    change(after)
    const breaks = apiBreaks(before as unknown as ApiDocument, after as unknown as ApiDocument)
    if (wanted === undefined) expect(breaks).toEqual([])
    else expect(breaks).toEqual([expect.stringMatching(wanted)])
  })
})

const nullable = { anyOf: [{ type: 'string', maxLength: 10 }, { type: 'null' }] }
const short = { type: 'string', maxLength: 9 }
type Job = ReturnType<typeof job>

/** A small description, and its parts by name. */
function job() {
  const kinds = ['a', 'b']
  const body = {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 10 }, kind: { enum: kinds } } as Record<string, object>,
    required: ['name'],
  }
  const answer = {
    type: 'object',
    properties: { name: { type: 'string' } } as Record<string, object>,
    required: ['name'],
  }
  const parameters = [{ in: 'query', name: 'limit', required: false }]
  const json = (schema: object) => ({ content: { 'application/json': { schema } } })
  const post = { parameters, requestBody: { ...json(body), required: true }, responses: { 200: json(answer) } }
  const paths: Record<string, Record<string, object>> = { '/v1/things': { post } }
  return { paths, kinds, body, answer, parameters }
}
