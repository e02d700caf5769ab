import { type RefusedCertificate, refusedCertificate, type SecuringSocket } from './refused-certificate.ts'

/** A plain connection to a mail server; `net.Socket` is one. */
export type MailServerLine = {
  on(event: 'data', listener: (bytes: { toString(): string }) => void): unknown
  once(event: 'error' | 'close', listener: () => void): unknown
  removeAllListeners(event: 'data'): unknown
  write(text: string): unknown
  destroy(): unknown
}

/** How the mail server is reached, as it was when it was refused. */
export type MailServerDoor<Line extends MailServerLine> = {
  security: 'none' | 'starttls' | 'tls'
  connect(signal: AbortSignal): Line
  secure(line: Line): SecuringSocket
}

const lookMsMax = 5_000
const greetingCharactersMax = 4_096

/**
 * A second look at a mail server whose certificate was refused: who issued it, and what is wrong with it. Verification is on, and nothing
 * is said to it but what STARTTLS takes (RFC 3207).
 *
 * @returns nothing where it cannot be told; what was said of the refusal stands without it
 */
export async function refusedMailServerCertificate<Line extends MailServerLine>(
  door: MailServerDoor<Line>,
): Promise<RefusedCertificate | undefined> {
  const signal = AbortSignal.timeout(lookMsMax)
  const line = door.connect(signal)
  try {
    if (door.security === 'starttls') await askForStartTls(line, signal)
    return await refusedCertificate(door.secure(line), signal)
  } catch {
    return undefined
  } finally {
    line.destroy()
  }
}

/** Each answer ends in a line with a space behind its code (RFC 5321, 4.2.1). */
async function askForStartTls(line: MailServerLine, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const questions = ['EHLO localhost\r\n', 'STARTTLS\r\n']
  let heard = ''
  const fail = () => reject(new Error('the mail server does not come as far as its certificate'))
  signal.addEventListener('abort', fail, { once: true })
  line.once('error', fail)
  line.once('close', fail)
  line.on('data', (bytes) => {
    heard += bytes.toString()
    if (heard.length > greetingCharactersMax) return fail()
    if (!/^\d{3} [^\n]*\n$/m.test(heard)) return
    if (!heard.startsWith('2')) return fail()
    heard = ''
    const question = questions.shift()
    if (question === undefined) resolve()
    else line.write(question)
  })
  await promise
  line.removeAllListeners('data')
}
