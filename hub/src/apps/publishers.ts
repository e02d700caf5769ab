import { createPublicKey, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { PackageSignature } from '@postern/protocol'
import type { Clock } from '../lib/clock.ts'
import type { Keys } from '../keys/keys.ts'

/** A key whose signatures on packages the hub accepts, and that bundles pin (D7). */
export type Publisher = {
  keyId: string
  publicPem: string
  /** Keys that follow each other by rotation are one publisher: an upgrade may be signed by the next one (S3). */
  name: string
}

/** Who vouched for a version that its publisher's signature alone let in; else the person who confirmed it (D7). */
export const selfVouched = 'its publisher'

/** This installation's own publisher, by each of its keys that is still good. */
export async function installationPublishers(keys: Keys, clock: Clock): Promise<Publisher[]> {
  const good = await keys.good('publisher', clock.now())
  return good.map((key) => ({ keyId: key.id, publicPem: key.publicPem, name: 'this installation' }))
}

const verifyInThreadPool = promisify(
  (bytes: Buffer, publicPem: string, signature: Buffer, done: (error: Error | null, good?: boolean) => void) =>
    verify(null, bytes, createPublicKey(publicPem), signature, (error, good) => done(error, good)),
)

/** Ed25519 over all bytes of the package (D7). Off the main thread, since packages may have hundreds of megabytes. */
export async function isSignedBy(publisher: Publisher, bytes: Buffer, signature: PackageSignature): Promise<boolean> {
  if (signature.keyId !== publisher.keyId) return false
  return (await verifyInThreadPool(bytes, publisher.publicPem, Buffer.from(signature.signature, 'base64'))) === true
}
