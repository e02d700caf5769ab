import type { IncomingMessage } from 'node:http'

import type { FaultName } from '../faults/fault-rule.ts'

/** One request as a handler sees it. */
export interface Call {
  readonly request: IncomingMessage
  readonly path: string
  readonly query: URLSearchParams
  readonly params: Readonly<Record<string, string>>
  /** `https://host:port` as the client addressed the simulator; links in answers lead back there. */
  readonly origin: string
  /** The fault that this request meets, if the route plays it itself. */
  readonly fault: FaultName | undefined
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Route {
  /** Name under which faults, counters and the status page know this request. */
  readonly kind: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `/a/:name/`; always ends in a slash. */
  readonly path: string
  /** Faults that only the handler can play; all others are played around it. */
  readonly plays?: readonly FaultName[]
  handle(call: Call): Answer | Promise<Answer>
}

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'missing-slash' }
  | { readonly kind: 'wrong-method'; readonly allow: string }
  | { readonly kind: 'unknown' }

/** Finds the route of a path, or says which of the three usual mistakes it is. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const allowed = new Set<string>()
  for (const route of routes) {
    const params = readParams(route.path, path)
    if (params === undefined) continue
    if (route.method === method) return { kind: 'route', route, params }
    allowed.add(route.method)
  }
  if (allowed.size > 0) return { kind: 'wrong-method', allow: [...allowed].toSorted().join(', ') }
  if (!path.endsWith('/') && routes.some((route) => readParams(route.path, `${path}/`) !== undefined))
    return { kind: 'missing-slash' }
  return { kind: 'unknown' }
}

function readParams(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (!part.startsWith(':')) {
      if (part !== value) return undefined
      continue
    }
    const decoded = decodePart(value)
    if (decoded === undefined || decoded === '') return undefined
    params[part.slice(1)] = decoded
  }
  return params
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    // A broken percent sequence names no resource; the caller answers 404.
    return undefined
  }
}
