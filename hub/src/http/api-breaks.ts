import { type Schema, schemaBreaks } from './schema-breaks.ts'

type Parameter = { in: string; name: string; description?: string; required?: boolean; schema?: Schema }
type Content = { [mediaType: string]: { schema?: Schema } }
export type Operation = {
  operationId?: string
  tags?: string[]
  summary?: string
  parameters?: Parameter[]
  requestBody?: { content: Content; required?: boolean }
  responses?: { [status: string]: { description?: string; headers?: object; content?: Content; $ref?: string } }
  /** Empty where nothing has to be sent. */
  security?: object[]
}
export type ApiDocument = { paths: { [path: string]: { [method: string]: Operation } } }

/** What of the API was removed or narrowed from one description to the next (D17). Empty: every client goes on. */
export function apiBreaks(before: ApiDocument, after: ApiDocument): string[] {
  return operationsOf(before).flatMap(([name, path, method, old]) => {
    const now = after.paths[path]?.[method]
    if (now === undefined) return [`${name}: is gone`]
    return [
      ...(old.operationId === now.operationId ? [] : [`${name}: its operationId was ${old.operationId}`]),
      ...parameterBreaks(name, old.parameters ?? [], now.parameters ?? []),
      ...bodyBreaks(name, old, now),
      ...responseBreaks(name, old, now),
    ]
  })
}

/** Every operation of a document: `GET /v1/jobs`, its path, its method, what stands of it. */
export function operationsOf(document: ApiDocument): [name: string, path: string, method: string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      path,
      method,
      operation,
    ]),
  )
}

function parameterBreaks(name: string, before: Parameter[], after: Parameter[]): string[] {
  const key = (parameter: Parameter) => `${parameter.in} ${parameter.name}`
  const find = (all: Parameter[], wanted: Parameter) => all.find((each) => key(each) === key(wanted))
  const changed = before.flatMap((old) => {
    const now = find(after, old)
    if (now === undefined) return [`${name}: the parameter ${key(old)} is gone`]
    return schemaBreaks(old.schema ?? {}, now.schema ?? {}, `${name}: ${key(old)}`, 'request')
  })
  const demanded = after.filter((now) => now.required === true && find(before, now)?.required !== true)
  return [...changed, ...demanded.map((now) => `${name}: the parameter ${key(now)} is required now`)]
}

function bodyBreaks(name: string, before: Operation, after: Operation): string[] {
  const old = before.requestBody
  const now = after.requestBody
  if (now?.required === true && old?.required !== true) return [`${name}: a body is required now`]
  return Object.entries(old?.content ?? {}).flatMap(([mediaType, { schema }]) => {
    const there = now?.content[mediaType]
    if (there === undefined) return [`${name}: takes no ${mediaType} any more`]
    return schemaBreaks(schema ?? {}, there.schema ?? {}, `${name}: body`, 'request')
  })
}

function responseBreaks(name: string, before: Operation, after: Operation): string[] {
  return Object.entries(before.responses ?? {}).flatMap(([status, { content = {} }]) => {
    const now = after.responses?.[status]
    if (now === undefined) return [`${name}: answers ${status} no more`]
    return Object.entries(content).flatMap(([mediaType, { schema }]) => {
      const there = now.content?.[mediaType]
      if (there === undefined) return [`${name}: answers ${status} without ${mediaType}`]
      return schemaBreaks(schema ?? {}, there.schema ?? {}, `${name}: answer ${status}`, 'response')
    })
  })
}
