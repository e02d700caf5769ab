import type { Readable } from 'node:stream'
import { BatchConfig, limits } from '@postern/protocol'
import type { FastifyRequest } from 'fastify'
import { bodyChunks } from '../http/body-chunks.ts'
import { refuseBadTextIn } from '../http/refuse-bad-text.ts'
import { firstMistake } from '../lib/mistakes.ts'
import { Problem } from '../lib/problem.ts'

export const configBytesMax = 64 * 1024

/** The parts of createAndUpload: JSON text, each sent as a file without a content type (T6). */
export async function readParts(
  request: FastifyRequest,
): Promise<{ config: BatchConfig; content: Buffer<ArrayBuffer> }> {
  if (!request.isMultipart())
    throw new Problem('invalid', 'Send multipart/form-data with the parts config and content.')
  let config: BatchConfig | undefined
  let content: Buffer<ArrayBuffer> | undefined
  try {
    for await (const part of request.parts()) {
      const bytes =
        part.type === 'file'
          ? await collect(part.file, part.fieldname === 'content' ? limits.batchBytesMax : configBytesMax)
          : Buffer.from(String(part.value))
      if (part.fieldname === 'config') config = readConfig(bytes)
      if (part.fieldname === 'content') content = bytes
    }
  } catch (error) {
    // The reader's own complaints have no status: a form that is no form, or is cut, is the sender's mistake.
    if (error instanceof Problem || (error instanceof Error && 'statusCode' in error)) throw error
    throw new Problem('invalid', `The form cannot be read: ${String(error)}.`, { cause: error })
  }
  if (config === undefined || content === undefined)
    throw new Problem('invalid', `The part ${config === undefined ? 'config' : 'content'} is missing.`)
  return { config, content }
}

export function readConfig(json: Uint8Array | unknown): BatchConfig {
  const parsed = BatchConfig.safeParse(json instanceof Uint8Array ? parseJson(json) : json)
  if (parsed.success) {
    refuseBadTextIn(parsed.data)
    return parsed.data
  }
  throw new Problem('invalid', `The batch's settings are not right. ${firstMistake(parsed.error.issues)}`)
}

function parseJson(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString())
  } catch {
    throw new Problem('invalid', 'The part config is not JSON.')
  }
}

/** Reads a stream to its end, or refuses it as soon as it is too long. */
export async function collect(stream: Readable, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of bodyChunks(stream)) {
    length += chunk.length
    if (length > bytesMax)
      throw new Problem('too-large', `The content has more than ${bytesMax} bytes; send it in several batches.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
