import { ProblemDocument, type ProblemCode } from '@postern/protocol'
import * as z from 'zod'
import type { ApiDocument, Operation } from './api-breaks.ts'
import { statusOf, titleOf } from './problem-reply.ts'

const problemSchema = z.toJSONSchema(ProblemDocument, { io: 'output' })
delete problemSchema['$schema']

/** Every operation may end so: what is asked may be wrong, nobody's, nobody's right, or nobody there to answer it. */
const always: readonly ProblemCode[] = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'too-large',
  'unsupported-media-type',
  'internal',
  'unavailable',
]
/** What names a thing, in its path or its body, may name none. */
const naming: readonly ProblemCode[] = ['not-found']
const changing: readonly ProblemCode[] = ['conflict', 'too-many']
/** What replaces only what its caller read. */
const matching: readonly ProblemCode[] = ['outdated']

/** Adds to every operation of a description the problems that it may answer; routes describe their good answers alone. */
export function describeProblems<Document extends Partial<ApiDocument>>(document: Document): Document {
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      operation.responses = { ...operation.responses, ...problemsOf(path, method, operation) }
    }
  }
  const components = (document as { components?: { schemas?: object; responses?: object } }).components ?? {}
  const responses = Object.fromEntries(
    Object.entries(titleOf).map(([code, title]) => [
      nameOf(code),
      {
        description: title,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDocument' } } },
      },
    ]),
  )
  return {
    ...document,
    components: {
      ...components,
      schemas: { ...components.schemas, ProblemDocument: problemSchema },
      responses: { ...components.responses, ...responses },
    },
  }
}

function problemsOf(path: string, method: string, { parameters = [] }: Operation): Record<string, { $ref: string }> {
  const changes = method !== 'get' && method !== 'head'
  const matches = parameters.some(({ name }) => name === 'if-match')
  const codes = [
    ...always,
    ...(changes || path.includes('{') ? naming : []),
    ...(changes ? changing : []),
    ...(matches ? matching : []),
  ]
  return Object.fromEntries(
    codes.map((code) => [String(statusOf[code]), { $ref: `#/components/responses/${nameOf(code)}` }]),
  )
}

/** `too-large` → `TooLarge`. */
function nameOf(code: string): string {
  return code.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
}
