import { hostileCorpus } from '@postern/intel'
import { paths, ProblemCode, ProblemDocument } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiDocument, operationsOf } from '../http/api-breaks.ts'
import { describeApi } from '../http/describe-api.ts'
import { createServer, type Server } from '../http/server.ts'
import { docsPage } from './docs-page.ts'
import { docsRoutes } from './routes.ts'
import { schemaText } from './schema-text.ts'

let server: Server

beforeAll(async () => {
  server = await createServer({ authenticate: async () => ({ kind: 'stranger', name: 'stranger' }), logger: false })
  docsRoutes(server)
  await server.ready()
})
afterAll(async () => await server.close())

test('D17: the page names every operation, its parameters and its fields', async () => {
  const { openapi } = await describeApi()
  const page = docsPage(openapi)
  for (const [name, , , { operationId, parameters = [] }] of operationsOf(openapi)) {
    expect(page).toContain(`<article id="${operationId}"><h3><code>${name}</code></h3>`)
    for (const parameter of parameters) expect(page).toContain(`<td><code>${parameter.name}</code></td>`)
  }
  expect(page).toContain('highestTlp: &quot;CLEAR&quot; | &quot;GREEN&quot;')
})

test('every problem document points at a place of the page that there is', async () => {
  const { body } = await server.inject(paths.docs)
  const problem = ProblemDocument.parse((await server.inject('/v1/nothing')).json())
  const [path, anchor] = problem.type.split('#')
  expect(path).toBe(paths.docs)
  expect(body).toContain(`<tr id="${anchor}">`)
  for (const code of ProblemCode.options) expect(body).toContain(`<tr id="problem-${code}">`)
})

test('S13: the page may run nothing, and its one style is the one that its policy names', async () => {
  const reply = await server.inject(paths.docs)
  expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
  const policy = String(reply.headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/script-src|unsafe/)
  const style = reply.body.match(/<style>([^<]*)<\/style>/)?.[1] ?? ''
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64')
  expect(policy).toContain(`style-src 'sha256-${digest}'`)
  expect(reply.body).not.toContain('<script')
})

test('S6: no text of a description becomes markup', () => {
  for (const { text } of hostileCorpus) {
    const operation = { operationId: text, tags: [text], summary: text, parameters: [{ in: text, name: text }] }
    const page = docsPage({ paths: { [text]: { get: operation } } } as ApiDocument)
    const plain = docsPage({ paths: { x: { get: { ...operation, ...safe } } } } as ApiDocument)
    expect(page.match(/<[a-z]/g)).toEqual(plain.match(/<[a-z]/g))
    expect(page.match(/"/g)).toEqual(plain.match(/"/g))
  }
})

const safe = { operationId: 'x', tags: ['x'], summary: 'x', parameters: [{ in: 'x', name: 'x' }] }

test('a schema reads as a person would write it', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 5 },
      kinds: { type: 'array', items: { enum: ['a', 'b'] } },
      at: { anyOf: [{ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, { type: 'null' }] },
      more: { type: 'object', additionalProperties: { type: 'number' } },
    },
    required: ['name'],
  }
  expect(schemaText(schema)).toBe(
    [
      '{',
      '  name: string (maxLength 5)',
      '  kinds?: list of "a" | "b"',
      '  at?: integer (minimum 0) | null',
      '  more?: { [name]: number }',
      '}',
    ].join('\n'),
  )
})
