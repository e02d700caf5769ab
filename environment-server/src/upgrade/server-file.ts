import { ServerFileSignature, serverFileMessage } from '@postern/protocol'
import { createHash, type KeyObject, verify } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import * as z from 'zod/mini'
import { parseJson } from '../home/parse-json.ts'

/** The server file is about 1 MB; what is larger than this is none. */
const serverFileBytesMax = 64 * 1024 * 1024
const signatureBytesMax = 4096

/** A server file with the text of its detached signature, which lies beside it (D34). */
export type ServerFile = { bytes: Buffer; signature: string | undefined }

export function signatureFileOf(path: string): string {
  return `${path}.sig`
}

export function readServerFile(path: string): ServerFile {
  const signaturePath = signatureFileOf(path)
  const signature = existsSync(signaturePath)
    ? readBounded(signaturePath, signatureBytesMax).toString('utf8')
    : undefined
  return { bytes: readBounded(path, serverFileBytesMax), signature }
}

/** Why this is not a server file that a release key which counts here signed; nothing if it is. */
export function serverFileProblem(
  { bytes, signature: text }: ServerFile,
  releaseKeys: ReadonlyMap<string, KeyObject>,
): string | undefined {
  if (text === undefined) return 'its signature, postern-envsvr.mjs.sig, is not beside it. Unzip both.'
  const read = z.safeParse(ServerFileSignature, parseJson(text))
  if (!read.success) return 'its signature cannot be read. Unzip both files again.'
  const signatures = [read.data, ...(read.data.others ?? [])]
  const message = Buffer.from(serverFileMessage(sha256Of(bytes)))
  const ofKnown = signatures.flatMap(({ keyId, signature }) => {
    const key = releaseKeys.get(keyId)
    return key === undefined ? [] : [verify(null, message, key, Buffer.from(signature, 'base64'))]
  })
  if (ofKnown.length === 0)
    return `it was signed by key ${signatures.map(({ keyId }) => keyId).join(', ')}, which this server does not trust.`
  if (ofKnown.includes(true)) return undefined
  return 'its signature is wrong: the file is damaged, or not the one that was signed.'
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function readBounded(path: string, bytesMax: number): Buffer {
  const { size } = statSync(path)
  if (size > bytesMax) throw new Error(`${path} has ${size} bytes, which is too many`)
  return readFileSync(path)
}
