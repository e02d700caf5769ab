import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

import { Refusal } from './refusal.ts'

/** How deep a JSON body may be nested (decisions.md S10 uses the same number for answers). */
export const jsonDepthMax = 64

const gunzipAsync = promisify(gunzip)

/**
 * Reads a request body into memory, never more than `bytesMax` bytes of it, before or after decompression.
 * @throws Refusal 413 above the bound, 415 for an encoding other than gzip, 400 for broken gzip.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new Refusal(415, 'unsupportedEncoding', `Content-Encoding ${encoding} is not read here; send gzip or none`)
  }
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > bytesMax) throw tooLarge(bytesMax)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  // An early throw must leave the stream alone: the answer still has to travel over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > bytesMax) throw tooLarge(bytesMax)
    chunks.push(chunk)
  }
  const received = Buffer.concat(chunks)
  return encoding === 'gzip' ? await unzip(received, bytesMax) : received
}

async function unzip(compressed: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await gunzipAsync(compressed, { maxOutputLength: bytesMax })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bytesMax)
    throw new Refusal(400, 'brokenGzip', 'the body says it is gzip, and is not')
  }
}

function tooLarge(bytesMax: number): Refusal {
  return new Refusal(413, 'contentTooLarge', `the body is larger than ${bytesMax} bytes`)
}

/** @throws Refusal 400 for bytes that are not UTF-8, text that is not JSON, and JSON nested too deep. */
export function parseJson(body: Buffer): unknown {
  const text = decodeUtf8(body)
  if (isDeeperThan(text, jsonDepthMax))
    throw new Refusal(400, 'tooDeep', `the JSON is nested deeper than ${jsonDepthMax} levels`)
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'notJson', 'the body is not JSON')
  }
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refusal(400, 'notUtf8', 'the body is not UTF-8')
  }
}

/** Counts brackets outside strings, so that nesting is known before the parser recurses into it. */
function isDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > depthMax) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}
