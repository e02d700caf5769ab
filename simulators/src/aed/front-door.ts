import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

import { distortAnswer, nonsenseAnswer } from '../faults/distort-answer.ts'
import type { FaultName } from '../faults/fault-rule.ts'
import type { Faults, MetFault } from '../faults/faults.ts'
import { sendAnswer, sendCut } from '../http/loopback-server.ts'
import { Refusal } from '../http/refusal.ts'
import type { RequestLog } from '../http/request-log.ts'
import { matchRoute } from '../http/router.ts'
import type { Answer, Call, Route } from '../http/router.ts'
import type { Area } from './area.ts'
import { statusPage } from './status-page.ts'
import type { StatusPageFacts } from './status-page.ts'

/** What became of a request: an answer, or a connection closed on purpose. */
interface Outcome {
  readonly kind: string
  readonly answer: Answer | 'dropped'
  readonly fault?: FaultName | undefined
}

/** Every request comes in here: finds its interface, lets it in, asks for faults, and writes the answer. */
export function frontDoor(parts: {
  readonly areas: readonly Area[]
  readonly faults: Faults
  readonly log: RequestLog
  /** `https://127.0.0.1:port`, once the port is known. */
  readonly ownOrigin: () => string
  readonly pageFacts: () => StatusPageFacts
  readonly onBug: (error: unknown) => void
}): RequestListener {
  return (request, response) => {
    parts.log.begin()
    answerAndLog(request, response)
      .catch((error: unknown) => {
        parts.onBug(error)
        request.socket.destroy()
      })
      .finally(() => parts.log.end())
  }

  async function answerAndLog(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = new Date()
    const startedAt = performance.now()
    const url = readUrl(request)
    const { kind, answer, fault } = await respond(request, url)
    const status = answer === 'dropped' ? 0 : answer.status
    const durationMs = performance.now() - startedAt
    parts.log.add({ at, method: request.method ?? '', path: url.pathname, kind, status, durationMs, fault })
    if (answer === 'dropped') request.socket.destroy()
    else if (fault === 'cut-body') sendCut(request, response, answer)
    else sendAnswer(request, response, answer)
  }

  async function respond(request: IncomingMessage, url: URL): Promise<Outcome> {
    const path = url.pathname
    if (path === '/' && request.method === 'GET') return { kind: 'status-page', answer: statusPage(parts.pageFacts()) }
    const area = parts.areas.find((candidate) => candidate.prefixes.some((prefix) => `${path}/`.startsWith(prefix)))
    if (area === undefined)
      return { kind: 'unknown', answer: { status: 404, headers: plain, body: 'There is nothing here.\n' } }
    const match = matchRoute(area.routes, request.method ?? '', path)
    if (match.kind === 'missing-slash') {
      return { kind: 'missing-slash', answer: { status: 301, headers: { location: `${path}/${url.search}` } } }
    }
    const kind = match.kind === 'route' ? match.route.kind : `${area.name.toLowerCase()}-${match.kind}`
    let met: MetFault | undefined
    try {
      area.authenticate({ request })
      if (match.kind === 'wrong-method') {
        throw new Refusal(405, 'methodNotAllowed', `only ${match.allow} is offered here`, {
          headers: { allow: match.allow },
        })
      }
      if (match.kind === 'unknown') throw new Refusal(404, 'notFound', 'there is no such resource')
      const call = { request, path, query: url.searchParams, params: match.params, origin: origin(request) }
      met = parts.faults.take(kind)
      return { kind, fault: met?.rule.fault, answer: await handle(match.route, call, area, met) }
    } catch (error) {
      if (error instanceof Refusal) return { kind, fault: met?.rule.fault, answer: area.refuse(error) }
      // A client that went away in the middle of its own request is no bug of ours.
      if (request.destroyed && !request.complete) return { kind, answer: 'dropped' }
      parts.onBug(error)
      return {
        kind,
        answer: area.refuse(new Refusal(500, 'internal', 'the rehearsal appliance failed; its log says why')),
      }
    }
  }

  async function handle(
    route: Route,
    call: Omit<Call, 'fault'>,
    area: Area,
    met: MetFault | undefined,
  ): Promise<Answer | 'dropped'> {
    const fault = met?.rule.fault
    if (met === undefined || fault === undefined) return await route.handle({ ...call, fault: undefined })
    if (fault === 'drop') return 'dropped'
    if (fault === 'error-503') return area.refuse(new Refusal(503, 'servicesStopped', 'the services are stopped'))
    if (fault === 'redirect-elsewhere') return elsewhere(call, met.rule.to)
    if (fault === 'slow') await delay(met.rule.delayMs)
    if (route.plays?.includes(fault) === true) return await route.handle({ ...call, fault })
    const answer = await route.handle({ ...call, fault: undefined })
    switch (fault) {
      case 'drop-after-storing':
        return 'dropped'
      case 'store-answer-error':
        return area.refuse(new Refusal(500, 'internal', 'something went wrong on the appliance'))
      case 'nonsense-json':
        return nonsenseAnswer(answer, met.draw)
      case 'duplicate':
      case 'truncate':
      case 'reorder':
      case 'ten-fold-answer':
        return distortAnswer(answer, fault)
      default:
        return answer
    }
  }

  /** Links lead back to the name the client used, if it is one of this machine's own. */
  function origin(request: IncomingMessage): string {
    const host = request.headers.host ?? ''
    return /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/.test(host) ? `https://${host}` : parts.ownOrigin()
  }
}

/** 307 keeps method and body, so that a client that follows it shows all that it has. */
function elsewhere(call: Omit<Call, 'fault'>, to: string): Answer {
  const location = new URL(call.request.url ?? '/', to).href
  return { status: call.request.method === 'GET' ? 302 : 307, headers: { location } }
}

const plain = { 'content-type': 'text/plain; charset=utf-8' }

function readUrl(request: IncomingMessage): URL {
  // Joined as text, so that `//host/` in the request line stays a path.
  const target = request.url ?? '/'
  const address = `https://127.0.0.1${target.startsWith('/') ? target : '/unreadable'}`
  return URL.canParse(address) ? new URL(address) : new URL('https://127.0.0.1/unreadable')
}
