import type { Readable } from 'node:stream'

/**
 * A body as it comes. Whoever reads no further leaves it open, unlike one who iterates it as such: a request that is destroyed takes its
 * connection along, and with it the answer that says why.
 */
export function bodyChunks(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}
