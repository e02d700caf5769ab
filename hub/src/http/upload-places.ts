import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'
import { putOff } from '../lib/put-off.ts'

export type UploadBounds = {
  /** What is sent, in the plural: `bundles`. */
  what: string
  /** Bodies at the same time, and bytes of them all. */
  countMax: number
  bytesMax: number
  /** Of one body. */
  bodyBytesMax: number
}

type Place = { bytes: number; isInUse: boolean; isFree: boolean }

/**
 * Places for large bodies that are held in memory until they are read (S14). A place is taken before the first byte of a body is, for as
 * many bytes as the request says that it has, or for the most where it does not say; so all bodies together are bounded however many come.
 */
export class UploadPlaces {
  readonly #bounds: UploadBounds
  readonly #places = new WeakMap<FastifyRequest, Place>()
  #count = 0
  #bytes = 0

  constructor(bounds: UploadBounds) {
    this.#bounds = bounds
  }

  /** A route's `onRequest`: after the caller is known, and before the body. @throws Problem `unavailable`, `too-large` */
  readonly take = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { what, countMax, bytesMax, bodyBytesMax } = this.#bounds
    const stated = request.headers['content-length']
    const bytes = stated === undefined ? bodyBytesMax : Number(stated)
    if (!(bytes <= bodyBytesMax))
      throw new Problem('too-large', `The body has more than ${bodyBytesMax} bytes; send it in parts.`)
    if (this.#count >= countMax || this.#bytes + bytes > bytesMax) {
      throw putOff(`As many ${what} as fit are on their way already; send this again in a moment.`)
    }
    const place: Place = { bytes, isInUse: false, isFree: false }
    this.#places.set(request, place)
    this.#count += 1
    this.#bytes += bytes
    // Of a request that never comes as far as its handler.
    reply.raw.once('close', () => {
      if (!place.isInUse) this.#free(place)
    })
  }

  /** A route's handler, for as long as it holds the body: whoever hangs up meanwhile makes no room. */
  async use<Answer>(request: FastifyRequest, run: () => Promise<Answer>): Promise<Answer> {
    const place = this.#places.get(request)
    if (place === undefined) throw new Error('an upload has no place')
    place.isInUse = true
    try {
      return await run()
    } finally {
      this.#free(place)
    }
  }

  #free(place: Place): void {
    if (place.isFree) return
    place.isFree = true
    this.#count -= 1
    this.#bytes -= place.bytes
  }
}
