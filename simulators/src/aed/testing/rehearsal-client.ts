import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import type { AedSimulatorOptions } from '../options.ts'
import { startAed } from '../simulator.ts'
import type { AedSimulator } from '../simulator.ts'
import { stixType, taxiiType } from '../taxii/media.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON, typed loosely on purpose: tests look into it. */
  // oxlint-disable-next-line typescript/no-explicit-any
  json(): any
}

/** What a request may say beside its path. */
export interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  readonly chunked?: boolean
}

export interface Reach {
  readonly url: string
  readonly certificatePem: string
  readonly apiToken: string
  readonly stixUsername: string
  readonly stixPassword: string
}

/** Speaks to the appliance over its real TLS socket; trusts exactly its certificate. */
export class RehearsalClient {
  readonly reach: Reach

  constructor(reach: Reach) {
    this.reach = reach
  }

  send(path: string, asked: Asked = {}): Promise<Reply> {
    const { hostname, port } = new URL(this.reach.url)
    // The name is given here, so that a test may lie in its Host header.
    const servername = 'localhost'
    const options = { host: hostname, servername, port, path, ca: this.reach.certificatePem, agent: false }
    return exchange((more) => httpsRequest({ ...options, ...more }), asked)
  }

  rest(path: string, asked: Asked = {}): Promise<Reply> {
    return this.send(`/api/aed/v3${path}`, {
      ...asked,
      headers: { 'x-arbux-apitoken': this.reach.apiToken, ...asked.headers },
    })
  }

  taxii(path: string, asked: Asked = {}): Promise<Reply> {
    return this.send(path, { ...asked, headers: { accept: taxiiType, authorization: this.basic(), ...asked.headers } })
  }

  /** GET of STIX objects. */
  stix(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.taxii(path, { headers: { accept: stixType, ...headers } })
  }

  post(path: string, objects: readonly object[], headers: Record<string, string> = {}): Promise<Reply> {
    const body = JSON.stringify(bundle(objects))
    return this.taxii(path, { method: 'POST', body, headers: { 'content-type': stixType, ...headers } })
  }

  basic(): string {
    return `Basic ${Buffer.from(`${this.reach.stixUsername}:${this.reach.stixPassword}`).toString('base64')}`
  }

  /** Path of a collection's objects, found by title as a connector finds it. */
  async objectsPath(title: string, apiRoot = '/taxii/api/'): Promise<string> {
    const { collections } = (await this.taxii(`${apiRoot}collections/`)).json()
    const found = collections.find((collection: { title: string }) => collection.title === title)
    return `${apiRoot}collections/${found.id}/objects/`
  }

  async configurationPath(title: string): Promise<string> {
    const { collections } = (await this.rest('/taxii/configuration/collections/')).json()
    const found = collections.find((each: { title?: string; name?: string }) => (each.title ?? each.name) === title)
    return `/taxii/configuration/collections/${found.uuid ?? found.id}/objects/`
  }
}

/** Asks the back door. */
export function askOracle(socketPath: string, path: string, asked: Asked = {}): Promise<Reply> {
  return exchange((more) => httpRequest({ socketPath, path, agent: false, ...more }), asked)
}

async function exchange(
  open: (options: RequestOptions) => ReturnType<typeof httpRequest>,
  asked: Asked,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const body = asked.body ?? ''
  const framing: Record<string, string> =
    asked.chunked === true ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) }
  const request = open({ method: asked.method ?? 'GET', headers: { ...framing, ...asked.headers } })
  request.on('error', reject)
  request.on('response', (response) => {
    text(response)
      .then((received) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: received,
          json: () => JSON.parse(received),
        }),
      )
      .catch(reject)
  })
  request.end(body)
  return await promise
}

export interface Rehearsal extends AsyncDisposable {
  readonly aed: AedSimulator
  readonly client: RehearsalClient
}

/** An appliance with a folder of its own, both gone afterwards. A bug inside it fails the test that met it. */
export async function rehearse(options: Partial<AedSimulatorOptions> = {}): Promise<Rehearsal> {
  const stateDir = mkdtempSync(join(tmpdir(), 'aed-test-'))
  const bugs: unknown[] = []
  const aed = await startAed({ stateDir, port: 0, ...options }, (error) => bugs.push(error))
  const client = new RehearsalClient({ ...aed.identity, certificatePem: aed.certificatePem })
  return {
    aed,
    client,
    async [Symbol.asyncDispose]() {
      await aed.stop()
      rmSync(stateDir, { recursive: true, force: true })
      if (bugs.length > 0) throw new AggregateError(bugs, 'the simulator met bugs of its own')
    },
  }
}

export function bundle(objects: readonly object[]): object {
  return { type: 'bundle', id: `bundle--${randomUUID()}`, spec_version: '2.0', objects }
}

const day = '2026-03-01T00:00:00.000Z'

/** A valid STIX 2.0 indicator, with whatever a test wants otherwise. */
export function indicator(
  pattern: string,
  otherwise: Record<string, unknown> = {},
): Record<string, unknown> & { id: string } {
  return {
    type: 'indicator',
    id: `indicator--${randomUUID()}`,
    created: day,
    modified: day,
    labels: ['malicious-activity'],
    pattern,
    valid_from: day,
    ...otherwise,
  }
}

export function addressIndicators(count: number): Array<Record<string, unknown> & { id: string }> {
  return Array.from({ length: count }, (_, index) =>
    indicator(`[ipv4-addr:value = '198.51.${100 + Math.floor(index / 256)}.${index % 256}']`),
  )
}
