import type { ConnectionProblemCode } from '../hub-link/connection-problem.ts'

/** What keeps a server from its hub: what the log says as well (D35), and what only the doctor looks for. */
export type FindingCode =
  | ConnectionProblemCode
  /** TLS is begun, and nothing comes back. */
  | 'tls-not-answered'
  /** Small packets pass, and large ones are lost without a word: a smaller MTU on the way. */
  | 'large-packets-lost'
  /** The certificate is of another Postern hub. */
  | 'other-hub'
  /** The proxy opens a tunnel, and ends it early. */
  | 'proxy-cuts'
  | 'not-the-hub'
  | 'clock-skewed'
  /** Connected, and the hub waits for a person to confirm this server's key (S9). */
  | 'not-confirmed'
  /** TLS is opened on the way, as the settings allow here (S17). */
  | 'tls-inspected'
  /** Works, and costs time at each connection. */
  | 'ipv6-broken'
  /** A requirement of the machine (ES-28). */
  | 'machine'

/** `cause`: why there is no connection. `advice`: it works, and may become a problem. */
export type StepState = 'good' | 'advice' | 'cause' | 'not reached'

export type Step = {
  name: string
  state: StepState
  /** Absent while there is nothing to mend. */
  code?: FindingCode
  /** For the operator. */
  sentence: string
  /** For whoever can cure it, with addresses and ports filled in; absent where that is the operator. */
  request?: string
}

/** Ends the walk. */
export class Cause extends Error {
  override name = 'Cause'
  readonly code: FindingCode
  readonly request: string | undefined

  constructor(code: FindingCode, sentence: string, request: string | undefined) {
    super(sentence)
    this.code = code
    this.request = request
  }
}
