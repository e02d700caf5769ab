import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { HubLibrary } from './hub-library.ts'
import { HubPlans } from './hub-plans.ts'
import type { Answered, Asked, HubRoute } from './hub-routes.ts'

/** A request as a test may look at it afterwards. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly userAgent: string | undefined
  readonly bytes: number
}

/** The part of a hub's API that apps speak with, in this process, on loopback; every body is checked with the protocol's schemas. */
export interface HubDouble extends AsyncDisposable {
  readonly url: string
  /** Owners, batches and unmapped. */
  readonly library: HubLibrary
  /** Data collections, plans and receipts. */
  readonly plans: HubPlans
  readonly requests: readonly SeenRequest[]
  /** What the double found wrong with requests; a test expects it empty. */
  readonly complaints: readonly string[]
  /** Answers in place of the double, for faults; return nothing to let a request through. */
  intercept: ((request: SeenRequest) => Answered | 'cut' | undefined) | undefined
}

/** Starts a double. It only answers requests that carry `token`. */
export async function startHubDouble(token = 'API:1:test:4102444800000:signature'): Promise<HubDouble> {
  const library = new HubLibrary()
  const plans = new HubPlans()
  const requests: SeenRequest[] = []
  const complaints: string[] = []
  const routes: readonly HubRoute[] = [...library.routes(), ...plans.routes()]
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      complaints.push(`${request.method} ${request.url}: ${String(error)}`)
      send(response, { status: 400, json: problem(400, 'invalid', String(error)) })
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const double: HubDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    library,
    plans,
    requests,
    complaints,
    intercept: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  return double

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const url = new URL(request.url ?? '/', double.url)
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname,
      authorization: request.headers.authorization,
      userAgent: request.headers['user-agent'],
      bytes: body.length,
    }
    requests.push(seen)
    const instead = double.intercept?.(seen)
    if (instead === 'cut') return void request.socket.destroy()
    if (instead !== undefined) return send(response, instead)
    if (seen.authorization !== `TC-Token ${token}`)
      return send(response, { status: 401, json: problem(401, 'unauthenticated', 'no such token') })
    for (const route of routes) {
      const params = route.method === request.method ? match(route.path, url.pathname) : undefined
      if (params !== undefined)
        return send(response, await route.answer({ params, query: url.searchParams, body, headers: request.headers }))
    }
    complaints.push(`no route for ${request.method} ${url.pathname}`)
    send(response, { status: 404, json: problem(404, 'not-found', `no route for ${url.pathname}`) })
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}

function send(response: ServerResponse, answered: Answered): void {
  const body = answered.body ?? Buffer.from(JSON.stringify(answered.json ?? {}))
  response
    .writeHead(answered.status, {
      'content-type': 'application/json',
      'content-length': body.length,
      ...answered.headers,
    })
    .end(body)
}

/** A path of `paths` with `:name` arguments against a path that was asked. */
function match(template: string, path: string): Asked['params'] | undefined {
  const wanted = template.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = decodeURIComponent(given[index] ?? '')
    if (part.startsWith(':')) params[part.slice(1)] = text
    else if (part !== text) return undefined
  }
  return params
}

/** A problem document as the hub sends it. */
export function problem(status: number, code: string, detail: string): unknown {
  return { type: `urn:postern:problem:${code}`, title: code, status, code, detail, requestId: 'request-1' }
}
