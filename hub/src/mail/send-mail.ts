import { connect, isIP } from 'node:net'
import { connect as tlsConnect, getCACertificates } from 'node:tls'
import { refusedMailServerCertificate } from '@postern/intel/certificates'
import type { SmtpSecurity } from '@postern/protocol'
import { createTransport } from 'nodemailer'
import { mailLimits } from './mail-limits.ts'
import { certificateFaultOf, isRefusedForGood, refusalWords } from './smtp-words.ts'

export type SmtpAccess = {
  host: string
  port: number
  security: SmtpSecurity
  /** Empty: nobody signs in. */
  username: string
  password: string
  from: string
  /** PEM, beside the public ones and those of the hub's CA folder. */
  caCertificates: string
}

export type MailContent = {
  to: string
  subject: string
  text: string
  html: string
  /** The same at each try, so that a mail which came twice is known as one. */
  messageId?: string
}

export type MailOutcome =
  | { is: 'sent'; said: string }
  /** `forGood`: the same mail would be refused again. */
  | { is: 'not-sent'; said: string; forGood: boolean }

/** Hands one mail to the mail server. What goes wrong is an outcome in words, not an error. */
export async function sendMail(access: SmtpAccess, mail: MailContent): Promise<MailOutcome> {
  const { host, port, security, username, password, from, caCertificates } = access
  const ca = caCertificates === '' ? {} : { ca: [...getCACertificates('default'), caCertificates] }
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(username !== '' && { auth: { user: username, pass: password } }),
    tls: { minVersion: 'TLSv1.2', ...ca },
    connectionTimeout: mailLimits.connectMs,
    greetingTimeout: mailLimits.connectMs,
    dnsTimeout: mailLimits.connectMs,
    socketTimeout: mailLimits.silenceMs,
    // A mail is what stands in it, never a file or an address that it names.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { response } = await transport.sendMail({
      ...mail,
      from: { name: 'Postern', address: from },
      // Nobody's holiday greeting answers a machine (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    return { is: 'sent', said: `The mail server took it: ${response.slice(0, 500)}` }
  } catch (error) {
    const refused = certificateFaultOf(error)
      ? await refusedMailServerCertificate({
          security,
          connect: (signal) => connect({ host, port, signal }),
          secure: (socket) => tlsConnect({ socket, host, ...(isIP(host) === 0 && { servername: host }), ...ca }),
        })
      : undefined
    return { is: 'not-sent', said: refusalWords(error, access, refused?.issuer), forGood: isRefusedForGood(error) }
  } finally {
    transport.close()
  }
}
