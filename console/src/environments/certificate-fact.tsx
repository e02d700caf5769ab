import { clientCertificate, type EnvironmentServer } from '@postern/protocol'
import { Timestamp } from '../elements/timestamp.tsx'
import classes from './environments.module.css'

const dayMs = 86_400_000

/** When its certificate ends, with a warning where it was not renewed in time. */
export function CertificateFact({ server: { certificateExpiresAt, presence } }: { server: EnvironmentServer }) {
  if (certificateExpiresAt === null || presence === 'revoked') return <>–</>
  const left = Date.parse(certificateExpiresAt) - Date.now()
  return (
    <span className={classes['stack']}>
      <Timestamp instant={certificateExpiresAt} />
      {left <= 0 && (
        <span className={classes['notice']}>
          It has ended. The server asks for a new one when it runs; then confirm its fingerprint here.
        </span>
      )}
      {left > 0 && left <= clientCertificate.warningDays * dayMs && (
        <span className={classes['notice']}>It was not renewed. The log of the server says why.</span>
      )}
    </span>
  )
}
