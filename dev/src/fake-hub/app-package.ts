import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import type { SigningKey } from './signing-key.ts'

/** A package as a catalog holds it: bytes, their hash, and a publisher's detached signature. */
export type AppPackage = {
  programName: string
  bytes: Buffer
  sha256: string
  signature: { keyId: string; signature: string }
}

/** A small Node app of one file. */
export async function nodeApp(programName: string, source: string, publisher: SigningKey): Promise<AppPackage> {
  const zip = new ZipFile()
  const installJson = {
    displayName: programName,
    programLanguage: 'NODE',
    programMain: 'index.mjs',
    programVersion: '1.0.0',
    runtimeLevel: 'Organization',
    params: [],
  }
  zip.addBuffer(Buffer.from(JSON.stringify(installJson)), `${programName}/install.json`)
  zip.addBuffer(Buffer.from(source), `${programName}/index.mjs`)
  zip.end()
  return signedPackage(programName, await buffer(zip.outputStream), publisher)
}

export function signedPackage(programName: string, bytes: Buffer, publisher: SigningKey): AppPackage {
  return {
    programName,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    signature: { keyId: publisher.keyId, signature: publisher.sign(bytes) },
  }
}
