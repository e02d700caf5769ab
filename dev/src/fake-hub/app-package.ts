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
  return appOf(programName, { programLanguage: 'NODE', programMain: 'index.mjs' }, { 'index.mjs': source }, publisher)
}

/** An app in any language, of a few files. */
export async function appOf(
  programName: string,
  manifest: { programLanguage: string; programMain: string; features?: string[] },
  files: Record<string, string | Buffer>,
  publisher: SigningKey,
): Promise<AppPackage> {
  const zip = new ZipFile()
  const installJson = {
    displayName: programName,
    programVersion: '1.0.0',
    runtimeLevel: 'Organization',
    params: [],
    ...manifest,
  }
  zip.addBuffer(Buffer.from(JSON.stringify(installJson)), `${programName}/install.json`)
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), `${programName}/${name}`)
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
