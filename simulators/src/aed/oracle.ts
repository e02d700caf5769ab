import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as z from 'zod'

import { FaultRules } from '../faults/fault-rule.ts'
import type { Faults } from '../faults/faults.ts'
import { parseJson, readBody } from '../http/body.ts'
import { Refusal } from '../http/refusal.ts'
import type { NumberedRequest } from '../http/request-log.ts'
import type { Answer } from '../http/router.ts'
import { jsonAnswer } from './rest/json-answer.ts'
import { ApplianceAlert } from './store/alert-store.ts'
import type { AlertStore } from './store/alert-store.ts'

const bodyBytesMax = 4 * 1024 * 1024
/** Longer paths do not fit the address of a Unix socket (108 bytes with the closing zero on Linux, 104 elsewhere). */
const socketPathBytesMax = 100
const NewAlerts = z.array(ApplianceAlert).min(1).max(1_000)
const NewObjects = z.strictObject({ collection: z.string(), objects: z.array(z.unknown()).min(1).max(100_000) })

/**
 * The back door for tests: what the appliance holds, and switches for what goes wrong. A Unix socket that only its
 * owner may open and no connector can reach over the network.
 * - `GET /state`: everything held; `GET /state?values=no`: only the numbers.
 * - `GET /faults`, `POST /faults` with a list of rules, which replaces the last.
 * - `GET /requests?after=N`: the last 10,000 requests behind number N, oldest first, each with the fault that it met.
 * - `POST /alerts` with a list of alerts; answers their numbers.
 * - `POST /objects` with `{collection, objects}`: puts STIX objects into a collection, as another client would; answers their status.
 * - `POST /clear`: empties every collection and takes back all faults; alerts and the log of requests stay.
 * - `POST /keep`: remembers what every collection holds; `POST /recall`: puts that back, so that the same can be tried again.
 */
export async function openOracle(parts: {
  readonly path: string
  readonly state: (withValues: boolean) => object
  readonly requestsAfter: (number: number) => readonly NumberedRequest[]
  readonly faults: Faults
  readonly alerts: AlertStore
  readonly clear: () => void
  readonly keep: () => void
  /** Whether something was kept. */
  readonly recall: () => boolean
  /** Nothing for a title there is not. */
  readonly take: (collectionTitle: string, objects: readonly unknown[]) => object | undefined
}): Promise<Server> {
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    respond(request)
      .catch((error: unknown) => jsonAnswer(error instanceof Refusal ? error.status : 500, { message: String(error) }))
      .then((answer) => response.writeHead(answer.status, answer.headers).end(answer.body))
      .catch(() => request.socket.destroy())
  })
  // The folder's lock is ours, so a socket left here is that of a process that was killed.
  rmSync(parts.path, { force: true })
  server.listen(parts.path)
  await once(server, 'listening')
  chmodSync(parts.path, 0o600)
  return server

  async function respond(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://oracle')
    const what = `${request.method ?? ''} ${url.pathname}`
    if (what === 'GET /state') return jsonAnswer(200, parts.state(url.searchParams.get('values') !== 'no'))
    if (what === 'GET /faults') return jsonAnswer(200, parts.faults.list())
    if (what === 'POST /faults') {
      const rules = read(FaultRules, await body(request))
      try {
        parts.faults.replace(rules)
      } catch (error) {
        throw new Refusal(400, 'invalid', error instanceof Error ? error.message : 'the rules are not understood')
      }
      return jsonAnswer(200, parts.faults.list())
    }
    if (what === 'GET /requests')
      return jsonAnswer(200, { requests: parts.requestsAfter(Number(url.searchParams.get('after') ?? 0)) })
    if (what === 'POST /alerts') return jsonAnswer(201, { ids: parts.alerts.add(read(NewAlerts, await body(request))) })
    if (what === 'POST /objects') {
      const { collection, objects } = read(NewObjects, await body(request))
      const taken = parts.take(collection, objects)
      if (taken === undefined) throw new Refusal(404, 'notFound', `the appliance has no collection ${collection}`)
      return jsonAnswer(201, taken)
    }
    if (what === 'POST /clear') {
      parts.clear()
      return jsonAnswer(200, {})
    }
    if (what === 'POST /keep') {
      parts.keep()
      return jsonAnswer(200, {})
    }
    if (what === 'POST /recall') {
      if (!parts.recall()) throw new Refusal(409, 'conflict', 'nothing was kept; POST /keep comes first')
      return jsonAnswer(200, {})
    }
    throw new Refusal(
      404,
      'notFound',
      'ask GET /state, /faults or /requests; POST /faults, /alerts, /objects, /clear, /keep or /recall',
    )
  }
}

/** Inside the state folder; where that path is too long for a socket, in a private folder of its own. */
export function oracleSocketPath(stateDir: string): string {
  const inside = join(stateDir, 'oracle.sock')
  if (Buffer.byteLength(inside) <= socketPathBytesMax) return inside
  return join(mkdtempSync(join(tmpdir(), 'postern-aed-')), 'oracle.sock')
}

async function body(request: IncomingMessage): Promise<unknown> {
  return parseJson(await readBody(request, bodyBytesMax))
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Refusal(400, 'invalid', z.prettifyError(parsed.error))
  return parsed.data
}
