import { existsSync, readFileSync } from 'node:fs'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import * as files from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as tls from 'node:tls'
import { trustCaFolder } from '@postern/intel/certificates'
import { ProblemDocument } from '@postern/protocol'
import * as z from 'zod'
import type { CliConfig } from './config.ts'
import { putOffMax, putOffMs } from './put-off.ts'
import { say } from './say.ts'

/** Where the hub is and how the command proves who it is (D16). */
export type HubTarget =
  | { kind: 'socket'; socketPath: string }
  | { kind: 'https'; url: string; token: string; caPem: string | undefined }

/** A refusal by the hub, in its own words. */
export class HubRefusal extends Error {
  readonly code: string

  constructor(problem: ProblemDocument) {
    super(problem.detail)
    this.name = 'HubRefusal'
    this.code = problem.code
  }
}

const answerBytesMax = 256 * 1024 * 1024
const idleTimeoutMs = 60_000

/** POSTERN_URL with POSTERN_TOKEN, else the hub's local socket in the data folder. */
export function hubTarget(config: CliConfig): HubTarget {
  if (config.url !== undefined) {
    if (config.token === undefined)
      throw new Error('POSTERN_URL is set, POSTERN_TOKEN is not. Make one with: postern token create --role analyst')
    const { problems } = trustCaFolder(config.caFolder, 'POSTERN_CA_FOLDER', { files, tls })
    for (const problem of problems) say.error(problem)
    return { kind: 'https', url: config.url, token: config.token, caPem: readCa(config) }
  }
  const socketPath = join(config.dataFolder, 'hub.sock')
  if (!existsSync(socketPath)) {
    throw new Error(`No hub runs on the data folder ${config.dataFolder}. Start one with: postern start`)
  }
  return { kind: 'socket', socketPath }
}

export type Sent = { method?: string; headers?: Record<string, string>; body?: Buffer; json?: unknown }

/** Sends one request and gives the parsed answer; a problem document becomes a HubRefusal. */
export async function callHub<Schema extends z.core.$ZodType>(
  target: HubTarget,
  path: string,
  schema: Schema,
  sent: Sent = {},
): Promise<z.core.output<Schema>> {
  const { bytes } = await sendToHub(target, path, sent)
  const { parse } = await import('zod/v4/core')
  return parse(schema, bytes.length === 0 ? null : JSON.parse(bytes.toString('utf8')))
}

/** Sends one request, again where the hub puts it off, and gives the bytes of a good answer. */
export async function sendToHub(
  target: HubTarget,
  path: string,
  sent: Sent = {},
): Promise<{ bytes: Buffer; headers: IncomingMessage['headers'] }> {
  const body = sent.json === undefined ? sent.body : Buffer.from(JSON.stringify(sent.json))
  const headers: Record<string, string> = { accept: 'application/json', ...sent.headers }
  if (sent.json !== undefined) headers['content-type'] = 'application/json'
  if (body !== undefined) headers['content-length'] = String(body.length)
  const method = sent.method ?? (body === undefined ? 'GET' : 'POST')
  for (let again = 0; ; again++) {
    const answer = await open(target, path, method, headers, body)
    const bytes = await readAll(answer)
    if ((answer.statusCode ?? 500) < 400) return { bytes, headers: answer.headers }
    const waitMs = putOffMs(answer)
    const refusal = refusalOf(bytes, answer.statusCode)
    if (waitMs === undefined || again === putOffMax) throw refusal
    // On the error output: what a script reads stays what it asked for.
    say.error(`${refusal.message} Trying again in ${waitMs / 1000} s.`)
    await wait(waitMs)
  }
}

/** For a write that is refused as `outdated` where somebody else wrote since this answer. */
export function ifMatch({ etag }: IncomingMessage['headers']): Record<string, string> {
  return etag === undefined ? {} : { 'if-match': etag }
}

/** The bytes of a good answer as they come, for what may be large. */
export async function streamFromHub(target: HubTarget, path: string): Promise<IncomingMessage> {
  const answer = await open(target, path, 'GET', { accept: '*/*' }, undefined)
  if ((answer.statusCode ?? 500) < 400) return answer
  throw refusalOf(await readAll(answer), answer.statusCode)
}

function open(
  target: HubTarget,
  path: string,
  method: string,
  headers: Record<string, string>,
  body: Buffer | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request =
      target.kind === 'socket'
        ? httpRequest({ socketPath: target.socketPath, path, method, headers: { host: 'localhost', ...headers } })
        : httpsRequest(new URL(path, target.url), {
            method,
            headers: { ...headers, authorization: `Bearer ${target.token}` },
            ...(target.caPem === undefined ? {} : { ca: target.caPem }),
          })
    request.setTimeout(idleTimeoutMs, () => request.destroy(new Error('The hub did not answer in time.')))
    request.once('response', resolve)
    request.once('error', (error) => reject(new Error('The hub cannot be reached.', { cause: error })))
    request.end(body)
  })
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of answer) {
    total += (chunk as Buffer).length
    if (total > answerBytesMax) throw new Error(`The hub's answer is larger than ${answerBytesMax} bytes.`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** How the routes in ThreatConnect's wire shape explain a refusal. */
const TcexRefusal = z.union([
  z.object({ status: z.literal('Invalid'), description: z.string() }).transform(({ description }) => description),
  z.object({ status: z.literal('Failure'), message: z.string() }).transform(({ message }) => message),
])

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    // Not from a hub, e.g. a proxy's page: no schema takes it.
    return undefined
  }
}

function refusalOf(bytes: Buffer, status: number | undefined): Error {
  const said = parseJson(bytes)
  const problem = ProblemDocument.safeParse(said)
  if (problem.success) return new HubRefusal(problem.data)
  const refusal = TcexRefusal.safeParse(said)
  return new Error(refusal.success ? refusal.data : `The hub answered with status ${status} and no explanation.`)
}

function readCa(config: CliConfig): string | undefined {
  const file = config.caFile ?? join(config.dataFolder, 'pki/ca.pem')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  if (config.caFile !== undefined) throw new Error(`POSTERN_CA_FILE names ${file}, which is not there.`)
  return undefined
}
