import type { ExecuteCommand } from '@postern/protocol'
import { createHash, type KeyObject, verify } from 'node:crypto'

type SignedApp = Pick<ExecuteCommand['app'], 'packageSha256' | 'packageBytes' | 'packageSignature'>

/** Why these bytes are not the package that the command and a pinned publisher meant (D7); nothing if they are. */
export function packageProblem(
  bytes: Buffer,
  app: SignedApp,
  publisherKeys: ReadonlyMap<string, KeyObject>,
): string | undefined {
  if (bytes.length !== app.packageBytes) return `it has ${bytes.length} bytes and should have ${app.packageBytes}`
  if (createHash('sha256').update(bytes).digest('hex') !== app.packageSha256)
    return 'its SHA-256 is not the one in the command'
  const key = publisherKeys.get(app.packageSignature.keyId)
  if (!key) return `its publisher ${app.packageSignature.keyId} is not one that this server trusts`
  const signature = Buffer.from(app.packageSignature.signature, 'base64')
  return verify(null, bytes, key, signature) ? undefined : 'its signature is wrong'
}
