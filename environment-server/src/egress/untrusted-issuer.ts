import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { isIP } from 'node:net'
import { parseTarget } from './allow-list.ts'

// As a module node:http would bring a second HTTP client along: 13 MB (see egress-guard.ts).
const { request: httpRequest } = process.getBuiltinModule('node:http')

const lookMsMax = 5_000

/** How OpenSSL, Python, Java and Node say that they do not know who issued a certificate. */
const certificateWords =
  /certificate verify failed|unable to (get (local )?issuer|verify the first) certificate|self[- _]signed certificate|PKIX path building failed|UNABLE_TO_(GET|VERIFY)_|SELF_SIGNED_CERT/i

export function saysCertificateProblem(line: string): boolean {
  return certificateWords.test(line)
}

/**
 * Who issued the certificate that `authority` shows, looked at by the app's own way out. Languages say that a certificate is not
 * trusted, and hardly one says whose it is. Verification is on: where it succeeds, or nothing is shown, there is nothing to say.
 */
export async function untrustedIssuer(
  guardSocket: string,
  authority: string,
  certificates: readonly string[],
): Promise<string | undefined> {
  const target = parseTarget(authority)
  if (!target) return undefined
  const signal = AbortSignal.timeout(lookMsMax)
  try {
    return await look(await throughGuard(guardSocket, authority, signal), target.host, certificates, signal)
  } catch {
    // A second look is a service; what the app said stands without it.
    return undefined
  }
}

function throughGuard(socketPath: string, authority: string, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const request = httpRequest({ socketPath, method: 'CONNECT', path: authority, agent: false, signal })
  request.once('connect', ({ statusCode }: IncomingMessage, socket: Socket) => {
    if (statusCode === 200) return resolve(socket)
    socket.destroy()
    reject(new Error(`the guard answers ${statusCode}`))
  })
  request.once('error', reject)
  request.end()
  return promise
}

function look(
  socket: Socket,
  host: string,
  certificates: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const secured = tlsConnect({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ca: [...certificates],
  })
  let issuer: string | undefined
  // Before the certificate is judged, and forgotten if it is refused.
  secured.prependOnceListener('secure', () => {
    const { CN, O } = secured.getPeerCertificate(true).issuer ?? {}
    issuer = [CN, O].filter((name) => name !== undefined).join(', ')
  })
  const end = (found: string | undefined) => {
    secured.destroy()
    resolve(found)
  }
  signal.addEventListener('abort', () => end(undefined), { once: true })
  secured.once('secureConnect', () => end(undefined))
  secured.once('error', () => end(issuer))
  return promise
}
