import { type CertificateFault, certificateFault } from '@postern/intel/certificates'
import { oneLine } from './mail-text.ts'
import type { SmtpAccess } from './send-mail.ts'

/** What errors of nodemailer and of the socket below it may hold. */
type SmtpError = { code?: unknown; command?: unknown; response?: unknown; responseCode?: unknown; message?: unknown }

const answerCharactersMax = 500

/** What is wrong with the mail server's certificate, if that is why a mail was not sent: some errors say it by their code alone. */
export function certificateFaultOf(error: unknown): CertificateFault | undefined {
  const { code, message } = read(error)
  return certificateFault(`${code} ${message}`)
}

/**
 * Why a mail was not sent, and what to do, for the person who set mail up. Answers of the mail server stand in it as they came.
 *
 * @param issuer whose certificate was not trusted, where that is known
 */
export function refusalWords(
  error: unknown,
  { host, port, security, from }: SmtpAccess,
  issuer: string | undefined,
): string {
  const { code, command, response, responseCode, message } = read(error)
  const where = `${host}:${port}`
  if (responseCode !== undefined && code !== 'ETLS') return `${whatWasRefused(command, from)}: ${answered(response)}`
  const fault = certificateFaultOf(error)
  if (fault !== undefined) {
    const whose = issuer === undefined ? '' : ` It was issued by ${answered(issuer)}.`
    return `The certificate of ${where} is not trusted: ${answered(message)}.${whose} ${cureOf[fault]}`
  }
  // A resolver that is not there refuses as well.
  if (code === 'EDNS' || /ENOTFOUND|EAI_AGAIN/.test(message))
    return `No address is known for ${host}. Is smtpHost right?`
  if (/ECONNREFUSED/.test(message)) return `Nothing listens on ${where}. Is smtpPort right?`
  if (code === 'ETIMEDOUT' || /ETIMEDOUT|timeout/i.test(message)) {
    return `${where} does not answer. A firewall may be in between${security === 'tls' ? ', or the port wants starttls' : ', or the port wants tls'}.`
  }
  if (/wrong version number|packet length too long/i.test(message)) {
    return `${where} does not speak TLS from the first byte: smtpSecurity starttls may be right for this port.`
  }
  if (code === 'ETLS' || /STARTTLS/.test(message)) {
    return `${where} cannot be spoken to under STARTTLS (${answered(message)}). Nothing was sent.`
  }
  if (/ECONNRESET|closed|socket hang up/i.test(message)) {
    return `${where} cut the connection. ${security === 'tls' ? 'Is smtpSecurity right for this port?' : 'It may want tls on this port, or refuse this machine.'}`
  }
  return `${where} was not reached: ${answered(message)}`
}

const cureOf: Record<CertificateFault, string> = {
  chain:
    'If that is a CA of your own, put its certificate into the folder of POSTERN_CA_FOLDER, or give it as smtpCaCertificates.',
  time: 'Have it renewed there, or set the clock of this machine right.',
  names: 'smtpHost must be a name that stands in the certificate.',
}

/** Of this recipient, or of this mail; a sender, a password or a certificate can be put right while the mail waits. */
export function isRefusedForGood(error: unknown): boolean {
  const { command, responseCode } = read(error)
  return responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA')
}

function whatWasRefused(command: string, from: string): string {
  if (command.startsWith('AUTH')) return 'The mail server refused the user name or the password'
  if (command === 'MAIL FROM') return `The mail server refused the sender ${from}`
  if (command === 'RCPT TO') return 'The mail server refused the recipient'
  if (command === 'DATA') return 'The mail server refused the mail'
  return 'The mail server refused the connection'
}

function read(error: unknown) {
  const { code, command, response, responseCode, message }: SmtpError = error instanceof Error ? error : {}
  return {
    code: String(code ?? ''),
    command: String(command ?? ''),
    response: String(response ?? message ?? ''),
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    message: String(message ?? error),
  }
}

/** One line, and not an endless one: a stranger's answer is shown on pages and written to logs. */
function answered(text: string): string {
  return oneLine(text).trim().slice(0, answerCharactersMax)
}
