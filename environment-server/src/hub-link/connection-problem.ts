import { connectRefusals } from '@postern/protocol'
import { authorityOf } from '../proxy/http-proxy.ts'
import { ProxyProblem } from '../proxy/proxy-problem.ts'
import { TlsOpened } from './tls-opened.ts'

/** The hub's broker said no to the MQTT CONNECT. Codes by MQTT 3.1.1, table 3.1. */
export class ConnectionRefused extends Error {
  override name = 'ConnectionRefused'
  readonly returnCode: number
  constructor(returnCode: number) {
    super(`the broker refused the connection with return code ${returnCode}`)
    this.returnCode = returnCode
  }
}

/** An HTTP server answered where a WebSocket should have been opened. */
export class UpgradeRefused extends Error {
  override name = 'UpgradeRefused'
  readonly status: number
  constructor(status: number) {
    super(`the answer to the WebSocket upgrade was ${status}`)
    this.status = status
  }
}

/** What keeps this server from its hub; the doctor's findings have the same codes (D35). */
export type ConnectionProblemCode =
  | 'nothing-listens'
  | 'name-not-resolved'
  | 'no-answer'
  | 'connection-cut'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-other-name'
  | 'client-certificate-refused'
  /** The hub refuses this server's certificate since it has ended. */
  | 'own-certificate-ended'
  | 'tls-opened'
  /** This server allows that TLS is opened on the way, and its environment does not (S17). */
  | 'inspection-not-allowed'
  | 'proxy-unreachable'
  | 'proxy-credentials'
  | 'proxy-refused'
  | 'proxy-odd'
  | 'websocket-stripped'
  | 'hub-unavailable'
  | 'credentials-refused'
  /** The hub knows this server by its key, and says that its identity was taken away. */
  | 'revoked'
  | 'broker-refused'
  /** Not known: the sentence holds the system's own words. */
  | 'other'

export type ConnectionProblem = { code: ConnectionProblemCode; sentence: string }

/** Why there is no connection, and who can cure it, as a sentence for the operator's terminal. */
export function connectionProblem(error: unknown, host: string, port: number): ConnectionProblem {
  const at = authorityOf(host, port)
  const [code, sentence] = judge(error, at, host) ?? [
    'other' as const,
    `Not connected to ${at}: ${error instanceof Error ? error.message : String(error)}`,
  ]
  return { code, sentence }
}

/** @param endedAt epoch milliseconds */
export function ownCertificateEnded(endedAt: number): ConnectionProblem {
  return {
    code: 'own-certificate-ended',
    sentence: `Not connected: the certificate of this server ended on ${new Date(endedAt).toISOString().slice(0, 10)}. While it runs it asks the hub for a new one, over HTTPS; then a person confirms its fingerprint in the console. If the hub refuses: "Enrol it anew" there gives a bundle that brings it back.`,
  }
}

type Judged = [ConnectionProblemCode, sentence: string]

function judge(error: unknown, at: string, host: string): Judged | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    // Node tries every address of a name, and then reports all failures as one.
    if (current instanceof AggregateError) return judge(current.errors[0], at, host)
    const judged = judgeOwn(current, at) ?? judgeCode(current, at, host)
    if (judged) return judged
  }
  return undefined
}

/** Errors that are ours say by their class what they are. */
function judgeOwn(error: Error, at: string): Judged | undefined {
  if (error instanceof ConnectionRefused) return refusal(error.returnCode, at)
  if (error instanceof ProxyProblem) return [`proxy-${error.kind}`, `Not connected to ${at}: ${error.message}`]
  if (error instanceof TlsOpened) {
    const issuer = error.issuer === '' ? 'an authority that is not known here' : error.issuer
    return [
      'tls-opened',
      `Not connected: TLS is being opened by ${issuer} on the way to ${at}. The certificate was not issued by the hub that this bundle came from. Ask the network team to exempt ${at} from TLS inspection, or download a new bundle if the hub is another one (${error.code}). If the inspection is your company's and must stay: an administrator of the hub may allow it for the environment, and you for this server, by configure.sh --set allowInspectedTls=true and its CA in caFolder.`,
    ]
  }
  if (error instanceof UpgradeRefused) {
    return [
      'websocket-stripped',
      `Not connected: ${at} answered ${error.status} instead of opening a WebSocket. Something on the way takes the request for an upgrade out; ask the network team to let WebSocket (HTTP Upgrade) pass to ${at}, or the hub is older than WebSocket.`,
    ]
  }
  return undefined
}

function judgeCode(error: Error, at: string, host: string): Judged | undefined {
  // AbortSignal.timeout gives an error with a name alone.
  const code =
    error.name === 'TimeoutError' ? 'ETIMEDOUT' : 'code' in error && typeof error.code === 'string' ? error.code : ''
  switch (code) {
    case 'ECONNREFUSED':
      return ['nothing-listens', `Not connected: nothing answers at ${at}. Is the hub running, and is this its port?`]
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [
        'name-not-resolved',
        `Not connected: the name ${host} cannot be resolved. Ask the network team for a DNS entry, or check brokerHost.`,
      ]
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return [
        'no-answer',
        `Not connected: ${at} does not answer. A firewall may be in the way; this server needs outbound TCP to ${at}.`,
      ]
    case 'ECONNRESET':
    case 'EPIPE':
      return [
        'connection-cut',
        `Not connected: ${at} closed the connection during the handshake. The server's certificate may be revoked, or a firewall cut it.`,
      ]
    case 'CERT_HAS_EXPIRED':
      return [
        'certificate-expired',
        `Not connected: the certificate of ${at} has expired, or this machine's clock is wrong.`,
      ]
    case 'CERT_NOT_YET_VALID':
      return [
        'certificate-not-yet-valid',
        `Not connected: the certificate of ${at} is not valid yet; this machine's clock may be wrong.`,
      ]
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return [
        'certificate-other-name',
        `Not connected: the certificate of ${at} is for another name. brokerHost must be a name that the hub's certificate carries.`,
      ]
    default:
  }
  if (!/^ERR_SSL_.*ALERT/.test(code)) return undefined
  return [
    'client-certificate-refused',
    `Not connected: ${at} refused this server's certificate (${code}). It may have been revoked, or something on the way replaces it.`,
  ]
}

function refusal(returnCode: number, at: string): Judged {
  if (returnCode === 3) return ['hub-unavailable', `Not connected: the broker at ${at} is not available now.`]
  if (returnCode === connectRefusals.revoked) {
    return [
      'revoked',
      `Not connected: the hub at ${at} says that this server was revoked: its identity was taken away there, and nothing runs here any more. Ask an administrator of the hub why. If it is to work again, "Enrol it anew" in the console, at this server, gives a bundle that brings it back; if not, end it (shutdown.sh) and remove its folder.`,
    ]
  }
  if (returnCode === connectRefusals.inspected) {
    return [
      'inspection-not-allowed',
      `Not connected: TLS is opened on the way to ${at}. This server allows that (allowInspectedTls), and its environment does not: ask an administrator of the hub to allow TLS inspection for the environment, in the console, or the network team to exempt ${at} from it.`,
    ]
  }
  if (returnCode === connectRefusals.notAuthorized) {
    return [
      'credentials-refused',
      `Not connected: the hub at ${at} refused this server's credentials. It may have been revoked, enrolled elsewhere, or its clock may be off by more than a minute.`,
    ]
  }
  return [
    'broker-refused',
    `Not connected: the broker at ${at} refused the connection (MQTT return code ${returnCode}).`,
  ]
}
