/** `odd`: it answers, but not as a proxy does. */
export type ProxyProblemKind = 'unreachable' | 'credentials' | 'refused' | 'odd'

/** The proxy is why there is no connection; its message is a whole sentence for the operator. */
export class ProxyProblem extends Error {
  override name = 'ProxyProblem'
  readonly kind: ProxyProblemKind
  /** `host:port` of the proxy. */
  readonly at: string
  readonly status: number | undefined

  constructor(
    kind: ProxyProblemKind,
    at: string,
    target: string,
    status: number | undefined,
    options: { cause?: unknown } = {},
  ) {
    super(sentenceOf(kind, at, target, status, options.cause), options)
    this.kind = kind
    this.at = at
    this.status = status
  }
}

function sentenceOf(
  kind: ProxyProblemKind,
  at: string,
  target: string,
  status: number | undefined,
  cause: unknown,
): string {
  switch (kind) {
    case 'unreachable':
      return `The proxy ${at} cannot be reached (${cause instanceof Error ? reasonOf(cause) : 'no answer'}). Check proxyHost and proxyPort, or ask the network team whether this machine may connect to it.`
    case 'credentials':
      return `The proxy ${at} wants other credentials (${status}). Set proxyUsername and proxyPassword, as its administrator gave them for Basic authentication.`
    case 'refused':
      return `The proxy ${at} refuses a connection to ${target} (${status}). Ask its administrator to allow CONNECT to ${target}.`
    case 'odd':
      return `What answers at ${at} does not behave as an HTTP proxy. Check proxyHost and proxyPort.`
  }
}

/** Node tries every address of a name, and then reports all failures as one without a message. */
function reasonOf(error: Error): string {
  return ('code' in error && String(error.code)) || error.message
}
