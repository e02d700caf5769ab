import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** Where pages come from, and what a request carries. */
export type PageSource = { url: string; headers: Record<string, string>; caPem: string | undefined }

export type Client = Disposable & {
  /** @returns the body of a good answer */
  ask(path: string, sent?: { body: Buffer; type: string }): Promise<Buffer>
}

/** One connection that stays open, one request after the other, as TAXII clients do. */
export function openClient({ url, headers, caPem }: PageSource): Client {
  const isHttps = url.startsWith('https:')
  const agent = isHttps
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1 })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 })
  const request = isHttps ? httpsRequest : httpRequest
  return {
    ask: (path, sent) =>
      new Promise((resolve, reject) => {
        const body = sent === undefined ? {} : { 'content-type': sent.type, 'content-length': String(sent.body.length) }
        const options = {
          agent,
          method: sent === undefined ? 'GET' : 'POST',
          headers: { ...headers, ...body },
          ...(caPem === undefined ? {} : { ca: caPem }),
        }
        request(`${url}${path}`, options, (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.once('error', reject)
          response.once('end', () => {
            const bytes = Buffer.concat(parts)
            if ((response.statusCode ?? 500) < 300) resolve(bytes)
            else reject(new Error(`${response.statusCode} for ${path}: ${bytes.subarray(0, 500).toString()}`))
          })
        })
          .once('error', reject)
          .end(sent?.body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** Of a page's text alone: a client that parsed a megabyte each time would be most of what is measured. */
export function nextOf(page: Buffer): string {
  const head = page.subarray(0, 200).toString()
  const next = /"next":"(\d+)"/.exec(head)?.[1]
  if (next === undefined) throw new Error(`a page has no next: ${head}`)
  return next
}
