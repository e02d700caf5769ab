import type { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { certificateFault, hearIssuer } from '@postern/intel/certificates'
import type pg from 'pg'

/** A client's connection, which exchanges its stream for one over TLS once the server has agreed to it, and says so. */
type SecuredLater = EventEmitter & { stream: TLSSocket }

/**
 * Before the client connects.
 * @returns makes of a refusal of the server's certificate one that names who issued it, and leaves all other errors as they are
 */
export function namingIssuer({ connection }: pg.Client): (error: unknown) => unknown {
  let issuer = (): string | undefined => undefined
  // The driver types the stream as it is before TLS.
  const secured = connection as unknown as SecuredLater
  secured.once('sslconnect', () => (issuer = hearIssuer(secured.stream)))
  return (error) => {
    const whose = issuer()
    if (whose === undefined || certificateFault(String(error)) !== 'chain') return error
    return new Error(
      `the database shows a certificate issued by ${whose}, which nobody here trusts. If that is a CA of yours, put its certificate as PEM into the folder of POSTERN_CA_FOLDER.`,
      { cause: error },
    )
  }
}
