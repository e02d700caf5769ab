import { certificateFault, refusedMailServerCertificate } from '@postern/intel/certificates'
import { connect, isIP } from 'node:net'
import { connect as tlsConnect, getCACertificates } from 'node:tls'
import { untrustedWords } from '../certificates/untrusted-words.ts'
import type { Settings } from '../home/settings.ts'

/** How long the mail server may take to be reached and to greet, and how long it may be silent in between. */
const connectMsMax = 15_000
const silenceMsMax = 30_000

export type MailAccess = {
  settings: Pick<Settings, 'smtpHost' | 'smtpPort' | 'smtpSecurity' | 'smtpUsername' | 'smtpFrom' | 'smtpTo'>
  password: string | undefined
  /** PEM of the company's own CAs, beside the public ones. */
  caCertificates: readonly string[]
}

/** Whether there is a mail server and somebody to write to. */
export function isMailSetUp({ smtpHost, smtpTo }: MailAccess['settings']): boolean {
  return smtpHost !== undefined && smtpTo !== undefined
}

/** Hands a mail to the mail server of this server's own settings; throws where it is not taken. */
export async function sendMail(
  { settings, password, caCertificates }: MailAccess,
  mail: { subject: string; text: string },
): Promise<void> {
  const { smtpHost = '', smtpPort, smtpSecurity, smtpUsername, smtpTo = '', smtpFrom = smtpTo.split(',')[0] } = settings
  const ca = [...getCACertificates('default'), ...caCertificates]
  // Most servers never send one: what it takes is loaded when it is needed.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host: smtpHost,
    port: smtpPort,
    secure: smtpSecurity === 'tls',
    requireTLS: smtpSecurity === 'starttls',
    ignoreTLS: smtpSecurity === 'none',
    ...(smtpUsername !== undefined && { auth: { user: smtpUsername, pass: password ?? '' } }),
    tls: { minVersion: 'TLSv1.2', ca },
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    dnsTimeout: connectMsMax,
    socketTimeout: silenceMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail({ ...mail, from: smtpFrom, to: smtpTo, headers: { 'Auto-Submitted': 'auto-generated' } })
  } catch (error) {
    if (certificateFault(String(error)) === undefined) throw error
    const refused = await refusedMailServerCertificate({
      security: smtpSecurity,
      connect: (signal) => connect({ host: smtpHost, port: smtpPort, signal }),
      secure: (socket) =>
        tlsConnect({ socket, host: smtpHost, ...(isIP(smtpHost) === 0 && { servername: smtpHost }), ca }),
    })
    throw refused === undefined
      ? error
      : new Error(untrustedWords(`${smtpHost}:${smtpPort}`, refused), { cause: error })
  } finally {
    transport.close()
  }
}
