import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { bodyChunks } from '../http/body-chunks.ts'
import { Problem } from '../lib/problem.ts'
import { uploadLimits } from './upload-limits.ts'

/** Reads a body that was left as a stream, or refuses it as soon as it is too long. */
export async function uploadBody({ body }: FastifyRequest): Promise<Buffer> {
  if (!(body instanceof Readable)) throw new Problem('invalid', 'Send the list as a body of type application/json.')
  const { bodyBytesMax } = uploadLimits
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of bodyChunks(body)) {
    length += chunk.length
    if (length > bodyBytesMax) throw new Problem('too-large', `The list has more than ${bodyBytesMax} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
