import type { IncomingHttpHeaders } from 'node:http'

/** A request as a route of the double sees it; the body is decompressed. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Buffer
  readonly headers: IncomingHttpHeaders
}

export interface Answered {
  readonly status: number
  readonly json?: unknown
  readonly body?: Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export interface HubRoute {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** A path of the protocol with `:name` arguments. */
  readonly path: string
  answer(asked: Asked): Answered | Promise<Answered>
}
