import type { ExecuteCommand } from '@postern/protocol'
import type { HeardKeys } from './heard-keys.ts'
import { isRevoked } from './keys-in-force.ts'
import type { PolicyJournal } from './policy-journal.ts'
import { offeredPublisher } from './trusted-keys.ts'

/** Keeps the key that came along, so that a person here can trust it, and says so to whoever started the job (D36). */
export function refuseUnknownPublisher(
  policies: Pick<PolicyJournal, 'offer'>,
  heard: Pick<HeardKeys, 'revoked'>,
  app: ExecuteCommand['app'],
): string {
  const { keyId } = app.packageSignature
  if (isRevoked(heard, keyId)) {
    return `The package was signed by publisher ${keyId}, whose key was revoked. At the hub, whoever trusts the package installs it again.`
  }
  const offered = offeredPublisher(app)
  if (offered === undefined) {
    return `The package was signed by publisher ${keyId}, which this environment server does not trust, and the publisher's key did not come with it.`
  }
  policies.offer(offered)
  return `The package was signed by the publisher with the fingerprint ${offered.fingerprint}, which this environment server does not trust. On the server, once the publisher has confirmed it: ./postern-envsvr policy trust ${offered.fingerprint}`
}
