/** The hub's broker said no to the MQTT CONNECT. Codes by MQTT 3.1.1, table 3.1. */
export class ConnectionRefused extends Error {
  override name = 'ConnectionRefused'
  readonly returnCode: number
  constructor(returnCode: number) {
    super(`the broker refused the connection with return code ${returnCode}`)
    this.returnCode = returnCode
  }
}

const certificateCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
])

/** Why there is no connection, and who can cure it, as a sentence for the operator's terminal. */
export function connectionProblem(error: unknown, host: string, port: number): string {
  const at = `${host}:${port}`
  if (error instanceof ConnectionRefused) return refusal(error.returnCode, at)
  const code = codeOf(error)
  switch (code) {
    case 'ECONNREFUSED':
      return `Not connected: nothing answers at ${at}. Is the hub running, and is this its port?`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Not connected: the name ${host} cannot be resolved. Ask the network team for a DNS entry, or check brokerHost.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `Not connected: ${at} does not answer. A firewall may be in the way; this server needs outbound TCP to ${at}.`
    case 'ECONNRESET':
    case 'EPIPE':
      return `Not connected: ${at} closed the connection during the handshake. The server's certificate may be revoked, or a firewall cut it.`
    case 'CERT_HAS_EXPIRED':
      return `Not connected: the certificate of ${at} has expired, or this machine's clock is wrong.`
    case 'CERT_NOT_YET_VALID':
      return `Not connected: the certificate of ${at} is not valid yet; this machine's clock may be wrong.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `Not connected: the certificate of ${at} is for another name. brokerHost must be a name that the hub's certificate carries.`
    default:
  }
  if (code && /^ERR_SSL_.*ALERT/.test(code)) {
    return `Not connected: ${at} refused this server's certificate (${code}). It may have been revoked, or something on the way replaces it.`
  }
  if (code && certificateCodes.has(code)) {
    return `Not connected: the certificate of ${at} was not issued by the hub that this bundle came from. Something on the way may be inspecting TLS (${code}).`
  }
  return `Not connected to ${at}: ${error instanceof Error ? error.message : String(error)}`
}

function refusal(returnCode: number, at: string): string {
  if (returnCode === 3) return `Not connected: the broker at ${at} is not available now.`
  if (returnCode === 4 || returnCode === 5) {
    return `Not connected: the hub at ${at} refused this server's credentials. It may have been revoked, enrolled elsewhere, or its clock may be off by more than a minute.`
  }
  return `Not connected: the broker at ${at} refused the connection (MQTT return code ${returnCode}).`
}

function codeOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code
    // Node tries every address of a name, and then reports all failures as one.
    if (current instanceof AggregateError) return codeOf(current.errors[0])
  }
  return undefined
}
