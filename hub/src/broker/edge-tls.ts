import { certificateNames } from '../pki/certificate-names.ts'
import type { Authority } from '../pki/authority.ts'
import type { Settings } from '../settings/settings.ts'
import type { TlsMaterial } from './edge.ts'

/** A certificate of the hub's own CA for the public names. Environment servers pin the CA, so a fresh one is as good as the last. */
export async function issueEdgeTls(
  authority: Authority,
  settings: Pick<Settings, 'publicNames'>,
): Promise<TlsMaterial> {
  const ca = await authority.certificatePem()
  const names = certificateNames(await settings.publicNames())
  const { certificatePem, privateKeyPem } = await authority.issueServerCertificate(names)
  return { cert: `${certificatePem}\n${ca}`, key: privateKeyPem, ca }
}
