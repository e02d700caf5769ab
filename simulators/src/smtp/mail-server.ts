import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { selfSigned } from '../http/certificate.ts'

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body, as sent. */
  readonly raw: string
  readonly isEncrypted: boolean
  /** Empty where nobody signed in. */
  readonly username: string
}

export interface MailServerOptions {
  /** `starttls` is offered, and what comes without it is refused before anything is said. */
  readonly security?: 'none' | 'starttls' | 'tls'
  /** Who must sign in; without it, nobody need. */
  readonly account?: { readonly username: string; readonly password: string }
  /** 0 takes any free one. */
  readonly port?: number
  /** A certificate of somebody's CA; without it, one of nobody's but its own. */
  readonly identity?: { readonly certificatePem: string; readonly privateKeyPem: string }
}

/** A rehearsal mail server on 127.0.0.1. `await using` stops it. */
export interface MailServer extends AsyncDisposable {
  readonly port: number
  /** What it shows; of its own authority, unless it was given another: who trusts it trusts exactly this certificate. */
  readonly certificatePem: string
  readonly mails: readonly ReceivedMail[]
  /** Answers every recipient with this until it is taken back, for instance 451 or 550. */
  refuse(refusal: { readonly code: number; readonly text: string } | undefined): void
}

/** Speaks SMTP as a company's mail server does, and keeps what it is given. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { security = 'none', account, port = 0 } = options
  const { certificatePem, privateKeyPem } = options.identity ?? (await selfSigned('mail-rehearsal'))
  const mails: ReceivedMail[] = []
  let refusal: Parameters<MailServer['refuse']>[0]
  const server = new SMTPServer({
    secure: security === 'tls',
    key: privateKeyPem,
    cert: certificatePem,
    closeTimeout: 100,
    disabledCommands: [...(security === 'starttls' ? [] : ['STARTTLS']), ...(account ? [] : ['AUTH'])],
    authOptional: account === undefined,
    // Real ones that ask for a password over plain connections exist, and are warned of.
    allowInsecureAuth: security === 'none',
    onAuth: ({ username, password }, _session, answer) => {
      const isRight = username === account?.username && password === account?.password
      answer(isRight ? null : answerOf(535, '5.7.8 The password is wrong'), isRight ? { user: username } : undefined)
    },
    onMailFrom: (_address, { secure }, answer) =>
      answer(security === 'starttls' && !secure ? answerOf(530, '5.7.0 Must issue a STARTTLS command first') : null),
    onRcptTo: (_address, _session, answer) => answer(refusal ? answerOf(refusal.code, refusal.text) : null),
    onData: receive,
  })

  function receive(...[stream, session, answer]: Parameters<NonNullable<SMTPServerOptions['onData']>>): void {
    const pieces: Buffer[] = []
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope
      mails.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        raw: Buffer.concat(pieces).toString('utf8'),
        isEncrypted: session.secure,
        username: session.user ?? '',
      })
      answer(null)
    })
  }

  // What a client does to its own connection, as refusing the certificate, is no fault of the server.
  server.on('error', () => undefined)
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  return {
    // It listens on a port, not on a pipe.
    port: (server.server.address() as AddressInfo).port,
    certificatePem,
    mails,
    refuse: (given) => {
      refusal = given
    },
    [Symbol.asyncDispose]: async () => await new Promise<void>((closed) => server.close(closed)),
  }
}

function answerOf(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}
